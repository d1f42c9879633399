"""`[alerts]` of model.toml: which condition pages somebody, which retrains, which is noted.

A condition is a word (`data_fault`), or a limit (`accuracy_score < 0.85`,
`no_labels > 7 days`). Each has a metric of its own, 1 while it holds and 0 else, that is emitted by
who judges it and watched by one alarm.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from pydantic import Field

from functions.contracts.base import Document


class Severity(StrEnum):
    """What a condition leads to, the gravest first."""

    PAGE = "page"
    RETRAIN = "retrain"
    NOTE = "note"


class ConditionKind(StrEnum):
    """What can be watched."""

    DATA_FAULT = "data_fault"
    LABEL_CHANGE = "label_change"
    SCORE = "score"
    ESTIMATED_LOSS = "estimated_loss"
    HARDER_ROWS = "harder_rows"
    INPUT_DRIFT = "input_drift"
    PREDICTION_DRIFT = "prediction_drift"
    NO_LABELS = "no_labels"


MEANINGS: dict[ConditionKind, str] = {
    ConditionKind.DATA_FAULT: "a broken table or caller: nothing is learned from it",
    ConditionKind.LABEL_CHANGE: "labels no longer come out as the model says",
    ConditionKind.SCORE: "a score of the window's labelled rows is beyond its limit",
    ConditionKind.ESTIMATED_LOSS: "a loss of quality is estimated, without labels",
    ConditionKind.HARDER_ROWS: "the loss rose, and the model foretold it",
    ConditionKind.INPUT_DRIFT: "features have drifted from the reference",
    ConditionKind.PREDICTION_DRIFT: "the predictions have drifted from the reference",
    ConditionKind.NO_LABELS: "no label has come for as many days",
}

DRIFT = "drift"
"""Short for input_drift and prediction_drift."""

_DAYS = re.compile(r"no_labels\s*>\s*([0-9]+(?:\.[0-9]+)?)\s*(?:d|days?)")
_LIMIT = re.compile(r"([a-z0-9_]+_(?:score|error))\s*([<>])\s*([0-9]+(?:\.[0-9]+)?)")


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that is watched, and what it leads to.

    `score` and `limit` are of a SCORE (a `*_score` below, an `*_error` above it); of NO_LABELS
    `limit` is days.
    """

    kind: ConditionKind
    severity: Severity
    score: str | None = None
    limit: float | None = None

    @property
    def sign(self) -> str:
        """`<` of a score, `>` of an error and of days; empty of a word."""
        if self.limit is None:
            return ""
        return "<" if self.score is not None and self.score.endswith("_score") else ">"

    @property
    def text(self) -> str:
        """As model.toml says it.

        Examples
        --------
        >>> Condition(ConditionKind.SCORE, Severity.PAGE, "accuracy_score", 0.85).text
        'accuracy_score < 0.85'
        >>> Condition(ConditionKind.NO_LABELS, Severity.NOTE, limit=7.0).text
        'no_labels > 7 days'
        """
        if self.limit is None:
            return self.kind.value
        unit = " days" if self.kind is ConditionKind.NO_LABELS else ""
        return f"{self.score or self.kind.value} {self.sign} {self.limit:g}{unit}"

    @property
    def metric_name(self) -> str:
        """The metric that says whether it holds, unique within the model's namespace.

        Examples
        --------
        >>> Condition(ConditionKind.SCORE, Severity.PAGE, "accuracy_score", 0.85).metric_name
        'PageAccuracyScore0.85'
        >>> Condition(ConditionKind.DATA_FAULT, Severity.PAGE).metric_name
        'PageDataFault'
        """
        limit = "" if self.limit is None else f"{self.limit:g}"
        words = f"{self.severity}_{self.score or self.kind}".split("_")
        return "".join(word.capitalize() for word in words) + limit


class Alerts(Document):
    """Conditions by what they lead to; each is listed once in a list."""

    page: tuple[str, ...] = Field(
        default=("data_fault", "estimated_loss"), description="a person is called"
    )
    retrain: tuple[str, ...] = Field(
        default=("label_change",),
        description="retraining is asked for, unless a data fault is found",
    )
    note: tuple[str, ...] = Field(
        default=("drift", "harder_rows", "no_labels > 14 days"),
        description="somebody may read of it",
    )

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All that is watched, pages first; raise ValueError if a condition cannot be read."""
        listed = ((Severity.PAGE, self.page), (Severity.RETRAIN, self.retrain))
        return tuple(
            condition
            for severity, texts in (*listed, (Severity.NOTE, self.note))
            for text in texts
            for condition in read_condition(text, severity)
        )

    def of_kind(self, kind: ConditionKind) -> tuple[Condition, ...]:
        """Return the conditions of a kind, the gravest first."""
        return tuple(condition for condition in self.conditions if condition.kind is kind)


def read_condition(text: str, severity: Severity) -> tuple[Condition, ...]:
    """Return what a text of `[alerts]` names: one condition, or the two of `drift`.

    Raises
    ------
    ValueError
        If it is no word that is known and no limit that can be broken.

    Examples
    --------
    >>> [condition.text for condition in read_condition("drift", Severity.RETRAIN)]
    ['input_drift', 'prediction_drift']
    """
    text = text.strip()
    if text == DRIFT:
        both = (ConditionKind.INPUT_DRIFT, ConditionKind.PREDICTION_DRIFT)
        return tuple(Condition(kind, severity) for kind in both)
    if days := _DAYS.fullmatch(text):
        return (Condition(ConditionKind.NO_LABELS, severity, limit=float(days[1])),)
    if limit := _LIMIT.fullmatch(text):
        condition = Condition(ConditionKind.SCORE, severity, limit[1], float(limit[3]))
        if condition.sign == limit[2]:
            return (condition,)
        msg = f"{text!r} is the good side of the limit; write {condition.text!r}"
        raise ValueError(msg)
    limited = {ConditionKind.SCORE, ConditionKind.NO_LABELS}
    words = [kind.value for kind in ConditionKind if kind not in limited]
    if text in words:
        return (Condition(ConditionKind(text), severity),)
    msg = (
        f"{text!r} is no condition; write {DRIFT}, {', '.join(words)}, a limit like "
        "'accuracy_score < 0.85' or 'no_labels > 7 days'"
    )
    raise ValueError(msg)
