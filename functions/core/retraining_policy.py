"""What to do about a model after each window: carry on, note, hold, retrain or page.

The order of the questions is the policy. A broken table comes first, for nothing may be learned
from it. Then labels that have matured, because they alone see that the world has changed. A loss
that the model itself foretold is no reason to retrain: the rows are harder, and it knows. Estimates
and drift of the inputs come last, and retrain nothing by themselves: before labels are there,
a retraining would learn from the rows that the last one learned from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from functions.contracts.maintenance import Maintenance


class Action(StrEnum):
    """What is done after a window, from nothing to waking somebody."""

    CARRY_ON = "carry_on"
    NOTE = "note"
    HOLD = "hold"
    RETRAIN = "retrain"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a detector found: the sentence, and the rows labelled since it began.

    `start` numbers the first labelled row that belongs to it, counted as the caller does.
    """

    reason: str
    start: int = 0
    rows: int = 0


@dataclass(frozen=True, slots=True)
class OpenChange:
    """A change that the last run was about: where it starts, and how many rows that run had.

    `is_confirmed` is False if the rows since show no change any more: it was chance.
    """

    start: int
    rows_tried: int
    is_confirmed: bool = True


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known after a window; None: looked for and not found, or not looked for.

    Parameters
    ----------
    fault : Finding or None
        A data fault: a broken table, not a changed world.
    change : Finding or None
        The model's labels no longer come out as it says (`core.watched_losses`: excess and bias).
    loss : Finding or None
        Its loss rose against its own past.
    below_target : Finding or None
        Its quality, by labels, is below what model.toml asks retraining for.
    critical : Finding or None
        Its quality is below what model.toml wants a person told of.
    estimate, drift : Finding or None
        A loss estimated without labels; drift of inputs or predictions.
    open_change : OpenChange or None
        Of the last run, until its champion's rows change again.
    labelled_rows : int
        Rows whose labels have matured, all of them.
    """

    labelled_rows: int
    fault: Finding | None = None
    change: Finding | None = None
    loss: Finding | None = None
    below_target: Finding | None = None
    critical: Finding | None = None
    estimate: Finding | None = None
    drift: Finding | None = None
    open_change: OpenChange | None = None


@dataclass(frozen=True, slots=True)
class PolicyDecision:
    """The action and the sentence an operator will read.

    `start` is the first labelled row of the change that a retraining is about, None of any other
    action.
    """

    action: Action
    reason: str
    start: int | None = None


def decide_action(evidence: Evidence, policy: Maintenance) -> PolicyDecision:
    """Return what to do after a window.

    Parameters
    ----------
    evidence : Evidence
    policy : Maintenance
        `model.toml`'s section of that name.

    Returns
    -------
    PolicyDecision
        Of the first that applies: data fault (hold), quality that a person must know of (page),
        change of the labels (retrain, or hold while too few rows are labelled since), quality
        below target (the same), follow-up of the last change (retrain), estimated loss, foretold
        loss, drift (each as the policy says, the gravest first), nothing (carry on).

    Examples
    --------
    >>> found = Finding("excess loss 0.2 against 0.0 before", start=5000, rows=1000)
    >>> decide_action(Evidence(labelled_rows=6000, change=found), Maintenance()).action.value
    'retrain'
    >>> drift = Finding("1 of 7 features drifted")
    >>> decide_action(Evidence(labelled_rows=6000, drift=drift), Maintenance()).action.value
    'note'
    """
    if evidence.fault is not None:
        return PolicyDecision(
            Action.HOLD, f"{evidence.fault.reason}: a data fault, nothing is learned from it"
        )
    if evidence.critical is not None:
        return PolicyDecision(Action.PAGE, evidence.critical.reason)
    return (
        _retrain_for_labels(evidence, policy)
        or _follow_up(evidence, policy)
        or _tell(evidence, policy)
        or PolicyDecision(Action.CARRY_ON, "nothing found")
    )


def _retrain_for_labels(evidence: Evidence, policy: Maintenance) -> PolicyDecision | None:
    finding = evidence.change or evidence.below_target
    if finding is None:
        return None
    if finding.rows < policy.minimum_rows:
        return PolicyDecision(
            Action.HOLD,
            f"{finding.reason}: {finding.rows:,} rows labelled since, {policy.minimum_rows:,} "
            "needed to retrain",
        )
    tried = evidence.open_change
    if evidence.change is None and tried is not None and not _has_grown(evidence, tried, policy):
        return PolicyDecision(Action.NOTE, f"{finding.reason}: the last run was about it")
    return PolicyDecision(Action.RETRAIN, finding.reason, finding.start)


def _follow_up(evidence: Evidence, policy: Maintenance) -> PolicyDecision | None:
    """Retrain when a change has many times the rows that the last run about it had.

    What is learned of a change in its first rows is little, whether it was promoted or not; by a
    constant factor the runs about one change are few, however long it lasts.
    """
    tried = evidence.open_change
    if tried is None or not tried.is_confirmed or not _has_grown(evidence, tried, policy):
        return None
    rows = evidence.labelled_rows - tried.start
    return PolicyDecision(
        Action.RETRAIN,
        f"{rows:,} rows are labelled since the change that the last run was about, "
        f"{tried.rows_tried:,} were then",
        tried.start,
    )


def _has_grown(evidence: Evidence, tried: OpenChange, policy: Maintenance) -> bool:
    return evidence.labelled_rows - tried.start >= policy.follow_up * tried.rows_tried


def _tell(evidence: Evidence, policy: Maintenance) -> PolicyDecision | None:
    told: Sequence[tuple[Finding | None, str, str]] = (
        (evidence.estimate, policy.on_estimate, "labels give no reason to retrain"),
        (evidence.loss, policy.on_harder_rows, "and it foretold so: the rows have become harder"),
        (evidence.drift, policy.on_drift, "the quality holds"),
    )
    decisions = [
        PolicyDecision(Action(action), f"{finding.reason}; {words}")
        for finding, action, words in told
        if finding is not None
    ]
    pages = [decision for decision in decisions if decision.action is Action.PAGE]
    return next(iter(pages or decisions), None)
