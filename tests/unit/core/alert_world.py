"""Alarms and drift reports of a model, for messages about them."""

from datetime import timedelta

from functions.contracts.alerts import Condition, Severity, read_condition
from functions.contracts.drift import AlertState, DriftReport, LabelledScores, Verdict
from functions.contracts.estimates import QualityEstimate, QualityVerdict
from functions.contracts.faults import (
    AttributionBasis,
    DataFault,
    FaultKind,
    FeatureAttribution,
)
from functions.contracts.metrics import namespace
from functions.core.alarm_message import AlarmMessage, AlarmTrigger
from functions.core.drift import judge_window
from tests.unit.core.drift_world import model_spec, profile, rows, spec
from tests.unit.monitoring.window_world import NOW

MODEL = model_spec()
HOUR = timedelta(hours=1)


def alarm(
    metric: str = "PageAccuracyScore0.85",
    *,
    state: str = "ALARM",
    old_state: str = "OK",
    space: str | None = None,
    description: str | None = "its own advice",
) -> AlarmMessage:
    return AlarmMessage(
        AlarmName=f"alarm on {metric}",
        AlarmDescription=description,
        NewStateValue=state,
        OldStateValue=old_state,
        NewStateReason="Threshold Crossed",
        StateChangeTime=NOW,
        Trigger=AlarmTrigger(Namespace=space or namespace("prod", "car"), MetricName=metric),
    )


def condition(text: str, severity: Severity = Severity.PAGE) -> Condition:
    (found,) = read_condition(text, severity)
    return found


def state(
    of: Condition, *, holds: bool = True, reason: str = "so it is", held_back: str | None = None
) -> AlertState:
    return AlertState(
        condition=of.text,
        kind=of.kind,
        severity=of.severity,
        metric_name=of.metric_name,
        holds=holds,
        reason=reason,
        held_back=held_back,
    )


def report(*states: AlertState, hours_ago: int = 0, **changes: object) -> DriftReport:
    """A report of a day's window; without faults, labels, estimates and attribution."""
    reference, current = profile(rows(4000, seed=1)), profile(rows(200, seed=2))
    drift = judge_window(spec(), MODEL.drift, reference=reference, current=current)
    end = NOW - hours_ago * HOUR
    made = DriftReport(
        model="car",
        model_version=7,
        window_start=end - 24 * HOUR,
        window_end=end,
        created_at=end,
        reference_rows=4000,
        current_rows=2000,
        rows_needed=300,
        verdict=Verdict.OK,
        reason="nothing",
        features=drift.features,
        prediction=drift.prediction,
        alerts=states,
    )
    return made.model_copy(update=changes)


FAULT = DataFault(
    kind=FaultKind.UNIT_CHANGED,
    columns=("amount",),
    since=NOW - 3 * HOUR,
    evidence="amount is 1,000 times what it was in 98% of rows",
    action="find who changed its unit",
)
ATTRIBUTION = tuple(
    FeatureAttribution(
        feature=feature,
        share=share,
        basis=AttributionBasis.ESTIMATED_LOSS,
        shift=0.4,
        since=NOW - hours * HOUR,
        evidence="PSI 0.4",
    )
    for feature, share, hours in (("amount", 0.7, 5), ("color", 0.3, 2))
)
LABELLED = LabelledScores(rows=400, answered_rows=1000, scores={"accuracy_score": 0.8123})
ESTIMATE = QualityEstimate(
    metric="roc_auc_score",
    value=0.7312,
    sampling_error=0.02,
    lower=0.67,
    upper=0.79,
    rows=2000,
    verdict=QualityVerdict.LOSS,
    reason="below 0.8, its usual",
)
