"""Which function emits which metric: an alarm on any other metric would never ring."""

from collections.abc import Mapping
from types import MappingProxyType

from functions.contracts.alerts import Alerts, ConditionKind
from functions.contracts.metrics import Metric

DETECT_DRIFT, JOIN_GROUND_TRUTH = "detect_drift", "join_ground_truth"

EMITTERS: Mapping[Metric, str] = MappingProxyType(
    {
        Metric.DATA_DRIFT_BREACH: DETECT_DRIFT,
        Metric.PREDICTION_DRIFT_BREACH: DETECT_DRIFT,
        Metric.DRIFTED_FEATURES: DETECT_DRIFT,
        Metric.MAX_FEATURE_PSI: DETECT_DRIFT,
        Metric.PREDICTION_PSI: DETECT_DRIFT,
        Metric.WINDOW_ROWS: DETECT_DRIFT,
        Metric.FEATURE_PSI: DETECT_DRIFT,
        Metric.DATA_FAULTS: DETECT_DRIFT,
        Metric.ESTIMATED_SCORE: DETECT_DRIFT,
        Metric.REALIZED_SCORE: DETECT_DRIFT,
        Metric.HEARTBEAT: DETECT_DRIFT,
        Metric.DAYS_WITHOUT_LABELS: JOIN_GROUND_TRUTH,
        Metric.JOINED_LABELS: JOIN_GROUND_TRUTH,
        Metric.REFUSED_LABELS: JOIN_GROUND_TRUTH,
    }
)
"""The function by the metric; a test runs each and compares."""


def emitters(alerts: Alerts) -> dict[str, str]:
    """Return the function by the metric's name, those of a model's conditions included.

    Raises ValueError if a condition cannot be read.

    Examples
    --------
    >>> found = emitters(Alerts())
    >>> found["Heartbeat"], found["PageDataFault"], found["NoteNoLabels14"]
    ('detect_drift', 'detect_drift', 'join_ground_truth')
    """
    of_conditions = {
        condition.metric_name: (
            JOIN_GROUND_TRUTH if condition.kind is ConditionKind.NO_LABELS else DETECT_DRIFT
        )
        for condition in alerts.conditions
    }
    return {**{str(metric): name for metric, name in EMITTERS.items()}, **of_conditions}
