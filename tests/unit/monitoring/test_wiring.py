"""What the functions are made of, from the environment that the CDK gives them."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from functions.contracts.model_folder import ModelFolderError
from functions.contracts.settings import (
    CaptureSettings,
    DriftSettings,
    FunctionSettings,
    RetrainingSettings,
    SettingsError,
)
from functions.monitoring import wiring

CACHED = (
    wiring.drift_ports,
    wiring.capture_ports,
    wiring.retraining_settings,
    wiring.retraining_ports,
    wiring.model_spec,
)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for made in CACHED:
        made.cache_clear()
    yield
    for made in CACHED:
        made.cache_clear()


def give(monkeypatch: pytest.MonkeyPatch, settings: FunctionSettings) -> None:
    for name, value in settings.to_env().items():
        monkeypatch.setenv(name, value)


def test_makes_the_collaborators_of_each_function_once(monkeypatch: pytest.MonkeyPatch) -> None:
    give(
        monkeypatch,
        DriftSettings(stage="s", captures_bucket="c", models_bucket="m", registry_table="t"),
    )
    give(monkeypatch, CaptureSettings(stage="s", captures_stream="c", ground_truth_stream="g"))
    give(
        monkeypatch,
        RetrainingSettings(
            stage="s",
            captures_bucket="c",
            registry_table="t",
            state_machine_arn="a:stateMachine:b",
        ),
    )

    for ports in (wiring.drift_ports, wiring.capture_ports, wiring.retraining_ports):
        assert ports() is ports()
    assert wiring.retraining_settings().stage == "s"


@pytest.mark.parametrize(
    "make", [wiring.drift_ports, wiring.capture_ports, wiring.retraining_ports]
)
def test_says_which_variable_is_not_set(make: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert callable(make)
    monkeypatch.delenv("WINDVANE_STAGE", raising=False)

    with pytest.raises(SettingsError, match="WINDVANE_STAGE is not set"):
        make()


def test_reads_a_models_folder_and_refuses_one_that_is_not_there() -> None:
    assert wiring.model_spec("loan_default").name == "loan_default"
    with pytest.raises(ModelFolderError, match="models/nothing"):
        wiring.model_spec("nothing")


def test_tells_the_time_in_utc() -> None:
    assert wiring.now().utcoffset() == timedelta(0)
