"""Metrics as OpenMetrics text, version 1.0, which Prometheus and its kin read.

Everything here is a gauge: CloudWatch keeps what each window and each run came to, and no counter
that would only ever grow.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from functions.contracts.metrics import FEATURE_DIMENSION, Metric
from functions.contracts.model_spec import ModelSpec
from functions.contracts.panels import Statistic

CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"
"""Of the text, as HTTP names it."""

_DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Reading:
    """A metric's newest value, and when it was emitted."""

    value: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Family:
    """A gauge: its name without a unit it may end in, and what it means."""

    name: str
    help: str
    unit: str = ""
    convert: Callable[[Reading], float] = lambda reading: reading.value

    @property
    def full_name(self) -> str:
        """The name with its unit at the end, as OpenMetrics asks for."""
        return f"{self.name}_{self.unit}" if self.unit else self.name


@dataclass(frozen=True, slots=True)
class Asked:
    """One metric of CloudWatch that becomes one sample of a family."""

    family: Family
    model: str
    metric: str
    statistic: Statistic = Statistic.MAXIMUM
    dimensions: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


CONDITION = Family("windvane_condition_holds", "1 while a condition of model.toml holds, else 0.")
HEARTBEAT = Family(
    "windvane_heartbeat_timestamp",
    "When a window was last judged, or looked for.",
    "seconds",
    lambda reading: reading.at.timestamp(),
)
FEATURE_PSI = Family("windvane_feature_psi", "Population stability index of a feature.")
ESTIMATED = Family("windvane_estimated_score", "A score of the newest window, without labels.")
REALIZED = Family("windvane_realized_score", "A score of the newest window with enough labels.")

_PLAIN: tuple[tuple[Metric, Family, Statistic], ...] = (
    (
        Metric.DATA_FAULTS,
        Family("windvane_data", "Data faults in the newest window.", "faults"),
        Statistic.MAXIMUM,
    ),
    (
        Metric.DRIFTED_FEATURES,
        Family("windvane_drifted", "Features that have drifted in the newest window.", "features"),
        Statistic.MAXIMUM,
    ),
    (
        Metric.DATA_DRIFT_BREACH,
        Family("windvane_inputs_drifted", "1 if the inputs have drifted, else 0."),
        Statistic.MAXIMUM,
    ),
    (
        Metric.PREDICTION_DRIFT_BREACH,
        Family("windvane_predictions_drifted", "1 if the predictions have drifted, else 0."),
        Statistic.MAXIMUM,
    ),
    (
        Metric.MAX_FEATURE_PSI,
        Family("windvane_max_feature_psi", "The largest PSI of a feature."),
        Statistic.MAXIMUM,
    ),
    (
        Metric.PREDICTION_PSI,
        Family("windvane_predictions_psi", "Population stability index of the predictions."),
        Statistic.MAXIMUM,
    ),
    (
        Metric.WINDOW_ROWS,
        Family("windvane_window", "Rows in the newest window.", "rows"),
        Statistic.MAXIMUM,
    ),
    (
        Metric.DAYS_WITHOUT_LABELS,
        Family(
            "windvane_time_without_labels",
            "Time since the newest label arrived.",
            "seconds",
            lambda reading: reading.value * _DAY_SECONDS,
        ),
        Statistic.MAXIMUM,
    ),
    (
        Metric.JOINED_LABELS,
        Family("windvane_joined", "Labels that the newest run joined.", "labels"),
        Statistic.SUM,
    ),
    (
        Metric.REFUSED_LABELS,
        Family("windvane_refused", "Labels that the newest run refused.", "labels"),
        Statistic.SUM,
    ),
    (Metric.HEARTBEAT, HEARTBEAT, Statistic.MAXIMUM),
)


def asked_metrics(spec: ModelSpec) -> tuple[Asked, ...]:
    """Return every metric of a model, the conditions first."""
    name, score = spec.name, {"score": spec.training.metric}
    return (
        *(
            Asked(
                CONDITION,
                name,
                condition.metric_name,
                labels={"severity": condition.severity.value, "condition": condition.text},
            )
            for condition in spec.alerts.conditions
        ),
        Asked(ESTIMATED, name, Metric.ESTIMATED_SCORE, labels=score),
        Asked(REALIZED, name, Metric.REALIZED_SCORE, labels=score),
        *(
            Asked(
                FEATURE_PSI,
                name,
                Metric.FEATURE_PSI,
                dimensions={FEATURE_DIMENSION: feature.name},
                labels={"feature": feature.name},
            )
            for feature in spec.features
        ),
        *(Asked(family, name, metric, statistic) for metric, family, statistic in _PLAIN),
    )


def exposition(
    stage: str, found: Sequence[tuple[Asked, Reading | None]], *, with_timestamps: bool = True
) -> str:
    """Return the text of metrics; those without a reading are left out.

    Parameters
    ----------
    stage : str
        A label of every sample, beside `model`.
    found : sequence of (Asked, Reading or None)
        Each metric once.
    with_timestamps : bool, default True
        Whether each sample says when it was emitted; else it is taken as of the moment of reading.

    Returns
    -------
    str
        Families in the order of their first reading, each with its type, unit and help; `# EOF`
        ends the text.

    References
    ----------
    OpenMetrics 1.0.0, "Text Format".
    """
    families: dict[str, list[str]] = {}
    for asked, reading in found:
        if reading is None:
            continue
        lines = families.setdefault(asked.family.full_name, _head(asked.family))
        labels = {"model": asked.model, "stage": stage, **asked.labels}
        value = _number(asked.family.convert(reading))
        at = f" {_number(reading.at.timestamp())}" if with_timestamps else ""
        lines.append(f"{asked.family.full_name}{_labels(labels)} {value}{at}")
    return "".join(f"{line}\n" for lines in families.values() for line in lines) + "# EOF\n"


def _head(family: Family) -> list[str]:
    unit = [f"# UNIT {family.full_name} {family.unit}"] if family.unit else []
    return [
        f"# TYPE {family.full_name} gauge",
        *unit,
        f"# HELP {family.full_name} {_escaped(family.help)}",
    ]


def _labels(labels: Mapping[str, str]) -> str:
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def _number(value: float) -> str:
    """Return a number that reads back as it is, a whole one without a fraction.

    Examples
    --------
    >>> _number(3.0), _number(0.1), _number(1772366400.0)
    ('3', '0.1', '1772366400')
    """
    return str(int(value)) if value == int(value) else repr(float(value))
