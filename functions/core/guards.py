"""What ends a rollout: the challenger against the champion, each guard proven before it speaks.

A guard breaches when the evidence so far proves that the challenger is worse than the policy
allows, by a test that holds however often it is asked. The rollout's rate of false alarms is
divided among the guards by ALARM_SHARES: by Bonferroni's inequality it holds for all together.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from functions.contracts.model_spec import Task
from functions.contracts.rollout_policy import Guards
from functions.core.confidence_sequences import (
    Numbers,
    proven_psi,
    proven_quantile_ratio,
    rate_increase_evidence,
)
from functions.core.divergences import population_stability_index
from functions.core.drift_bins import bin_columns
from functions.core.profile import profile_predictions
from functions.core.scores import is_higher_better
from functions.core.sequential import Decision, ScoredRows, compare_scores

ALARM_SHARES = {"error_rate": 1 / 6, "latency": 1 / 6, "predictions": 1 / 6, "score": 1 / 2}
"""Of `false_alarm_rate`, per guard. Half is the score's: it sees least of all and needs it most."""

LATENCY_QUANTILE = 0.95

MINIMUM_PREDICTIONS = 200
"""Rows that each version must have answered before their predictions are compared: the noise of PSI
is near chi-square only where bins hold some twenty rows."""

_MICROSECONDS = 1000.0


@dataclass(frozen=True, slots=True)
class VariantEvidence:
    """All that is known of one version since the rollout began.

    `failed_requests` are among `requests`; `latencies_us` are of requests; `outputs` of answered
    rows, shape (n, n_classes) or (n, 1); `labelled` the rows of those that something came true of.
    """

    requests: int
    failed_requests: int
    latencies_us: Numbers
    outputs: NDArray[np.float32]
    labelled: ScoredRows | None = None


@dataclass(frozen=True, slots=True)
class GuardCheck:
    """One guard's answer. `value` is what was measured, None without evidence."""

    name: str
    passed: bool
    value: float | None
    limit: float
    reason: str


@dataclass(frozen=True, slots=True)
class GuardReport:
    """Every guard's answer at one look."""

    checks: tuple[GuardCheck, ...]

    @property
    def passed(self) -> bool:
        """Whether no guard breaches."""
        return not self.breaches

    @property
    def breaches(self) -> tuple[GuardCheck, ...]:
        """The guards that end the rollout."""
        return tuple(check for check in self.checks if not check.passed)

    @property
    def reason(self) -> str:
        """One sentence for the record: all breaches, or what was found in order."""
        told = self.breaches or self.checks
        return "; ".join(check.reason for check in told)


def judge_guards(
    policy: Guards,
    champion: VariantEvidence,
    challenger: VariantEvidence,
    *,
    task: Task,
    metric: str,
) -> GuardReport:
    """Return every guard's answer to what two versions did in the same hours.

    Parameters
    ----------
    policy : Guards
        Of model.toml; its `metric` comes before `metric`.
    champion, challenger : VariantEvidence
        All since the rollout began, not since the last look or step: the rate of false alarms is of
        the whole rollout, and evidence that starts anew starts a new chance to be wrong.
    task : Task
    metric : str
        The model's `training.metric`.

    Returns
    -------
    GuardReport
        Four checks: error_rate, latency, predictions, score. A guard without evidence passes and
        says so.
    """
    pair = (champion, challenger)
    return GuardReport(
        checks=(
            _check_error_rate(policy, *pair),
            _check_latency(policy, *pair),
            _check_predictions(policy, *pair, task=task),
            _check_score(policy, *pair, task=task, metric=policy.metric or metric),
        )
    )


def _alpha(policy: Guards, name: str) -> float:
    return policy.false_alarm_rate * ALARM_SHARES[name]


def _silent(name: str, limit: float, reason: str) -> GuardCheck:
    return GuardCheck(
        name, passed=True, value=None, limit=limit, reason=f"no evidence yet: {reason}"
    )


