"""Metric names, units and namespaces: one definition for the emitter and for the alarm (D8).

An emulator ignores dimensions, and AWS limits `PutMetricData` by namespace alone, so each model
has a namespace of its own and the names are unique within it.
"""

from enum import StrEnum


class Unit(StrEnum):
    """CloudWatch units that we use."""

    COUNT = "Count"
    NONE = "None"
    SECONDS = "Seconds"


class Metric(StrEnum):
    """Every metric that Windvane itself emits."""

    DATA_DRIFT_BREACH = "DataDriftBreach"
    PREDICTION_DRIFT_BREACH = "PredictionDriftBreach"
    DRIFTED_FEATURES = "DriftedFeatures"
    MAX_FEATURE_PSI = "MaxFeaturePsi"
    PREDICTION_PSI = "PredictionPsi"
    WINDOW_ROWS = "WindowRows"
    FEATURE_PSI = "FeaturePsi"
    DATA_FAULTS = "DataFaults"
    ESTIMATED_SCORE = "EstimatedScore"
    REALIZED_SCORE = "RealizedScore"
    HEARTBEAT = "Heartbeat"
    DAYS_WITHOUT_LABELS = "DaysWithoutLabels"
    JOINED_LABELS = "JoinedLabels"
    REFUSED_LABELS = "RefusedLabels"


UNITS: dict[Metric, Unit] = {
    Metric.DATA_DRIFT_BREACH: Unit.COUNT,
    Metric.PREDICTION_DRIFT_BREACH: Unit.COUNT,
    Metric.DRIFTED_FEATURES: Unit.COUNT,
    Metric.MAX_FEATURE_PSI: Unit.NONE,
    Metric.PREDICTION_PSI: Unit.NONE,
    Metric.WINDOW_ROWS: Unit.COUNT,
    Metric.FEATURE_PSI: Unit.NONE,
    Metric.DATA_FAULTS: Unit.COUNT,
    Metric.ESTIMATED_SCORE: Unit.NONE,
    Metric.REALIZED_SCORE: Unit.NONE,
    Metric.HEARTBEAT: Unit.COUNT,
    Metric.DAYS_WITHOUT_LABELS: Unit.NONE,
    Metric.JOINED_LABELS: Unit.COUNT,
    Metric.REFUSED_LABELS: Unit.COUNT,
}


def unit_of(name: str) -> Unit:
    """Return the unit of a metric; a condition's metric, `Condition.metric_name`, is a count.

    Examples
    --------
    >>> unit_of("WindowRows").value, unit_of("FeaturePsi").value, unit_of("PageDataFault").value
    ('Count', 'None', 'Count')
    """
    return UNITS[Metric(name)] if name in UNITS else Unit.COUNT


FEATURE_DIMENSION = "Feature"
"""FEATURE_PSI has one series a feature; no alarm watches it, the dashboard draws it."""


LOST_CAPTURE_ROWS = "LostCaptureRows"
"""Counted by a filter on serving's log, of all models: it emits no metric itself."""

FAILED_ANSWERS = "FailedAnswers"
"""Likewise: requests that the function failed, or refused with 5xx; none that the API answered."""


def stage_namespace(stage: str) -> str:
    """Return the namespace of what concerns a whole stage; no model's is the same."""
    return f"Windvane/{stage}"


def namespace(stage: str, model: str) -> str:
    """Return the namespace of a model's metrics on a stage.

    Examples
    --------
    >>> namespace("prod", "loan_default")
    'Windvane/prod/loan_default'
    """
    return f"Windvane/{stage}/{model}"
