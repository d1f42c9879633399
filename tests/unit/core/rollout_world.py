"""Rollouts made up at will: two versions of a known quality, looked at again and again."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from functions.contracts.model_spec import Task
from functions.core.sequential import Decision, ScoredRows, SequentialVerdict, compare_scores


@dataclass(frozen=True, slots=True)
class Traffic:
    """Labelled rows that come in, the challenger's share of them, and when somebody looks."""

    rows: int = 20_000
    share: float = 0.5
    positive_rate: float = 0.3
    roc_auc: float = 0.85
    looks: int = 20
    first_look: int = 400

    def look_rows(self) -> NDArray[np.int64]:
        """Rows in all at each look: growing by the same factor, the last at all rows."""
        return np.geomspace(self.first_look, self.rows, self.looks).astype(np.int64)


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


def looks(
    traffic: Traffic, *, loss: float, rng: np.random.Generator
) -> Iterator[tuple[ScoredRows, ScoredRows]]:
    """Yield champion's and challenger's rows at each look of one rollout."""
    rate = traffic.positive_rate
    is_challengers = rng.random(traffic.rows) < traffic.share
    counts = np.cumsum(is_challengers)
    total = int(counts[-1])
    challenger = answers(rng, total, roc_auc=traffic.roc_auc - loss, positive_rate=rate)
    champion = answers(rng, traffic.rows - total, roc_auc=traffic.roc_auc, positive_rate=rate)
    for seen in traffic.look_rows().tolist():
        mine = int(counts[seen - 1])
        yield first_rows(champion, seen - mine), first_rows(challenger, mine)


@dataclass(frozen=True, slots=True)
class Rule:
    """What the sequential test is asked."""

    metric: str = "roc_auc_score"
    maximum_loss: float = 0.0
    false_alarm_rate: float = 0.05


def watch(
    traffic: Traffic, rule: Rule = Rule(), *, loss: float, seed: int
) -> list[SequentialVerdict]:
    """Return the verdicts of one rollout up to the first that says WORSE."""
    verdicts = []
    for champion, challenger in looks(traffic, loss=loss, rng=np.random.default_rng(seed)):
        verdict = compare_scores(
            rule.metric,
            Task.BINARY_CLASSIFICATION,
            champion,
            challenger,
            maximum_loss=rule.maximum_loss,
            false_alarm_rate=rule.false_alarm_rate,
        )
        verdicts.append(verdict)
        if verdict.decision is Decision.WORSE:
            break
    return verdicts


def aborted_share(
    traffic: Traffic, rule: Rule = Rule(), *, loss: float, rollouts: int, seed: int = 0
) -> float:
    """Return the share of rollouts that some look calls WORSE."""
    ends = [watch(traffic, rule, loss=loss, seed=seed + index)[-1] for index in range(rollouts)]
    return sum(end.decision is Decision.WORSE for end in ends) / rollouts
