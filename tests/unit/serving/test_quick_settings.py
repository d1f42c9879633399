"""Settings read without pydantic are those that the contract's class reads."""

import pytest
from msgspec.structs import fields

from functions.contracts.settings import ServingSettings, SettingsError
from functions.serving.quick_settings import QuickSettings

SHORTEST = ServingSettings(stage="local", models_bucket="models", registry_table="registry")


@pytest.mark.parametrize(
    "settings",
    [
        SHORTEST,
        SHORTEST.model_copy(update={"refresh_seconds": 2.5, "access": "{}", "capture_key": "arn"}),
    ],
)
def test_reads_what_the_contract_reads(settings: ServingSettings) -> None:
    quick = QuickSettings.from_env(settings.to_env())

    read = {field.name: getattr(quick, field.name) for field in fields(QuickSettings)}
    assert read | {"stage": "local"} == settings.model_dump()


@pytest.mark.parametrize(
    "changes",
    [
        {"WINDVANE_REGISTRY_TABLE": None},
        {"WINDVANE_STAGE": None},
        {"WINDVANE_MODELS_BUCKET": ""},
        {"WINDVANE_REFRESH_SECONDS": "soon"},
    ],
)
def test_refuses_what_the_contract_refuses_in_its_words(changes: dict[str, str | None]) -> None:
    merged = {**SHORTEST.to_env(), **changes}
    environ = {name: value for name, value in merged.items() if value is not None}

    with pytest.raises(SettingsError) as ours:
        QuickSettings.from_env(environ)

    with pytest.raises(SettingsError) as theirs:
        ServingSettings.from_env(environ)
    assert str(ours.value) == str(theirs.value)
