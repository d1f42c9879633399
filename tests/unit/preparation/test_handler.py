"""The Lambda entry point and its wiring."""

from collections.abc import Iterator

import pytest

from functions.contracts.settings import PreparationSettings, SettingsError
from functions.preparation import wiring
from functions.preparation.engine import EngineLimits
from functions.preparation.prepare import handler
from tests.unit.preparation.world import World, csv_text, rows

SETTINGS = PreparationSettings(
    stage="local",
    data_bucket="data",
    models_bucket="models",
    captures_bucket="captures",
    registry_table="registry",
)


@pytest.fixture(autouse=True)
def _fresh_wiring() -> Iterator[None]:
    yield
    for made in (wiring.settings, wiring.limits):
        made.cache_clear()


def test_answers_with_the_output_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    world.add(csv_text(rows()))
    monkeypatch.setattr(wiring, "ports", world.ports)

    answer = handler({"model": "membership", "execution": "e-1", "trigger": {"kind": "x"}}, None)

    assert answer["passed"] is True
    assert answer["train_rows"] == 30
    assert str(answer["manifest_key"]).startswith("datasets/membership/ds-")


def test_reads_its_settings_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SETTINGS.to_env().items():
        monkeypatch.setenv(name, value)

    assert wiring.settings() == SETTINGS


def test_says_which_setting_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SETTINGS.to_env():
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(SettingsError, match="WINDVANE_DATA_BUCKET is not set"):
        wiring.settings()


@pytest.mark.parametrize(
    ("memory", "limits"),
    [("3538", EngineLimits(3538, 2)), ("512", EngineLimits(512, 1)), (None, EngineLimits(2048, 1))],
)
def test_keeps_to_what_the_runtime_gives(
    monkeypatch: pytest.MonkeyPatch, memory: str | None, limits: EngineLimits
) -> None:
    if memory is None:
        monkeypatch.delenv(wiring.MEMORY_VARIABLE, raising=False)
    else:
        monkeypatch.setenv(wiring.MEMORY_VARIABLE, memory)

    assert wiring.limits() == limits
