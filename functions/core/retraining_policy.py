"""What to do about a model after each window: carry on, note, hold, retrain or page.

The order of the questions is the policy. A broken table comes first, for nothing may be learned
from it. Then labels that have matured, because they alone see that the world has changed. A loss
that the model itself foretold is no reason to retrain: the rows are harder, and it knows. Estimates
and drift of the inputs come last, and retrain nothing unless `[alerts]` says so: before labels are
there, a retraining would learn from the rows that the last one learned from.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from functions.contracts.alerts import Alerts, ConditionKind, Severity
from functions.contracts.maintenance import Maintenance
from functions.core.policy_evidence import EarlierChange, Evidence, Finding, OpenChange

DRIFT_KINDS = frozenset({ConditionKind.INPUT_DRIFT, ConditionKind.PREDICTION_DRIFT})
"""What is compared with a reference: of a window that holds two versions' times, with neither."""


UNLABELLED_KINDS = DRIFT_KINDS | {ConditionKind.ESTIMATED_LOSS, ConditionKind.HARDER_ROWS}
"""What labels give no reason to retrain for."""


class Action(StrEnum):
    """What is done after a window, from nothing to waking somebody."""

    CARRY_ON = "carry_on"
    NOTE = "note"
    HOLD = "hold"
    RETRAIN = "retrain"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class PolicyDecision:
    """The action and the sentence an operator will read.

    `start` is the first labelled row of the change that a retraining is about, None of any other
    action, `since` its moment and `rows` those labelled since. `earlier` are the changes before it,
    the oldest first. These are told, too, while what went back to an earlier time is held: a person
    or a schedule may ask for a run all the same, and it is about that. `about` is the condition
    that led to it, None of nothing found.
    """

    action: Action
    reason: str
    start: int | None = None
    about: ConditionKind | None = None
    since: datetime | None = None
    rows: int = 0
    earlier: tuple[EarlierChange, ...] = ()


def decide_action(evidence: Evidence, policy: Maintenance, alerts: Alerts) -> PolicyDecision:
    """Return what to do after a window.

    Parameters
    ----------
    evidence : Evidence
    policy : Maintenance
        `model.toml`'s section of that name.
    alerts : Alerts
        What each condition leads to; one that is not listed leads to nothing.

    Returns
    -------
    PolicyDecision
        Of the first that applies: data fault (hold), change of the labels (retrain, or hold while
        too few rows are labelled since), quality below target (the same), follow-up of the last
        change (retrain), what else is listed under retrain; then what is listed under page, and
        under note; drift of an unsettled window (hold); nothing (carry on). Quality that a person
        must know of is a page before it is a hold (and says why nothing is retrained), and is told
        of in the reason of a retraining.

    Raises
    ------
    ValueError
        If `alerts` has a text that is no condition.

    Examples
    --------
    >>> found = Finding("excess loss 0.2 against 0.0 before", start=5000, rows=1000)
    >>> policy, alerts = Maintenance(), Alerts()
    >>> decide_action(Evidence(labelled_rows=6000, change=found), policy, alerts).action.value
    'retrain'
    >>> drift = Finding("1 of 7 features drifted")
    >>> decide_action(Evidence(labelled_rows=6000, drift=drift), policy, alerts).action.value
    'note'
    """
    if evidence.fault is not None:
        return PolicyDecision(
            Action.HOLD,
            f"{evidence.fault.reason}: a data fault, nothing is learned from it",
            about=ConditionKind.DATA_FAULT,
        )
    asked = (
        _retrain_for_labels(evidence, policy, alerts)
        or _follow_up(evidence, policy, alerts)
        or _retrain_without_labels(evidence, alerts)
    )
    if evidence.critical is not None:
        return _page_for_quality(evidence.critical.reason, asked)
    return (
        asked
        or _tell(evidence, alerts)
        or _wait(evidence, alerts)
        or PolicyDecision(Action.CARRY_ON, "nothing found")
    )


def _page_for_quality(critical: str, asked: PolicyDecision | None) -> PolicyDecision:
    """Return the page that says why nothing is retrained, or the retraining that says both."""
    if asked is None:
        return PolicyDecision(Action.PAGE, critical, about=ConditionKind.SCORE)
    if asked.action is Action.RETRAIN:
        return replace(asked, reason=f"{asked.reason}; {critical}")
    reason = f"{critical}; {asked.reason}"
    return replace(asked, action=Action.PAGE, reason=reason, about=ConditionKind.SCORE)


def _retrain_for_labels(
    evidence: Evidence, policy: Maintenance, alerts: Alerts
) -> PolicyDecision | None:
    change = evidence.change if _retrains(ConditionKind.LABEL_CHANGE, alerts) else None
    finding = change or evidence.below_target
    if finding is None:
        return None
    about = ConditionKind.SCORE if change is None else ConditionKind.LABEL_CHANGE
    return _wait_for_labels(finding, about, evidence, policy) or PolicyDecision(
        Action.RETRAIN,
        finding.reason,
        finding.start,
        about,
        finding.since,
        finding.rows,
        _list_earlier(evidence, finding.start),
    )


def _wait_for_labels(
    finding: Finding, about: ConditionKind, evidence: Evidence, policy: Maintenance
) -> PolicyDecision | None:
    """Return why what labels say is no reason to retrain yet, None if it is."""
    if finding.rows < policy.minimum_rows:
        return PolicyDecision(
            Action.HOLD,
            f"{finding.reason}: {finding.rows:,} rows labelled since, {policy.minimum_rows:,} "
            "needed to retrain",
            about=about,
        )
    tried = evidence.open_change
    return _wait_after(tried, finding, about, evidence, policy) if tried else None


