import math

import numpy as np
import pytest

from functions.contracts.model_spec import Task
from functions.core.scores import METRICS, UnknownMetricError
from functions.core.sequential import (
    MINIMUM_EFFECTIVE_ROWS,
    MINIMUM_ROWS,
    Decision,
    ScoredRows,
    compare_scores,
    mixture_margin,
)
from tests.unit.core.rollout_world import (
    Rule,
    Traffic,
    aborted_share,
    answers,
    ask,
    watch,
)

BINARY = Task.BINARY_CLASSIFICATION
SCORE_SHARE = Rule(false_alarm_rate=0.025)
"""What the score gets of a rollout's 5%."""


def rows(count: int, *, seed: int, roc_auc: float = 0.85, positive_rate: float = 0.3) -> ScoredRows:
    rng = np.random.default_rng(seed)
    return answers(rng, count, roc_auc=roc_auc, positive_rate=positive_rate)


def test_margin_holds_over_a_long_walk() -> None:
    rng = np.random.default_rng(1)
    times = np.arange(1, 2001)
    margins = np.array(
        [mixture_margin(1 / t, design_variance=1 / 100, error_rate=0.05) for t in times.tolist()]
    )

    means = rng.standard_normal((2000, len(times))).cumsum(axis=1) / times
    strayed = (means > margins).any(axis=1).mean()

    assert 0.01 < strayed <= 0.05


def test_one_look_margins_would_stray_in_most_walks() -> None:
    rng = np.random.default_rng(1)
    times = np.arange(1, 2001)

    means = rng.standard_normal((2000, len(times))).cumsum(axis=1) / times
    strayed = (means > 1.645 / np.sqrt(times)).any(axis=1).mean()

    assert strayed > 0.4


@pytest.mark.parametrize("error_rate", [0.4, 0.05, 0.001])
def test_margin_is_where_the_mixture_reaches_its_limit(error_rate: float) -> None:
    time, spread = 800.0, 250.0

    margin = mixture_margin(1 / time, design_variance=1 / spread, error_rate=error_rate)

    x = margin * time / math.sqrt(time + spread)
    mixture = 2 * math.sqrt(spread / (time + spread)) * math.exp(x * x / 2)
    mixture *= 0.5 * math.erfc(-x / math.sqrt(2))
    assert mixture == pytest.approx(1 / error_rate, rel=1e-9)


def test_margin_is_nearly_its_narrowest_from_three_times_its_design_to_a_hundred() -> None:
    deviations = [
        mixture_margin(1.0, design_variance=t, error_rate=0.025) for t in np.geomspace(1, 1000, 200)
    ]

    narrow = [d for d, t in zip(deviations, np.geomspace(1, 1000, 200), strict=True) if 3 < t < 100]
    assert max(narrow) < 1.08 * min(deviations)
    assert deviations[0] > 1.15 * min(deviations)


def test_proves_a_loss_and_says_so() -> None:
    verdict = watch(Traffic(), SCORE_SHARE, loss=0.05, seed=1)[-1]

    assert verdict.decision is Decision.WORSE
    assert verdict.upper < 0.0
    assert verdict.lower < verdict.difference < verdict.upper
    assert "a loss of at least" in verdict.reason
    assert verdict.reason.startswith("roc_auc_score 0.")


def test_proves_that_a_loss_is_small_enough() -> None:
    verdict = ask(Rule(maximum_loss=0.05), rows(10_000, seed=1), rows(10_000, seed=2))

    assert verdict.decision is Decision.NOT_WORSE
    assert verdict.lower >= -0.05
    assert "0.0500 of loss is allowed" in verdict.reason


def test_proves_a_gain() -> None:
    verdict = ask(Rule(), rows(10_000, seed=1), rows(10_000, seed=2, roc_auc=0.95))

    assert verdict.decision is Decision.NOT_WORSE
    assert "a gain of at least" in verdict.reason


def test_does_not_decide_what_the_rows_do_not_show() -> None:
    verdict = ask(Rule(), rows(1000, seed=1), rows(1000, seed=2))

    assert verdict.decision is Decision.UNDECIDED
    assert verdict.lower < 0.0 < verdict.upper
    assert "does not yet prove" in verdict.reason


def test_a_tolerated_loss_ends_nothing() -> None:
    champion, challenger = rows(20_000, seed=1), rows(20_000, seed=2, roc_auc=0.80)

    assert ask(Rule(), champion, challenger).decision is Decision.WORSE
    assert ask(Rule(maximum_loss=0.1), champion, challenger).decision is Decision.NOT_WORSE


@pytest.mark.parametrize("metric", ["log_loss_error", "brier_error"])
def test_of_an_error_more_is_worse(metric: str) -> None:
    verdict = ask(Rule(metric), rows(10_000, seed=1), rows(10_000, seed=2, roc_auc=0.7))

    assert verdict.decision is Decision.WORSE
    assert verdict.lower > 0.0


