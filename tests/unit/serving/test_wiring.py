"""How the real collaborators are made; `tests/ports/test_serving_on_ministack.py` asks them."""

from collections.abc import Iterator

import pytest

from functions.aws.light_client import TRIES
from functions.contracts.settings import ServingSettings, SettingsError
from functions.serving import wiring

ENVIRONMENT = ServingSettings(
    stage="local", models_bucket="models", registry_table="registry", refresh_seconds=5
).to_env()


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Set the function's environment, and nothing behind it."""
    credentials = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    for name, value in {**ENVIRONMENT, **credentials, "AWS_DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    forget()
    yield
    forget()


def forget() -> None:
    """Begin a new execution environment."""
    for cached in (wiring.settings, wiring.registry, wiring.models_store, wiring.ports):
        cached.cache_clear()


@pytest.mark.usefixtures("deployed")
def test_names_each_inference_anew() -> None:
    names = {wiring.ports().new_id() for _ in range(100)}

    assert len(names) == 100
    assert all(name.isalnum() and len(name) == 32 for name in names)


@pytest.mark.usefixtures("deployed")
def test_reads_the_environment_once_and_the_clock_in_utc() -> None:
    assert wiring.settings().refresh_seconds == 5
    assert wiring.ports() is wiring.ports()
    assert str(wiring.ports().now().tzinfo) == "UTC"


@pytest.mark.usefixtures("deployed")
def test_waits_for_aws_only_as_long_as_a_caller_waits_for_it() -> None:
    # Two reads of a black hole, each with its attempts, must leave time before API Gateway's 29 s.
    assert TRIES * 2 * wiring.REGISTRY_TIMEOUT_SECONDS * 2 < 29


def test_says_which_setting_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    forget()
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(SettingsError, match="WINDVANE_REGISTRY_TABLE is not set"):
        wiring.settings()
