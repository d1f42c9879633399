from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from functions.contracts import keys
from functions.contracts.labels import WAIT, LabelDay, LabelOutcome
from functions.contracts.model_spec import Task
from functions.core.conditional_writes import ObjectChangedError
from functions.core.labelled_sums import score_sums
from functions.core.scores import score_outputs
from functions.monitoring.join_ground_truth import join_ground_truth
from tests.unit.core.drift_world import Matrix, answers, rows
from tests.unit.monitoring.label_world import (
    HORIZON_DAYS,
    LATER,
    PREDICTED,
    BusyStore,
    InterruptedStore,
    LabelWorld,
    documents,
)

MINUTE = timedelta(minutes=1)


@pytest.fixture
def world() -> LabelWorld:
    return LabelWorld()


def _predict(world: LabelWorld, count: int = 40) -> tuple[Matrix, list[str]]:
    matrix = rows(count, seed=3)
    world.predict(matrix)
    return answers(matrix), [f"a/{row}" for row in range(count)]


def _truths(count: int, seed: int = 7) -> list[int]:
    return [int(value) for value in np.random.default_rng(seed).integers(0, 2, count)]


def test_scores_the_hour_of_the_prediction_as_if_all_rows_were_there(world: LabelWorld) -> None:
    outputs, ids = _predict(world)
    truths = _truths(40)
    world.report(dict(zip(ids[:25], truths[:25], strict=True)))
    world.join()
    world.report(dict(zip(ids[25:], truths[25:], strict=True)), at=LATER + 5 * MINUTE)

    output = world.join()

    (group,) = world.hour().groups
    task = Task.BINARY_CLASSIFICATION
    assert output.outcomes == {LabelOutcome.TAKEN: 15}
    assert group.labelled == 40
    assert score_sums(task, group.sums) == pytest.approx(
        score_outputs(task, np.array(truths), outputs), abs=1e-12
    )


def test_reads_each_object_once(world: LabelWorld) -> None:
    _, ids = _predict(world)
    world.report({ids[0]: 1})
    world.join()
    before = documents(world.store)

    output = world.join()

    assert output.objects == 0
    assert documents(world.store) == before


def test_the_first_label_stands_and_the_others_are_written_down(world: LabelWorld) -> None:
    _predict(world)
    world.report({"a/0": 1})
    world.join()
    world.report({"a/0": 1}, at=LATER + MINUTE)
    world.report({"a/0": 0}, at=LATER + 2 * MINUTE)

    output = world.join()

    hour = world.hour()
    (example,) = hour.examples
    assert output.outcomes == {LabelOutcome.DUPLICATE: 1, LabelOutcome.CONTRADICTORY: 1}
    assert (hour.duplicates, hour.contradictions) == (1, 1)
    assert hour.groups[0].labelled == 1
    assert hour.groups[0].sums.confusion[0][0] == 1
    assert example.inference_id == "a/0"
    assert example.reason == "1 was reported first and stands"


def test_of_labels_that_come_together_the_first_received_stands(world: LabelWorld) -> None:
    _predict(world)
    world.report({"a/0": 0}, at=LATER + MINUTE)
    world.report({"a/0": 1}, at=LATER)

    world.join()

    assert world.hour().groups[0].sums.confusion[0][0] == 1
    assert world.hour().contradictions == 1


def test_a_label_that_comes_before_its_prediction_waits_for_it(world: LabelWorld) -> None:
    _predict(world)
    world.report({"b": 1})

    first = world.join()
    world.predict(rows(1, seed=1), inference_id="b", at=LATER - MINUTE)
    second = world.join(LATER + timedelta(hours=2))

    assert (first.waiting_lines, first.outcomes) == (1, {})
    assert (second.waiting_lines, second.outcomes) == (0, {LabelOutcome.TAKEN: 1})
    assert world.arrivals().waiting is None
    assert world.hour(LATER - MINUTE).groups[0].labelled == 1


def test_a_label_that_has_waited_in_vain_is_unknown(world: LabelWorld) -> None:
    _predict(world)
    world.report({"nobody": 1})
    world.join()

    output = world.join(LATER + WAIT)

    (example,) = world.arrivals().examples["car"]
    assert output.outcomes == {LabelOutcome.UNKNOWN: 1}
    assert world.arrivals().outcomes == {"car": {LabelOutcome.UNKNOWN: 1}}
    assert example.reason == f"no prediction of the last {HORIZON_DAYS} days has this id"


def test_a_label_of_another_models_prediction_is_foreign(world: LabelWorld) -> None:
    _predict(world)
    world.register("boat")
    world.predict(rows(1, seed=2), inference_id="theirs", model="boat")
    world.report({"theirs": 1})

    output = world.join(LATER + WAIT)

    (example,) = world.arrivals().examples["car"]
    assert output.outcomes == {LabelOutcome.FOREIGN: 1}
    assert example.reason == "a prediction of boat, not of car"


