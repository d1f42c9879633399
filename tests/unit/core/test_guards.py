from dataclasses import replace

import numpy as np
import pytest

from functions.contracts.model_spec import Task
from functions.contracts.rollout_policy import Guards
from functions.core.guards import (
    ALARM_SHARES,
    MINIMUM_PREDICTIONS,
    GuardCheck,
    GuardReport,
    VariantEvidence,
    judge_guards,
)
from functions.core.sequential import ScoredRows
from tests.unit.core.rollout_world import METRIC, Challenger, Traffic, answers, guard_reports

NOTHING = VariantEvidence(
    requests=0,
    failed_requests=0,
    latencies_us=np.empty(0),
    outputs=np.empty((0, 2), dtype=np.float32),
)


def version(rows: int, *, seed: int, failed: int = 0, roc_auc: float = 0.85) -> VariantEvidence:
    rng = np.random.default_rng(seed)
    labelled = answers(rng, rows, roc_auc=roc_auc, positive_rate=0.3)
    return VariantEvidence(
        requests=rows,
        failed_requests=failed,
        latencies_us=rng.lognormal(9.0, 0.5, rows),
        outputs=labelled.outputs,
        labelled=labelled,
    )


def judge(champion: VariantEvidence, challenger: VariantEvidence) -> GuardReport:
    task = Task.BINARY_CLASSIFICATION
    return judge_guards(Guards(), champion, challenger, task=task, metric=METRIC)


def check(report: GuardReport, name: str) -> GuardCheck:
    (found,) = [each for each in report.checks if each.name == name]
    return found


def test_the_alarms_are_divided_among_the_guards() -> None:
    report = judge(NOTHING, NOTHING)

    assert [each.name for each in report.checks] == list(ALARM_SHARES)
    assert sum(ALARM_SHARES.values()) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("champion", "challenger"),
    [(NOTHING, NOTHING), (version(500, seed=1), NOTHING), (NOTHING, version(500, seed=1))],
    ids=["neither", "no challenger", "no champion"],
)
def test_without_evidence_every_guard_passes_and_says_so(
    champion: VariantEvidence, challenger: VariantEvidence
) -> None:
    report = judge(champion, challenger)

    assert report.passed
    assert all(each.reason.startswith("no evidence yet: ") for each in report.checks)
    assert all(each.value is None for each in report.checks)


def test_names_the_version_that_is_silent() -> None:
    reports = judge(version(500, seed=1), NOTHING), judge(NOTHING, version(500, seed=1))

    assert "the challenger was asked nothing" in reports[0].reason
    assert "the champion was asked nothing" in reports[1].reason


def test_equal_versions_pass_with_a_sentence_for_each_guard() -> None:
    report = judge(version(2000, seed=1, failed=20), version(500, seed=2, failed=5))

    assert report.passed
    assert report.breaches == ()
    assert report.reason.count(";") == 3
    assert report.reason.count("not proven to be more than") == 3
    assert check(report, "score").value is not None


def test_a_version_that_fails_is_breached_by_its_errors() -> None:
    report = judge(version(2000, seed=1), version(200, seed=2, failed=40))

    assert not report.passed
    (breach,) = report.breaches
    assert breach.name == "error_rate"
    assert breach.value == pytest.approx(0.2)
    assert breach.limit == 0.01
    assert report.reason == breach.reason
    assert breach.reason == (
        "20.00% of the challenger's 200 requests failed against 0.00% of the champion's 2,000, "
        "proven to be more than 1.00% beyond"
    )


def test_a_version_that_fails_every_request_is_found_within_twenty() -> None:
    broken = replace(NOTHING, requests=20, failed_requests=20)

    report = judge(version(1000, seed=1), broken)

    assert [breach.name for breach in report.breaches] == ["error_rate"]


def test_a_slow_version_is_breached_by_its_latency() -> None:
    champion, challenger = version(4000, seed=1), version(1000, seed=2)
    slow = replace(challenger, latencies_us=3 * challenger.latencies_us)

    (breach,) = judge(champion, slow).breaches

    assert breach.name == "latency"
    assert breach.value == pytest.approx(3.0, rel=0.15)
    assert "proven to be more than 2 times" in breach.reason


def test_a_latency_that_was_nothing_has_a_ratio() -> None:
    instant = replace(version(2000, seed=1), latencies_us=np.zeros(2000, dtype=np.int64))
    other = replace(version(2000, seed=2), latencies_us=np.full(2000, 5, dtype=np.int64))

    assert check(judge(instant, instant), "latency").value == 1.0
    assert [breach.name for breach in judge(instant, other).breaches] == ["latency"]


