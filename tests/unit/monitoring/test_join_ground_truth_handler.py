"""The function, called by its schedule, with what the CDK gives it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from functions.contracts.settings import LabelSettings, SettingsError
from functions.monitoring import join_ground_truth as module
from functions.monitoring import wiring
from functions.monitoring.join_ground_truth import handler
from tests.unit.core.drift_world import rows
from tests.unit.monitoring.label_world import LATER, PREDICTED, LabelWorld


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    made = wiring.label_ports
    made.cache_clear()
    yield
    made.cache_clear()


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> LabelWorld:
    world = LabelWorld()
    ports = world.ports
    monkeypatch.setattr(module.wiring, "label_ports", lambda: ports)
    monkeypatch.setattr(module.wiring, "now", lambda: LATER)
    return world


def test_compacts_first_and_says_what_it_joined(
    world: LabelWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    world.capture(rows(3, seed=1))
    world.report({"a/0": 1, "a/1": 0, "nobody": 1})

    answer = handler({}, None)

    assert answer == {
        "objects": 1,
        "outcomes": {"taken": 2},
        "corrupt_lines": 0,
        "waiting_lines": 1,
        "pending_objects": 0,
    }
    assert '"ground_truth.joined"' in capsys.readouterr().err
    assert world.hour().groups[0].labelled == 2


def test_looks_again_from_where_it_is_told(world: LabelWorld) -> None:
    world.capture(rows(3, seed=1))
    world.report({"a/0": 1})
    handler({}, None)
    world.report({"a/1": 1}, at=PREDICTED - timedelta(days=1))

    assert handler({}, None)["objects"] == 0
    since = (PREDICTED - timedelta(days=1)).isoformat()
    assert handler({"since": since}, None)["outcomes"] == {"taken": 1}


def test_makes_its_collaborators_once(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = LabelSettings(
        stage="s", captures_bucket="c", models_bucket="m", registry_table="t", horizon_days=7
    )
    for name, value in settings.to_env().items():
        monkeypatch.setenv(name, value)

    ports = wiring.label_ports()

    assert ports is wiring.label_ports()
    assert ports.horizon_days == 7


def test_says_which_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WINDVANE_STAGE", raising=False)

    with pytest.raises(SettingsError, match="WINDVANE_STAGE is not set"):
        wiring.label_ports()