def _wait_after(
    tried: OpenChange,
    finding: Finding,
    about: ConditionKind,
    evidence: Evidence,
    policy: Maintenance,
) -> PolicyDecision | None:
    """Return why what labels say waits for what the last run was about, None if it does not."""
    if tried.held_until is not None:
        reason = (
            f"{finding.reason}: it went back to a time that was too short to be learned before; it "
            f"is learned from {tried.held_until:%Y-%m-%d %H:%M} UTC on, if it lasts"
        )
        return PolicyDecision(
            Action.HOLD,
            reason,
            about=about,
            since=finding.since,
            rows=finding.rows,
            earlier=_list_earlier(evidence, finding.start),
        )
    is_due = _has_grown(evidence, tried, policy)
    if about is ConditionKind.SCORE and not is_due:
        reason = f"{finding.reason}: the last run was about it"
        return PolicyDecision(Action.NOTE, reason, about=about)
    if tried.falls_short and _is_beside(finding, tried) and not is_due:
        reason = (
            f"{finding.reason}: the last candidate for it was better and fell short of its gates; "
            f"{evidence.labelled_rows - tried.start:,} rows labelled since, "
            f"{math.ceil(policy.follow_up * tried.rows_tried):,} needed to try again"
        )
        return PolicyDecision(Action.HOLD, reason, about=about)
    return None


def _follow_up(evidence: Evidence, policy: Maintenance, alerts: Alerts) -> PolicyDecision | None:
    """Retrain when a change has many times the rows that the last run about it had.

    What is learned of a change in its first rows is little, whether it was promoted or not; by a
    constant factor the runs about one change are few, however long it lasts.
    """
    tried = evidence.open_change
    if tried is None or not _retrains(ConditionKind.LABEL_CHANGE, alerts):
        return None
    if (
        tried.held_until is not None
        or not tried.is_confirmed
        or not _has_grown(evidence, tried, policy)
    ):
        return None
    rows = evidence.labelled_rows - tried.start
    return PolicyDecision(
        Action.RETRAIN,
        f"{rows:,} rows are labelled since the change that the last run was about, "
        f"{tried.rows_tried:,} were then",
        tried.start,
        ConditionKind.LABEL_CHANGE,
        tried.since,
        rows,
        _list_earlier(evidence, tried.start),
    )


def _list_earlier(evidence: Evidence, start: int) -> tuple[EarlierChange, ...]:
    """Return the changes before the one that starts at a row.

    Of changes without a labelled row between them, the oldest: it ended the rows before.
    """
    newest_first = sorted(evidence.changes, key=lambda each: each.since, reverse=True)
    began = {each.start: each.since for each in newest_first if each.start < start}
    rows = evidence.labelled_rows
    return tuple(EarlierChange(began[first], rows - first) for first in sorted(began))


def _is_beside(finding: Finding, tried: OpenChange) -> bool:
    """Return whether a finding is the last run's change, still unfolding."""
    return tried.start <= finding.start <= tried.start + tried.rows_tried


def _has_grown(evidence: Evidence, tried: OpenChange, policy: Maintenance) -> bool:
    return evidence.labelled_rows - tried.start >= policy.follow_up * tried.rows_tried


def _retrains(kind: ConditionKind, alerts: Alerts) -> bool:
    return any(each.severity is Severity.RETRAIN for each in alerts.of_kind(kind))


def _retrain_without_labels(evidence: Evidence, alerts: Alerts) -> PolicyDecision | None:
    for kind, finding, _ in _without_labels(evidence):
        if finding is not None and _retrains(kind, alerts) and not waits_for(kind, evidence):
            return PolicyDecision(Action.RETRAIN, finding.reason, finding.start, kind)
    return None


def _wait(evidence: Evidence, alerts: Alerts) -> PolicyDecision | None:
    """Hold what would be asked for without labels, while it has to wait."""
    for kind, finding, _ in _without_labels(evidence):
        if finding is not None and _retrains(kind, alerts):
            reason = f"{finding.reason}; {waits_for(kind, evidence)}"
            return PolicyDecision(Action.HOLD, reason, about=kind)
    return None


def waits_for(kind: ConditionKind, evidence: Evidence) -> str | None:
    """Return why a condition that is seen without labels asks for no retraining, None if it may."""
    if kind in DRIFT_KINDS and evidence.unsettled is not None:
        return evidence.unsettled
    return evidence.in_vain if kind in UNLABELLED_KINDS else None


_Told = tuple[ConditionKind, Finding | None, str]


def _without_labels(evidence: Evidence) -> Sequence[_Told]:
    """Return what asks for no retraining by itself, and what is said of it."""
    harder = "and it foretold so: the rows have become harder"
    return (
        (ConditionKind.ESTIMATED_LOSS, evidence.estimate, "labels give no reason to retrain"),
        (ConditionKind.HARDER_ROWS, evidence.loss, harder),
        (ConditionKind.INPUT_DRIFT, evidence.drift, "the quality holds"),
        (ConditionKind.PREDICTION_DRIFT, evidence.prediction_drift, "the quality holds"),
    )


def _tell(evidence: Evidence, alerts: Alerts) -> PolicyDecision | None:
    """Return the gravest of what `[alerts]` lists under page or note."""
    words = "labels no longer come out as the model says"
    told = ((ConditionKind.LABEL_CHANGE, evidence.change, words), *_without_labels(evidence))
    for severity, action in ((Severity.PAGE, Action.PAGE), (Severity.NOTE, Action.NOTE)):
        for kind, finding, more in told:
            listed = {condition.severity for condition in alerts.of_kind(kind)}
            if finding is not None and severity in listed:
                return PolicyDecision(action, f"{finding.reason}; {more}", about=kind)
    return None
