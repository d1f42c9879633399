"""What is emitted of labels that stay away."""

from datetime import timedelta

import pytest

from functions.contracts.alerts import Alerts
from tests.unit.core.drift_world import rows
from tests.unit.monitoring.label_world import HORIZON_DAYS, LATER, PREDICTED, LabelWorld


@pytest.fixture
def world() -> LabelWorld:
    return LabelWorld()


def test_tells_for_how_long_no_label_came(world: LabelWorld) -> None:
    world.predict(rows(40, seed=3))
    world.join(PREDICTED.replace(hour=0, minute=0) + timedelta(days=3))
    without = world.emitted()["DaysWithoutLabels"]
    world.report({"a/0": 1})
    world.join()
    world.join(LATER + timedelta(days=4))

    assert without == 3.0
    assert world.emitted() == {
        "DaysWithoutLabels": 4.0,
        "JoinedLabels": 0.0,
        "RefusedLabels": 0.0,
        "NoteNoLabels14": 0.0,
    }


def test_tells_of_each_limit_whether_labels_are_away_too_long(world: LabelWorld) -> None:
    alerts = Alerts(page=("no_labels > 3 days",), retrain=(), note=("no_labels > 1.5 days",))
    world.model = world.model.model_copy(update={"alerts": alerts})
    world.predict(rows(40, seed=3))

    found = []
    for days in (1, 2, 4):
        world.join(PREDICTED.replace(hour=0, minute=0) + timedelta(days=days))
        emitted = world.emitted()
        found.append((emitted["NoteNoLabels1.5"], emitted["PageNoLabels3"]))
    world.report({"a/0": 1}, at=PREDICTED + timedelta(days=4))
    world.join(PREDICTED + timedelta(days=4, hours=1))

    assert found == [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)]
    assert (world.emitted()["NoteNoLabels1.5"], world.emitted()["PageNoLabels3"]) == (0.0, 0.0)


def test_a_model_that_has_not_predicted_has_no_metrics(world: LabelWorld) -> None:
    world.join()

    assert world.metrics.values == []


def test_no_alarm_rings_on_beyond_the_last_predictions(world: LabelWorld) -> None:
    """Nothing is emitted of an endpoint that nobody asks any more; before that it is well."""
    world.predict(rows(40, seed=3))

    told = {}
    for days in (14, 83, 84, HORIZON_DAYS):
        world.join(PREDICTED + timedelta(days=days))
        told[days] = world.emitted()["NoteNoLabels14"]
    world.metrics.values.clear()
    world.join(PREDICTED + timedelta(days=HORIZON_DAYS + 1))

    assert told == {14: 1.0, 83: 1.0, 84: 0.0, HORIZON_DAYS: 0.0}
    assert world.metrics.values == []