def _check_error_rate(
    policy: Guards, champion: VariantEvidence, challenger: VariantEvidence
) -> GuardCheck:
    name, limit = "error_rate", policy.maximum_error_rate_increase
    if not champion.requests or not challenger.requests:
        return _silent(name, limit, f"{_idle(champion.requests)} was asked nothing")
    old, new = (each.failed_requests / each.requests for each in (champion, challenger))
    evidence = rate_increase_evidence(
        (champion.failed_requests, champion.requests),
        (challenger.failed_requests, challenger.requests),
        increase=limit,
    )
    passed = evidence * _alpha(policy, name) < 1.0
    reason = (
        f"{new:.2%} of the challenger's {challenger.requests:,} requests failed against {old:.2%} "
        f"of the champion's {champion.requests:,}, "
        f"{_proof(passed)} more than {limit:.2%} beyond"
    )
    return GuardCheck(name, passed, new - old, limit, reason)


def _check_latency(
    policy: Guards, champion: VariantEvidence, challenger: VariantEvidence
) -> GuardCheck:
    name, limit = "latency", policy.maximum_latency_ratio
    rows = len(champion.latencies_us), len(challenger.latencies_us)
    if not all(rows):
        return _silent(name, limit, f"{_idle(rows[0])} has no measured request")
    old, new = (
        float(np.quantile(each.latencies_us, LATENCY_QUANTILE)) for each in (champion, challenger)
    )
    proven = proven_quantile_ratio(
        champion.latencies_us,
        challenger.latencies_us,
        rate=LATENCY_QUANTILE,
        alpha=_alpha(policy, name),
    )
    passed = proven <= limit
    ratio = new / old if old > 0 else float("inf") if new > 0 else 1.0
    reason = (
        f"95% of requests took at most {new / _MICROSECONDS:.1f} ms against "
        f"{old / _MICROSECONDS:.1f} ms, {ratio:.2f} times as long, "
        f"{_proof(passed)} more than {limit:g} times"
    )
    return GuardCheck(name, passed, ratio, limit, reason)


def _check_predictions(
    policy: Guards, champion: VariantEvidence, challenger: VariantEvidence, *, task: Task
) -> GuardCheck:
    name, limit = "predictions", policy.maximum_prediction_psi
    rows = len(champion.outputs), len(challenger.outputs)
    if min(rows) < MINIMUM_PREDICTIONS:
        reason = f"{min(rows):,} answered rows of {MINIMUM_PREDICTIONS} that each version needs"
        return _silent(name, limit, reason)
    binned = bin_columns(
        profile_predictions(task, champion.outputs),
        profile_predictions(task, challenger.outputs),
        [str(code) for code in range(champion.outputs.shape[1])],
    )
    psi = population_stability_index(binned.reference, binned.current)
    alpha = _alpha(policy, name)
    proven = proven_psi(psi, bins=len(binned.labels), rows=rows, alpha=alpha)
    passed = proven <= limit
    reason = (
        f"PSI {psi:.3f} of {rows[1]:,} predictions against the champion's {rows[0]:,}, "
        f"{_proof(passed)} more than {limit:g}"
    )
    return GuardCheck(name, passed, psi, limit, reason)


def _check_score(
    policy: Guards,
    champion: VariantEvidence,
    challenger: VariantEvidence,
    *,
    task: Task,
    metric: str,
) -> GuardCheck:
    name, limit = "score", policy.maximum_score_loss
    if champion.labelled is None or challenger.labelled is None:
        return _silent(name, limit, "no row has come true")
    verdict = compare_scores(
        metric,
        task,
        champion.labelled,
        challenger.labelled,
        maximum_loss=limit,
        false_alarm_rate=_alpha(policy, name),
    )
    if np.isnan(verdict.difference):
        return GuardCheck(name, passed=True, value=None, limit=limit, reason=verdict.reason)
    loss = -verdict.difference if is_higher_better(metric) else verdict.difference
    passed = verdict.decision is not Decision.WORSE
    return GuardCheck(name, passed, loss, limit, verdict.reason)


def _idle(of_champion: int) -> str:
    return "the champion" if not of_champion else "the challenger"


def _proof(passed: bool) -> str:
    return "not proven to be" if passed else "proven to be"
