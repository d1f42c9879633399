"""What a judged window tells CloudWatch."""

from functions.contracts.drift import DriftReport, Verdict
from functions.contracts.estimates import QualityVerdict
from functions.contracts.metrics import Metric
from functions.contracts.model_spec import ModelSpec
from functions.core.alert_states import condition_metrics, worth_telling
from functions.core.drift import WindowDrift
from functions.core.ports import MetricValue
from functions.core.score_points import newest_realized

_JUDGED = (Verdict.OK, Verdict.DRIFT)


def window_metrics(
    drift: WindowDrift, report: DriftReport, spec: ModelSpec, *, tell_all: bool = False
) -> tuple[MetricValue, ...]:
    """Return all metrics of a window: of its drift, of what else was found, of each condition.

    Of a window without rows only what may be news is told (`worth_telling`), unless `tell_all`. An
    estimate of too few rows is none: its noise would look like a fall.
    """
    rows, faults = report.current_rows, len(report.faults)
    told = worth_telling(report.alerts, rows=rows, at=report.window_end)
    realized = newest_realized(report.history, spec.training.metric)
    values = [
        *drift_metrics(drift, report.current_rows),
        *([MetricValue(Metric.DATA_FAULTS, faults)] if rows or faults or tell_all else []),
        *(
            MetricValue(Metric.ESTIMATED_SCORE, estimate.value)
            for estimate in report.estimates
            if estimate.metric == spec.training.metric
            and estimate.verdict is not QualityVerdict.NOT_JUDGED
        ),
        *([] if realized is None else [MetricValue(Metric.REALIZED_SCORE, realized)]),
    ]
    return (*values, *condition_metrics(report.alerts if tell_all else told))


def drift_metrics(drift: WindowDrift, current_rows: int) -> tuple[MetricValue, ...]:
    """Return the metrics of a window.

    A breach is 1 or 0 where it was judged, and not emitted at all where too few rows were there to
    tell: the alarm treats missing data as not breaching.
    """
    values = [MetricValue(Metric.WINDOW_ROWS, current_rows)]
    judged = [column for column in drift.features if column.verdict in _JUDGED]
    if drift.data_breach is not None:
        values += [
            MetricValue(Metric.DATA_DRIFT_BREACH, float(drift.data_breach)),
            MetricValue(Metric.DRIFTED_FEATURES, len(drift.drifted)),
            MetricValue(Metric.MAX_FEATURE_PSI, max(column.psi for column in judged)),
            *(MetricValue(Metric.FEATURE_PSI, column.psi, column.name) for column in judged),
        ]
    if drift.prediction_breach is not None:
        values += [
            MetricValue(Metric.PREDICTION_DRIFT_BREACH, float(drift.prediction_breach)),
            MetricValue(Metric.PREDICTION_PSI, drift.prediction.psi),
        ]
    return tuple(values)
