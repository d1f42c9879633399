"""What PlanCandidates makes of earlier times is what Evaluate knows them by."""

from datetime import timedelta

import pytest

from functions.contracts.messages import Candidate, PrepareOutput, TrainOutput, Trigger
from functions.contracts.model_spec import ModelSpec, Training
from functions.release.evaluate import evaluate
from functions.training.plan_candidates import plan_candidates
from tests.fakes.documents import NOW
from tests.fakes.retraining import trigger
from tests.unit.release.world import PREPARED, World, spec

DAY = timedelta(days=1)
WORSE = (-1.0, 2.0, -0.5)
LARGE = PREPARED.model_copy(update={"train_rows": 3000, "holdout_rows": 300})


def about(*earlier: int, rows: int) -> Trigger:
    """A trigger that tells of changes, each of which ended a time that is held for another day."""
    return trigger().model_copy(
        update={
            "since": NOW - DAY,
            "labelled_rows": rows,
            "earlier": earlier,
            "earlier_since": tuple(NOW - (99 - number) * DAY for number in range(len(earlier))),
            "releases": tuple(NOW + (1 + number) * DAY for number in range(len(earlier))),
        }
    )


def trained(candidates: tuple[Candidate, ...], *, best: Candidate) -> tuple[TrainOutput, ...]:
    """Runs of which one learned what the rows that judge show, and no other did."""
    return tuple(
        TrainOutput(
            run_id=f"run-{each.index}",
            run_record_key="",
            metric="roc_auc_score",
            value=0.95 if each == best else 0.5,
            parameters=each.parameters,
            rows=each.rows,
            skipped=each.skipped,
        )
        for each in candidates
    )


def trying(**training: object) -> ModelSpec:
    section = Training.model_validate({"metric": "roc_auc_score", **training})
    return spec().model_copy(update={"training": section})


@pytest.mark.parametrize(
    ("made", "prepared", "told", "times"),
    [
        (trying(window_rows="auto"), LARGE, about(2600, 1500, rows=700), 2),
        (trying(window_rows=(400, 3300)), LARGE, about(2600, 1500, rows=700), 2),
        (trying(window_rows="auto"), LARGE, about(90_000, 2600, 1500, rows=700), 2),
        (trying(window_rows=(500, 2000)), LARGE, about(2600, 1500, rows=700), 1),
        (trying(window_rows="auto"), LARGE, about(2600, 250, rows=200), 1),
        (
            trying(window_rows="auto", parameters={"depth": (2, 3), "rate": (0.1, 0.2)}),
            LARGE,
            about(2600, 1500, rows=700),
            8,
        ),
        (trying(window_rows="auto"), LARGE, about(*range(3200, 1000, -160), rows=700), 8),
    ],
    ids=[
        "each time",
        "listed counts",
        "more rows than are prepared",
        "more rows than are learned from",
        "fewer rows than are held out",
        "a search of parameters",
        "more times than are tried",
    ],
)
def test_knows_every_earlier_time_that_was_tried(
    made: ModelSpec, prepared: PrepareOutput, told: Trigger, times: int
) -> None:
    world = World()
    world.add_champion(world.add_artifact(WORSE))
    message = world.evaluate_input().model_copy(update={"trigger": told, "prepare": prepared})
    candidates = plan_candidates(made, prepared, told).candidates

    found = {}
    for best in candidates:
        asked = message.model_copy(update={"train": trained(candidates, best=best)})
        output = evaluate(asked, spec=made, bench=world.bench(), now=NOW)
        found[best.index] = (output.found.went_back, output.passed)

    earlier = [each for each in candidates if each.skipped]
    assert len(earlier) == times
    for each in candidates:
        back, passed = found[each.index]
        if not each.skipped:
            assert (back, passed) == (None, True)
            continue
        ended = told.earlier.index(each.skipped + prepared.holdout_rows)
        assert back is not None
        assert (back.to, back.held_until) == (told.earlier_since[ended], told.releases[ended])
        assert not passed
