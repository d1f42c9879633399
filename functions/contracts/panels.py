"""What is drawn of a model, wherever it is drawn: CloudWatch's dashboard and Grafana's have it all.

A panel's series are metrics of the model's own namespace, `functions.contracts.metrics.namespace`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from functions.contracts.drift_method import DriftMethod
from functions.contracts.metrics import FEATURE_DIMENSION, Metric
from functions.contracts.model_spec import ModelSpec
from functions.contracts.score_limits import GATE, score_limits

PREDICTIONS = "(predictions)"
"""How the predictions are named among the features."""

PERIOD_SECONDS = 3600
"""Of what is drawn: windows are judged and labels are joined each hour."""


class Statistic(StrEnum):
    """How the values of a period become one."""

    MAXIMUM = "Maximum"
    SUM = "Sum"


class PanelKind(StrEnum):
    """How a panel is drawn."""

    STATES = "states"
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class Series:
    """One metric in a panel; `feature` is its dimension, `on_right` its axis."""

    metric: str
    label: str
    statistic: Statistic = Statistic.MAXIMUM
    feature: str | None = None
    on_right: bool = False

    @property
    def dimensions(self) -> dict[str, str]:
        """The metric's dimensions, empty but for a feature's."""
        return {} if self.feature is None else {FEATURE_DIMENSION: self.feature}


@dataclass(frozen=True, slots=True)
class Level:
    """A horizontal line with its name."""

    value: float
    label: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture; `is_wide`: as wide as the page, else half of it."""

    title: str
    description: str
    series: tuple[Series, ...]
    levels: tuple[Level, ...] = ()
    kind: PanelKind = PanelKind.LINES
    is_wide: bool = False


def model_panels(spec: ModelSpec) -> tuple[Panel, ...]:
    """Return what is drawn of a model, the first thing to look at first."""
    return (
        _conditions(spec),
        _score(spec),
        _labels(),
        _findings(),
        _rows(),
        _features(spec),
    )


def _conditions(spec: ModelSpec) -> Panel:
    return Panel(
        title="Conditions that hold",
        description="1 while a condition of [alerts] in model.toml holds and is not held back.",
        series=tuple(
            Series(condition.metric_name, f"{condition.severity}: {condition.text}")
            for condition in spec.alerts.conditions
        ),
        kind=PanelKind.STATES,
        is_wide=True,
    )


def _score(spec: ModelSpec) -> Panel:
    metric = spec.training.metric
    return Panel(
        title=f"{metric}: estimated and realized",
        description=(
            "Estimated of each window without labels; realized of the newest window that has "
            "enough of them, so it comes later."
        ),
        series=(
            Series(Metric.ESTIMATED_SCORE, "estimated"),
            Series(Metric.REALIZED_SCORE, "realized"),
        ),
        levels=tuple(
            Level(limit.limit, _level_name(limit.source))
            for limit in score_limits(spec)
            if limit.metric == metric
        ),
        is_wide=True,
    )


def _level_name(source: str) -> str:
    return GATE if source == GATE else f"{source} beyond"


def _labels() -> Panel:
    return Panel(
        title="Labels",
        description="Days since the newest label; labels joined and refused.",
        series=(
            Series(Metric.DAYS_WITHOUT_LABELS, "days without labels"),
            Series(Metric.JOINED_LABELS, "joined", Statistic.SUM, on_right=True),
            Series(Metric.REFUSED_LABELS, "refused", Statistic.SUM, on_right=True),
        ),
    )


def _findings() -> Panel:
    return Panel(
        title="Data faults and drift",
        description="Data faults found, features that drifted; whether inputs and predictions did.",
        series=(
            Series(Metric.DATA_FAULTS, "data faults"),
            Series(Metric.DRIFTED_FEATURES, "drifted features"),
            Series(Metric.DATA_DRIFT_BREACH, "inputs drifted", on_right=True),
            Series(Metric.PREDICTION_DRIFT_BREACH, "predictions drifted", on_right=True),
        ),
    )


def _rows() -> Panel:
    return Panel(
        title="Rows in the window",
        description="Each inference once; a heartbeat for each window that was judged.",
        series=(
            Series(Metric.WINDOW_ROWS, "rows"),
            Series(Metric.HEARTBEAT, "heartbeats", Statistic.SUM, on_right=True),
        ),
        is_wide=True,
    )


def _features(spec: ModelSpec) -> Panel:
    return Panel(
        title="Population stability index by feature, and of the predictions",
        description=(
            "Of every judged feature, whatever method judges it; so there are lines to compare "
            "with only where that is the PSI."
        ),
        series=(
            *(
                Series(Metric.FEATURE_PSI, feature.name, feature=feature.name)
                for feature in spec.features
            ),
            Series(Metric.PREDICTION_PSI, PREDICTIONS),
        ),
        levels=tuple(_psi_levels(spec)),
        is_wide=True,
    )


def _psi_levels(spec: ModelSpec) -> Iterator[Level]:
    if spec.drift.method is DriftMethod.PSI:
        yield Level(spec.drift.threshold_of(DriftMethod.PSI), "threshold of a feature")
        yield Level(spec.drift.prediction_threshold, "of the predictions")
