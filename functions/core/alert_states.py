"""Which conditions of `[alerts]` hold after a window, and what holds back those that retrain.

Whether to retrain the policy decides (`core.retraining_policy`): never on a data fault, nor while
too few rows are labelled. A condition that retrains is then held back, and says why; who is paged
or noted is told all the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from functions.contracts.alerts import Alerts, Condition, ConditionKind, Severity
from functions.contracts.drift import AlertState
from functions.contracts.estimates import QualityEstimate, QualityVerdict
from functions.contracts.faults import DataFault
from functions.core.drift import WindowDrift
from functions.core.label_findings import compare_with_limit
from functions.core.policy_evidence import Evidence, Finding
from functions.core.ports import MetricValue
from functions.core.retraining_policy import Action, PolicyDecision, waits_for

TOLD_FOR = timedelta(days=7)
"""For so long after it asked, a condition of an endpoint without traffic is told to be over."""


@dataclass(frozen=True, slots=True)
class JudgedWindow:
    """All that was found in a window.

    `scores` are those of its labelled rows, by name; none that too few rows have. `estimate` is
    that of the metric that the model is trained for, None if it cannot be estimated.
    """

    drift: WindowDrift
    evidence: Evidence
    decision: PolicyDecision
    estimate: QualityEstimate | None = None
    scores: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


def complete_evidence(
    of_labels: Evidence,
    *,
    drift: WindowDrift,
    faults: Sequence[DataFault],
    estimate: QualityEstimate | None,
    unsettled: str | None = None,
) -> Evidence:
    """Return what labels say, with what was found without them; `unsettled`: see `Evidence`."""
    told = "; ".join(f"{fault.evidence}, since {fault.since:%Y-%m-%dT%H:%MZ}" for fault in faults)
    is_loss = estimate is not None and estimate.verdict is QualityVerdict.LOSS
    return replace(
        of_labels,
        fault=Finding(told) if faults else None,
        unsettled=unsettled,
        estimate=Finding(estimate.reason) if estimate is not None and is_loss else None,
        drift=Finding(drift.data_reason) if drift.data_breach else None,
        prediction_drift=(Finding(_of_prediction(drift)) if drift.prediction_breach else None),
    )


def judge_conditions(alerts: Alerts, judged: JudgedWindow) -> tuple[AlertState, ...]:
    """Return the state of each condition but `no_labels`, which the joining of labels judges.

    Raises ValueError if `[alerts]` has a text that is no condition.
    """
    return tuple(
        _judge(condition, judged)
        for condition in alerts.conditions
        if condition.kind is not ConditionKind.NO_LABELS
    )


def judge_silence(
    alerts: Alerts, days: float, *, idle_days: int, horizon: int
) -> tuple[MetricValue, ...]:
    """Return of each condition `no_labels` whether it holds.

    Parameters
    ----------
    alerts : Alerts
    days : float
        Since the newest label.
    idle_days : int
        Since how many days nothing was predicted.
    horizon : int
        Labels of predictions are joined for so many days. In the last `TOLD_FOR` of them labels of
        an endpoint that nobody asks are not missed any more: beyond, nothing is emitted, and an
        alarm that rings then would ring on for ever.
    """
    is_missed = idle_days <= horizon - min(TOLD_FOR.days, horizon // 2)
    return tuple(
        MetricValue(condition.metric_name, float(is_missed and days > condition.limit))
        for condition in alerts.of_kind(ConditionKind.NO_LABELS)
        if condition.limit is not None
    )


def condition_metrics(states: Sequence[AlertState]) -> tuple[MetricValue, ...]:
    """Return of each condition whether it asks: 1 if it holds and is not held back, else 0."""
    return tuple(MetricValue(state.metric_name, float(is_asking(state))) for state in states)


def remember_asking(
    states: Sequence[AlertState], before: Sequence[AlertState], *, at: datetime
) -> tuple[AlertState, ...]:
    """Return states that know when each asked last.

    Parameters
    ----------
    states : sequence of AlertState
        Of a window that ends `at`.
    before : sequence of AlertState
        Of the report before it, which knows the same of its own.
    at : datetime
    """
    known = {state.metric_name: state.asked_at for state in before}
    return tuple(
        state.model_copy(
            update={"asked_at": at if is_asking(state) else known.get(state.metric_name)}
        )
        for state in states
    )


def worth_telling(
    states: Sequence[AlertState], *, rows: int, at: datetime
) -> tuple[AlertState, ...]:
    """Return the states whose metrics are emitted: all of a window with rows, few of an idle one.

    A metric that is emitted every hour is paid for, also by an endpoint that nobody asks. Of such a
    window those conditions are told that ask, or asked within `TOLD_FOR`: their alarms must end.
    """
    return tuple(
        state
        for state in states
        if rows or is_asking(state) or (state.asked_at and at - state.asked_at <= TOLD_FOR)
    )


def is_asking(state: AlertState) -> bool:
    """Return whether a condition holds and nothing holds it back."""
    return state.holds and state.held_back is None


def _judge(condition: Condition, judged: JudgedWindow) -> AlertState:
    holds, reason = _FINDERS[condition.kind](condition, judged)
    return AlertState(
        condition=condition.text,
        kind=condition.kind,
        severity=condition.severity,
        metric_name=condition.metric_name,
        holds=holds,
        reason=reason,
        held_back=_held_back(condition, judged) if holds else None,
    )


def _held_back(condition: Condition, judged: JudgedWindow) -> str | None:
    """Return why a condition that retrains does not ask for it."""
    if condition.severity is not Severity.RETRAIN:
        return None
    waits = waits_for(condition.kind, judged.evidence)
    if waits is not None and judged.evidence.fault is None:
        return waits
    return None if judged.decision.action is Action.RETRAIN else judged.decision.reason


def _data_fault(_condition: Condition, judged: JudgedWindow) -> tuple[bool, str]:
    fault = judged.evidence.fault
    return (False, "no data fault was found") if fault is None else (True, fault.reason)


def _label_change(_condition: Condition, judged: JudgedWindow) -> tuple[bool, str]:
    evidence, decision = judged.evidence, judged.decision
    if evidence.change is not None:
        return True, evidence.change.reason
    # The policy retrains again for a change that has grown since the last run about it.
    if decision.action is Action.RETRAIN and decision.about is ConditionKind.LABEL_CHANGE:
        return True, decision.reason
    return False, f"no change was found in {evidence.labelled_rows:,} labelled rows"


def _score(condition: Condition, judged: JudgedWindow) -> tuple[bool, str]:
    return compare_with_limit(condition, judged.scores)


def _estimated_loss(_condition: Condition, judged: JudgedWindow) -> tuple[bool, str]:
    if judged.evidence.estimate is not None:
        return True, judged.evidence.estimate.reason
    if judged.estimate is None:
        return False, "quality is not estimated: no rows, or a version without an estimator"
    return False, judged.estimate.reason


def _harder_rows(_condition: Condition, judged: JudgedWindow) -> tuple[bool, str]:
    loss = judged.evidence.loss
    return (False, "the loss has not risen by labels") if loss is None else (True, loss.reason)


def _input_drift(_condition: Condition, judged: JudgedWindow) -> tuple[bool, str]:
    return bool(judged.drift.data_breach), judged.drift.data_reason


def _prediction_drift(_condition: Condition, judged: JudgedWindow) -> tuple[bool, str]:
    return bool(judged.drift.prediction_breach), _of_prediction(judged.drift)


def _of_prediction(drift: WindowDrift) -> str:
    return f"the prediction: {drift.prediction.reason}"


_Finder = Callable[[Condition, JudgedWindow], tuple[bool, str]]
_FINDERS: Mapping[ConditionKind, _Finder] = {
    ConditionKind.DATA_FAULT: _data_fault,
    ConditionKind.LABEL_CHANGE: _label_change,
    ConditionKind.SCORE: _score,
    ConditionKind.ESTIMATED_LOSS: _estimated_loss,
    ConditionKind.HARDER_ROWS: _harder_rows,
    ConditionKind.INPUT_DRIFT: _input_drift,
    ConditionKind.PREDICTION_DRIFT: _prediction_drift,
}
