"""Which scores of a model are followed over time, and what they are held against."""

from functions.contracts.alerts import ConditionKind
from functions.contracts.drift import ScoreLimit
from functions.contracts.model_spec import ModelSpec

GATE = "gate"
"""The source of a limit that is a gate's; of a condition's it is the severity."""


def watched_scores(spec: ModelSpec) -> tuple[str, ...]:
    """Return the scores that are followed: training's metric, and those of SCORE conditions."""
    limited = (c.score for c in spec.alerts.of_kind(ConditionKind.SCORE) if c.score is not None)
    return tuple(dict.fromkeys((spec.training.metric, *limited)))


def score_limits(spec: ModelSpec) -> tuple[ScoreLimit, ...]:
    """Return the limits of the followed scores: of conditions, the gravest first, then of gates."""
    watched = watched_scores(spec)
    conditions = [
        ScoreLimit(metric=condition.score, limit=condition.limit, source=condition.severity.value)
        for condition in spec.alerts.of_kind(ConditionKind.SCORE)
        if condition.score is not None and condition.limit is not None
    ]
    gates = [
        ScoreLimit(metric=metric, limit=limit, source=GATE)
        for metric, bound in spec.gates.absolute.items()
        if metric in watched
        for limit in (bound.minimum, bound.maximum)
        if limit is not None
    ]
    return (*conditions, *gates)
