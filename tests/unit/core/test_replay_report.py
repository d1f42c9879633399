from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from functions.contracts.drift import Verdict
from functions.contracts.replay import ReplayReport
from functions.contracts.rollout_policy import ReplayPolicy
from tests.unit.core.drift_world import Matrix
from tests.unit.core.replay_world import (
    POLICY,
    REPLAY,
    higher,
    multiclass_spec,
    regression_spec,
    replayed,
    report,
)

GOLDEN = Path(__file__).parents[2] / "golden"


def worse(outputs: Matrix) -> Matrix:
    """What a version says that has lost half of what it knew."""
    noise = np.random.default_rng(3).permutation(outputs)
    return ((outputs + noise) / 2).astype(np.float32)


def gates(found: ReplayReport) -> dict[str, bool]:
    return {gate.gate: gate.passed for gate in found.gates}


def test_a_version_that_answers_alike_passes() -> None:
    found = report(replayed(3000, factor=1.01))

    assert found.passed
    assert found.reason == "all 4 gates passed"
    assert found.agreement is not None
    assert found.agreement > 0.98
    assert found.predictions is not None
    assert found.predictions.verdict is Verdict.OK
    assert (found.labelled_rows, found.scored_rows) == (2000, 2000)
    assert (found.champion, found.challenger) == (7, 8)


def test_without_limits_only_answers_are_asked_for() -> None:
    found = report(replayed(3000, factor=1.5), ReplayPolicy())

    assert gates(found) == {"replay.answers": True}
    assert found.reason == "its gate passed"
    assert found.predictions is not None
    assert found.predictions.threshold == 0.25


def test_a_version_that_answers_otherwise_fails_by_agreement_and_predictions() -> None:
    found = report(replayed(3000, factor=1.8))

    assert not found.passed
    assert gates(found) == {
        "replay.answers": True,
        "replay.agreement": False,
        "replay.predictions": False,
        "replay.score": True,
    }
    assert "the versions agree on" in found.reason
    assert "reaches 0.25" in found.reason


def test_a_version_that_is_proven_worse_fails_by_its_score() -> None:
    whole = replayed(3000)

    found = report(replace(whole, challenger=worse(whole.champion)))

    score = {gate.gate: gate for gate in found.gates}["replay.score"]
    assert not score.passed
    assert score.value is not None
    assert score.value > 0.01
    assert "a loss of more than 0.01 is proven" in score.reason


def test_a_loss_of_few_rows_is_not_proven() -> None:
    whole = replayed(120)

    found = report(replace(whole, challenger=worse(whole.champion)))

    assert gates(found)["replay.score"]
    assert "100 needed to tell" in found.reason or "is not proven" in found.gates[-1].reason


def test_of_an_error_more_is_a_loss() -> None:
    rng = np.random.default_rng(1)
    whole = replayed(1000)
    truth = rng.normal(10.0, 1.0, 1000)
    near = truth + rng.normal(0.0, 0.5, 1000)
    far = near + rng.normal(0.0, 1.0, 1000)
    values = [each.astype(np.float32)[:, np.newaxis] for each in (near, far)]
    replays = replace(whole, champion=values[0], challenger=values[1], truth=truth)

    watched = replace(REPLAY, metric="root_mean_squared_error")

    found = report(replays, POLICY, regression_spec(), watched)

    score = found.gates[-1]
    assert not score.passed
    assert score.value == pytest.approx(0.6, abs=0.1)
    assert set(found.champion_scores) == {
        "root_mean_squared_error",
        "mean_absolute_error",
        "r2_score",
    }


def test_a_version_that_cannot_answer_fails() -> None:
    whole = replayed(300)
    silent = whole.challenger.copy()
    silent[5] = np.nan

    found = report(replace(whole, challenger=silent), ReplayPolicy())

    assert not found.passed
    assert found.reason == (
        "1 of 1 gates failed: car/8 has no finite answer to 1 of 300 rows, the champion to 0"
    )


def test_a_version_that_cannot_answer_what_the_champion_cannot_passes() -> None:
    whole = replayed(300)
    champion, challenger = whole.champion.copy(), whole.challenger.copy()
    champion[:2], challenger[5] = np.nan, np.nan

    found = report(replace(whole, champion=champion, challenger=challenger), ReplayPolicy())

    assert found.passed
    assert found.compared_rows == 297


def test_nothing_to_replay_passes_and_says_so() -> None:
    found = report(replayed(0))

    assert found.passed
    assert found.agreement is None
    assert found.predictions is None
    assert all(gate.reason.startswith("no evidence yet: ") for gate in found.gates)


def test_rows_without_labels_leave_the_score_open() -> None:
    found = report(replayed(300, labelled=False))

    assert found.score is None
    assert found.gates[-1].passed
    assert found.gates[-1].reason.startswith("no evidence yet: no captured row with a label")


def test_few_rows_show_no_shift_of_predictions() -> None:
    whole = replayed(50)

    found = report(replace(whole, challenger=higher(whole.champion, 1.9)))

    assert found.predictions is not None
    assert found.predictions.verdict is Verdict.NOT_ENOUGH_ROWS
    assert gates(found)["replay.predictions"]


def test_classes_are_named_in_the_shift() -> None:
    rng = np.random.default_rng(1)
    outputs = rng.dirichlet([1, 1, 1], 300).astype(np.float32)
    whole = replace(replayed(300, labelled=False), champion=outputs, challenger=outputs)

    found = report(whole, POLICY, multiclass_spec())

    assert found.predictions is not None
    assert found.predictions.bins == ("bronze", "silver", "gold")


def test_reads_the_report_it_once_wrote() -> None:
    text = (GOLDEN / "replay_report_v1.json").read_text(encoding="utf-8")

    found = ReplayReport.model_validate_json(text)

    now = report(replayed(300, factor=1.2))
    assert found.schema_version == 1
    assert found.model_dump().keys() == now.model_dump().keys()
    assert found.agreement == now.agreement
    assert [row.inference_id for row in found.differing] == [
        row.inference_id for row in now.differing
    ]
    assert found.challenger_scores == pytest.approx(now.challenger_scores)