def test_a_version_that_predicts_something_else_is_breached_by_its_predictions() -> None:
    champion, challenger = version(4000, seed=1), version(2000, seed=2)
    higher = challenger.outputs.copy()
    higher[:, 1] = 0.5 + higher[:, 1] / 2
    higher[:, 0] = 1 - higher[:, 1]
    shifted = replace(challenger, outputs=higher, labelled=None)

    (breach,) = judge(champion, shifted).breaches

    assert breach.name == "predictions"
    assert "proven to be more than 0.25" in breach.reason


def test_too_few_predictions_are_not_compared() -> None:
    few = version(MINIMUM_PREDICTIONS - 1, seed=2)

    found = check(judge(version(4000, seed=1), few), "predictions")

    assert found.passed
    assert found.reason == "no evidence yet: 199 answered rows of 200 that each version needs"


def test_multiclass_predictions_are_compared_by_the_likeliest_class() -> None:
    rng = np.random.default_rng(1)

    def says(shares: list[float]) -> VariantEvidence:
        outputs = np.eye(3, dtype=np.float32)[rng.choice(3, 3000, p=shares)]
        return replace(NOTHING, outputs=outputs)

    champion, same, other = says([0.5, 0.3, 0.2]), says([0.5, 0.3, 0.2]), says([0.1, 0.3, 0.6])
    task = Task.MULTICLASS_CLASSIFICATION

    assert judge_guards(Guards(), champion, same, task=task, metric=METRIC).passed
    report = judge_guards(Guards(), champion, other, task=task, metric=METRIC)
    assert [breach.name for breach in report.breaches] == ["predictions"]


def test_regressions_are_watched_by_their_own_metric() -> None:
    rng = np.random.default_rng(1)

    def values(error: float) -> VariantEvidence:
        truth = rng.normal(size=3000)
        outputs = (truth + rng.normal(0.0, error, 3000)).astype(np.float32)[:, np.newaxis]
        return replace(NOTHING, outputs=outputs, labelled=ScoredRows(truth, outputs))

    policy = Guards(metric="root_mean_squared_error", maximum_prediction_psi=5.0)
    report = judge_guards(policy, values(0.5), values(0.8), task=Task.REGRESSION, metric="r2_score")

    (breach,) = report.breaches
    assert breach.name == "score"
    assert breach.value == pytest.approx(0.3, abs=0.03)
    assert breach.reason.startswith("root_mean_squared_error 0.7902 against 0.5025")


def test_a_version_that_is_worse_is_breached_by_its_score() -> None:
    report = judge(version(10_000, seed=1), version(10_000, seed=2, roc_auc=0.8))

    (breach,) = report.breaches
    assert breach.name == "score"
    assert breach.value == pytest.approx(0.05, abs=0.02)


def test_rows_without_labels_leave_the_score_open() -> None:
    unlabelled = replace(version(1000, seed=2), labelled=None)

    found = check(judge(version(1000, seed=1), unlabelled), "score")

    assert found == GuardCheck(
        "score", passed=True, value=None, limit=0.0, reason="no evidence yet: no row has come true"
    )


def aborted_by(traffic: Traffic, challenger: Challenger, rollouts: int) -> list[tuple[str, ...]]:
    """Return the names of the guards that ended each rollout."""
    ends = [guard_reports(traffic, challenger, seed=seed)[-1] for seed in range(rollouts)]
    return [tuple(breach.name for breach in end.breaches) for end in ends]


@pytest.mark.slow
def test_rollouts_of_equal_versions_are_seldom_aborted() -> None:
    traffic = Traffic(rows=3000, shares=(0.05, 0.25, 0.5), first_look=100)

    assert sum(map(bool, aborted_by(traffic, Challenger(), 60))) <= 3


@pytest.mark.slow
def test_of_a_thousand_rollouts_of_equal_versions_at_most_a_twentieth_is_aborted() -> None:
    traffic = Traffic(rows=3000, shares=(0.05, 0.25, 0.5), first_look=100, looks=14)

    assert sum(map(bool, aborted_by(traffic, Challenger(), 1000))) <= 50


@pytest.mark.slow
@pytest.mark.parametrize(
    ("guard", "challenger", "traffic"),
    [
        ("score", Challenger(loss=0.03), Traffic(rows=20_000, looks=10)),
        ("error_rate", Challenger(failure_factor=2.0), Traffic(rows=12_000, looks=10)),
        ("latency", Challenger(latency_factor=3.0), Traffic(rows=5000, shares=(0.1,), looks=10)),
    ],
    ids=["score", "errors", "latency"],
)
def test_what_is_wrong_is_found_in_nine_of_ten_rollouts(
    guard: str, challenger: Challenger, traffic: Traffic
) -> None:
    ends = aborted_by(traffic, challenger, 100)

    assert sum(guard in names for names in ends) >= 90