def test_a_value_that_the_version_does_not_know_is_unfit(world: LabelWorld) -> None:
    _predict(world)
    world.report({"a/0": 2})

    output = world.join()

    assert output.outcomes == {LabelOutcome.UNFIT: 1}
    assert world.hour().unfit == 1
    assert world.hour().groups == ()
    assert world.hour().examples[0].reason == "version 1 answered, which does not know 2"


def test_of_an_id_that_was_used_again_the_first_prediction_is_meant(world: LabelWorld) -> None:
    world.predict(rows(1, seed=2), inference_id="again", at=PREDICTED)
    world.predict(rows(1, seed=1), inference_id="again", at=PREDICTED + timedelta(days=1))
    world.report({"again": 1})

    world.join()

    assert world.hour(PREDICTED).groups[0].labelled == 1


def test_predictions_beyond_the_horizon_are_not_looked_at(world: LabelWorld) -> None:
    _predict(world)
    late = PREDICTED + timedelta(days=HORIZON_DAYS + 1)
    world.report({"a/0": 1}, at=late)

    output = world.join(late + WAIT)

    assert output.outcomes == {LabelOutcome.UNKNOWN: 1}


def test_keeps_how_long_labels_took(world: LabelWorld) -> None:
    _predict(world)
    world.report({"a/0": 1})

    world.join()

    (group,) = world.hour().groups
    assert group.delay.total == (LATER - PREDICTED).total_seconds()


def test_lines_that_nobody_can_read_are_counted(world: LabelWorld) -> None:
    _predict(world)
    world.deliver(b'{"windvane": "ground_truth", "model": "car"}\nnonsense\n')

    output = world.join()

    assert output.corrupt_lines == world.arrivals().corrupt_lines == 2


def test_a_run_that_is_stopped_before_its_last_write_counts_nothing_twice(
    world: LabelWorld,
) -> None:
    _predict(world)
    world.report({"a/0": 1, "a/1": 0})
    world.join()
    arrived = [key for key in world.store.versions if key.startswith("labels/arrived/")]
    for key in [*arrived, "labels/cursor.json"]:
        del world.store.versions[key]

    output = world.join()

    assert output.outcomes == {LabelOutcome.TAKEN: 2}
    assert world.hour().groups[0].labelled == 2
    assert world.hour().duplicates == 0
    assert world.arrivals().outcomes == {"car": {LabelOutcome.TAKEN: 2}}


def test_what_is_left_when_time_is_over_is_the_next_runs(
    world: LabelWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    _predict(world)
    monkeypatch.setattr("functions.monitoring.label_arrivals.BATCH_BYTES", 1)
    for row in range(3):
        world.report({f"a/{row}": 1, f"later/{row}": 1}, at=LATER + row * MINUTE)

    first = join_ground_truth(
        world.ports, now=lambda: LATER + timedelta(hours=1), until=LATER + timedelta(hours=1)
    )
    second = world.join(LATER + timedelta(hours=2))

    assert (first.objects, first.pending_objects) == (1, 2)
    assert (second.objects, second.pending_objects, second.waiting_lines) == (2, 0, 3)
    assert world.hour().groups[0].labelled == 3


def test_an_old_horizon_is_not_read_again_for_new_hours(world: LabelWorld) -> None:
    for day in range(10):
        world.predict(rows(2, seed=day), inference_id=f"d{day}", at=PREDICTED - timedelta(days=day))
    world.join()
    before = world.store.calls["read"]

    world.join()

    assert world.store.calls["read"] - before <= 2


def test_two_runs_at_once_count_a_label_once(world: LabelWorld) -> None:
    _predict(world)
    world.report({"a/0": 1})

    interrupted = InterruptedStore(versions=world.store.versions, other=world.join)
    ports = replace(world.ports, captures=interrupted)
    at = LATER + 30 * MINUTE

    join_ground_truth(ports, now=lambda: at, until=at + MINUTE)

    assert world.hour().groups[0].labelled == 1
    assert world.hour().duplicates == 0
    assert world.arrivals().outcomes == {"car": {LabelOutcome.TAKEN: 1}}


def test_two_runs_at_once_leave_the_ledger_the_newest_version_of_its_file(
    world: LabelWorld,
) -> None:
    """An older one is deleted by the bucket, some days after another run wrote the same again."""
    _predict(world)
    world.report({"a/0": 1})

    interrupted = InterruptedStore(versions=world.store.versions, other=world.join, at="/entries/")
    ports = replace(world.ports, captures=interrupted)
    join_ground_truth(ports, now=lambda: LATER + 30 * MINUTE, until=LATER + 31 * MINUTE)

    day = LabelDay.model_validate_json(world.store.read(keys.label_day("car", PREDICTED.date())))
    (newest,) = world.store.list(day.entries.key)
    assert day.entries.s3_version_id == newest.s3_version_id


def test_gives_up_a_ledger_that_others_write_all_the_time(world: LabelWorld) -> None:
    _predict(world)
    world.report({"a/0": 1})

    ports = replace(world.ports, captures=BusyStore(versions=world.store.versions))

    with pytest.raises(ObjectChangedError, match="was changed by others 20 times in a row"):
        join_ground_truth(ports, now=lambda: LATER, until=LATER + MINUTE)
