"""Settings: the same class writes and reads the environment."""

import pytest

from functions.contracts.settings import ServingSettings, SettingsError

SETTINGS = ServingSettings(
    stage="dev", models_bucket="models", registry_table="registry", refresh_seconds=5
)


def test_reads_back_what_it_wrote() -> None:
    assert ServingSettings.from_env(SETTINGS.to_env()) == SETTINGS


def test_ignores_the_rest_of_the_environment() -> None:
    environ = SETTINGS.to_env() | {"PATH": "/bin", "WINDVANE_OTHER": "x"}

    assert ServingSettings.from_env(environ) == SETTINGS


def test_names_every_variable_that_is_missing_or_wrong() -> None:
    environ = {"WINDVANE_STAGE": "dev", "WINDVANE_REFRESH_SECONDS": "soon"}

    with pytest.raises(SettingsError) as caught:
        ServingSettings.from_env(environ)

    message = str(caught.value)
    assert "WINDVANE_MODELS_BUCKET is not set" in message
    assert "WINDVANE_REFRESH_SECONDS" in message
    assert "'soon'" in message