def test_compares_regressions() -> None:
    rng = np.random.default_rng(1)
    truth = rng.normal(size=2000)
    near, far = (
        (truth + rng.normal(0, error, 2000)).astype(np.float32)[:, np.newaxis]
        for error in (1.0, 1.5)
    )

    decisions = {
        metric: compare_scores(
            metric,
            Task.REGRESSION,
            ScoredRows(truth, near),
            ScoredRows(truth, far),
            maximum_loss=0.0,
            false_alarm_rate=0.01,
        ).decision
        for metric in METRICS[Task.REGRESSION]
    }

    assert set(decisions.values()) == {Decision.WORSE}


@pytest.mark.parametrize("count", [0, MINIMUM_ROWS - 1])
def test_says_nothing_before_each_version_has_enough_rows(count: int) -> None:
    verdict = ask(Rule(), rows(5000, seed=1), rows(count, seed=2, roc_auc=0.6))

    assert verdict.decision is Decision.UNDECIDED
    assert math.isnan(verdict.difference)
    assert "no evidence yet" in verdict.reason or "too early to tell" in verdict.reason


def test_says_nothing_while_a_few_rows_decide() -> None:
    rare = {"positive_rate": 0.01, "roc_auc": 0.8}

    verdict = ask(Rule(), rows(5000, seed=1, **rare), rows(300, seed=2, **rare))

    assert f"{MINIMUM_EFFECTIVE_ROWS:.0f} needed" in verdict.reason
    assert verdict.decision is Decision.UNDECIDED


def test_says_nothing_of_versions_that_never_err() -> None:
    truth = np.array([0, 1] * 500)
    right = ScoredRows(truth, np.eye(2, dtype=np.float32)[truth])

    verdict = ask(Rule("accuracy_score"), right, right)

    assert verdict.decision is Decision.UNDECIDED
    assert "weight of 0 rows" in verdict.reason


def test_a_champion_that_never_errs_does_not_hide_a_challenger_that_does() -> None:
    truth = np.array([0, 1] * 500)
    right = ScoredRows(truth, np.eye(2, dtype=np.float32)[truth])
    wrong = ScoredRows(truth, right.outputs.copy())
    wrong.outputs[:300] = wrong.outputs[:300, ::-1]

    assert ask(Rule("accuracy_score"), right, wrong).decision is Decision.WORSE


def test_one_class_alone_is_no_evidence() -> None:
    champion = rows(1000, seed=1)
    negatives = ScoredRows(np.zeros(1000, dtype=np.int64), champion.outputs)

    verdict = ask(Rule(), champion, negatives)

    assert verdict.decision is Decision.UNDECIDED
    assert verdict.reason.startswith("no evidence yet: roc_auc_score is undefined")


def test_refuses_a_metric_of_another_task() -> None:
    with pytest.raises(UnknownMetricError):
        ask(Rule("r2_score"), rows(200, seed=1), rows(200, seed=2))


@pytest.mark.slow
@pytest.mark.parametrize("metric", METRICS[BINARY])
def test_few_rows_of_a_rare_class_seldom_decide_wrongly(metric: str) -> None:
    """Where an asymptotic test is weakest: 5% of the callers, 5% of them positive."""
    traffic = Traffic(
        rows=4000, shares=(0.05,), positive_rate=0.05, roc_auc=0.9, first_look=400, looks=12
    )
    decided = {Decision.WORSE: 0, Decision.NOT_WORSE: 0}
    for seed in range(100):
        found = {verdict.decision for verdict in watch(traffic, Rule(metric), loss=0.0, seed=seed)}
        for decision in decided:
            decided[decision] += decision in found

    assert decided[Decision.WORSE] <= 5
    assert decided[Decision.NOT_WORSE] <= 5


@pytest.mark.slow
def test_equal_versions_are_seldom_called_worse() -> None:
    traffic = Traffic(rows=4000, shares=(0.1, 0.5), first_look=200)

    assert aborted_share(traffic, loss=0.0, rollouts=150) <= 0.05


@pytest.mark.slow
def test_of_a_thousand_equal_versions_at_most_a_twentieth_is_aborted() -> None:
    traffic = Traffic(rows=6000, shares=(0.1, 0.25, 0.5), first_look=300, looks=16)

    assert aborted_share(traffic, loss=0.0, rollouts=1000) <= 0.05


@pytest.mark.slow
@pytest.mark.parametrize(("shares", "least"), [((0.5,), 0.9), ((0.1, 0.25, 0.5), 0.85)])
def test_three_points_of_roc_auc_are_found_in_nine_of_ten_rollouts(
    shares: tuple[float, ...], least: float
) -> None:
    """With the share of the false alarms that the score has, 20,000 labelled rows in all."""
    traffic = Traffic(shares=shares, looks=10)  # who looks oftener finds no fewer
    found = aborted_share(traffic, SCORE_SHARE, loss=0.03, rollouts=200)

    assert found >= least
