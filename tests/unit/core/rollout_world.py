"""Rollouts made up at will: two versions of a known quality, looked at again and again."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from functions.contracts.model_spec import Task
from functions.contracts.rollout_policy import Guards
from functions.core.guards import GuardReport, VariantEvidence, judge_guards
from functions.core.sequential import Decision, ScoredRows, SequentialVerdict, compare_scores

METRIC = "roc_auc_score"


@dataclass(frozen=True, slots=True)
class Traffic:
    """Labelled rows that come in, the challenger's shares of them, and when somebody looks.

    `shares` follow each other, each for as many rows.
    """

    rows: int = 20_000
    shares: tuple[float, ...] = (0.5,)
    positive_rate: float = 0.3
    roc_auc: float = 0.85
    looks: int = 20
    first_look: int = 400

    def look_rows(self) -> list[int]:
        """Rows in all at each look: growing by the same factor, the last at all rows."""
        return [round(count) for count in np.geomspace(self.first_look, self.rows, self.looks)]

    def routed(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """How many of the first 1, 2, … rows went to the challenger."""
        share = np.repeat(self.shares, -(-self.rows // len(self.shares)))[: self.rows]
        return np.cumsum(rng.random(self.rows) < share)


@dataclass(frozen=True, slots=True)
class Rule:
    """What the sequential test is asked."""

    metric: str = METRIC
    maximum_loss: float = 0.0
    false_alarm_rate: float = 0.05


@dataclass(frozen=True, slots=True)
class Challenger:
    """How the challenger differs from the champion, which fails 5% of requests."""

    loss: float = 0.0
    failure_factor: float = 1.0
    latency_factor: float = 1.0


def answers(
    rng: np.random.Generator, rows: int, *, roc_auc: float, positive_rate: float
) -> ScoredRows:
    """Return rows and calibrated probabilities of the given true ROC AUC (two unit normals)."""
    distance = math.sqrt(2.0) * NormalDist().inv_cdf(roc_auc)
    truth = (rng.random(rows) < positive_rate).astype(np.int64)
    logit = distance * (rng.standard_normal(rows) + distance * truth) - distance**2 / 2.0
    logit += math.log(positive_rate / (1.0 - positive_rate))
    positive = (1.0 / (1.0 + np.exp(-logit))).astype(np.float32)
    return ScoredRows(truth, np.stack([1.0 - positive, positive], axis=1))


def first_rows(rows: ScoredRows, count: int) -> ScoredRows:
    return ScoredRows(rows.truth[:count], rows.outputs[:count])


def looks(traffic: Traffic, *, loss: float, seed: int) -> Iterator[tuple[ScoredRows, ScoredRows]]:
    """Yield champion's and challenger's rows at each look of one rollout."""
    rng, rate = np.random.default_rng(seed), traffic.positive_rate
    routed = traffic.routed(rng)
    total = int(routed[-1])
    challenger = answers(rng, total, roc_auc=traffic.roc_auc - loss, positive_rate=rate)
    champion = answers(rng, traffic.rows - total, roc_auc=traffic.roc_auc, positive_rate=rate)
    for seen in traffic.look_rows():
        mine = int(routed[seen - 1])
        yield first_rows(champion, seen - mine), first_rows(challenger, mine)


def ask(rule: Rule, champion: ScoredRows, challenger: ScoredRows) -> SequentialVerdict:
    return compare_scores(
        rule.metric,
        Task.BINARY_CLASSIFICATION,
        champion,
        challenger,
        maximum_loss=rule.maximum_loss,
        false_alarm_rate=rule.false_alarm_rate,
    )


def watch(
    traffic: Traffic, rule: Rule = Rule(), *, loss: float, seed: int
) -> list[SequentialVerdict]:
    """Return the verdicts of one rollout up to the first that says WORSE."""
    verdicts = []
    for champion, challenger in looks(traffic, loss=loss, seed=seed):
        verdicts.append(ask(rule, champion, challenger))
        if verdicts[-1].decision is Decision.WORSE:
            break
    return verdicts


def aborted_share(
    traffic: Traffic, rule: Rule = Rule(), *, loss: float, rollouts: int, seed: int = 0
) -> float:
    """Return the share of rollouts that some look calls WORSE."""
    ends = [watch(traffic, rule, loss=loss, seed=seed + index)[-1] for index in range(rollouts)]
    return sum(end.decision is Decision.WORSE for end in ends) / rollouts


def evidence(
    rng: np.random.Generator, rows: ScoredRows, *, failure_rate: float, latency_us: float
) -> VariantEvidence:
    """Return what is known of a version that answered these rows one a request, all labelled."""
    requests = len(rows.truth)
    return VariantEvidence(
        requests=requests,
        failed_requests=int((rng.random(requests) < failure_rate).sum()),
        latencies_us=rng.lognormal(math.log(latency_us), 0.6, requests),
        outputs=rows.outputs,
        labelled=rows,
    )


def guard_reports(
    traffic: Traffic, challenger: Challenger = Challenger(), *, seed: int
) -> list[GuardReport]:
    """Return the reports of one rollout with all guards on, up to the first breach."""
    rng = np.random.default_rng([seed, 1])
    reports = []
    known: list[VariantEvidence | None] = [None, None]
    factors = ((1.0, 1.0), (challenger.failure_factor, challenger.latency_factor))
    for pair in looks(traffic, loss=challenger.loss, seed=seed):
        for side, (rows, (failures, latency)) in enumerate(zip(pair, factors, strict=True)):
            before = known[side]
            fresh = ScoredRows(*(part[before.requests if before else 0 :] for part in _parts(rows)))
            new = evidence(rng, fresh, failure_rate=0.05 * failures, latency_us=8000.0 * latency)
            known[side] = _joined(before, new, rows)
        champion, candidate = known
        assert champion is not None
        assert candidate is not None
        task = Task.BINARY_CLASSIFICATION
        reports.append(judge_guards(Guards(), champion, candidate, task=task, metric=METRIC))
        if not reports[-1].passed:
            break
    return reports


def _parts(rows: ScoredRows) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    return rows.truth.astype(np.int64), rows.outputs


def _joined(
    before: VariantEvidence | None, new: VariantEvidence, rows: ScoredRows
) -> VariantEvidence:
    if before is None:
        return new
    return VariantEvidence(
        requests=before.requests + new.requests,
        failed_requests=before.failed_requests + new.failed_requests,
        latencies_us=np.concatenate([before.latencies_us, new.latencies_us]),
        outputs=rows.outputs,
        labelled=rows,
    )
