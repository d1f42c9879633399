from datetime import date, timedelta

import pytest

from functions.contracts.labels import WAIT, DayIndex
from functions.core.label_ledger_index import find_keys, id_keys
from functions.monitoring.join_ground_truth import join_ground_truth
from functions.monitoring.label_index import Predictions, horizon_of, read_keys, refresh_index
from tests.unit.core.drift_world import rows
from tests.unit.monitoring.label_world import LATER, PREDICTED, LabelWorld

HORIZON = horizon_of(LATER, 90)
DAYS = 3


@pytest.fixture
def world() -> LabelWorld:
    world = LabelWorld()
    for day in reversed(range(DAYS)):
        at = PREDICTED - timedelta(days=20 * day)
        world.predict(rows(2, seed=day), inference_id=f"d{day}", at=at)
    return world


def _refresh(world: LabelWorld, horizon: tuple[date, date] = HORIZON) -> Predictions:
    return refresh_index(world.store, "car", horizon=horizon, is_over=lambda: False)


def _finds(world: LabelWorld, predictions: Predictions, inference_id: str) -> list[DayIndex]:
    """The days that have a prediction of that id."""
    wanted = id_keys([inference_id])
    days = read_keys(world.store, predictions)
    return [day for day, keys in days if find_keys(keys, wanted)[0].all()]


def test_finds_predictions_in_every_month_of_the_horizon(world: LabelWorld) -> None:
    predictions = _refresh(world)

    found = [_finds(world, predictions, f"d{day}/0") for day in range(DAYS)]

    expected = [(PREDICTED - timedelta(days=20 * day)).date() for day in range(DAYS)]
    assert [[day.day for day in days] for days in found] == [[day] for day in expected]
    assert predictions.is_complete


def test_the_oldest_day_comes_first(world: LabelWorld) -> None:
    days = [day.day for day, _ in read_keys(world.store, _refresh(world))]

    assert days == sorted(days)
    assert len(days) == DAYS


def test_a_day_that_leaves_the_horizon_is_forgotten(world: LabelWorld) -> None:
    _refresh(world)

    predictions = _refresh(world, (PREDICTED.date(), HORIZON[1]))

    assert [day.day for day in predictions.days] == [PREDICTED.date()]


def test_reads_the_rows_of_changed_hours_alone(world: LabelWorld) -> None:
    _refresh(world)
    world.predict(rows(2, seed=9), inference_id="new", at=PREDICTED + timedelta(hours=1))
    before = world.store.calls["read"]

    predictions = _refresh(world)

    # The changed hour's record and rows; of the day held, keys and answers.
    assert world.store.calls["read"] - before == 4
    (day,) = _finds(world, predictions, "new/1")
    assert [each.rows for each in day.predicted] == [2, 2]


def test_nothing_is_judged_unknown_while_the_index_is_not_complete(world: LabelWorld) -> None:
    world.report({"d2/0": 1, "nobody": 1})
    at = LATER + WAIT

    output = join_ground_truth(world.ports, now=lambda: at, until=at)
    later = world.join(at)

    assert (output.outcomes, output.waiting_lines) == ({}, 2)
    assert later.outcomes == {"taken": 1, "unknown": 1}


def test_a_file_that_has_expired_is_made_anew(world: LabelWorld) -> None:
    predictions = _refresh(world)
    for key in [key for key in world.store.versions if key.endswith((".ids", ".answers"))]:
        del world.store.versions[key]
    world.report({"d1/0": 1})

    output = world.join()

    assert [_finds(world, predictions, "d1/0")[0].day] == [(PREDICTED - timedelta(days=20)).date()]
    assert output.outcomes == {"taken": 1}


def test_goes_on_with_what_it_holds_if_another_run_was_first(
    world: LabelWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = world.store.find
    monkeypatch.setattr(
        world.store, "find", lambda key: None if key.endswith("/index.json") else find(key)
    )
    _refresh(world)

    again = _refresh(world)

    assert [len(_finds(world, again, f"d{day}/1")) for day in range(DAYS)] == [1, 1, 1]
