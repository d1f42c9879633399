"""Profiles and drift reports in the file formats of SageMaker's Model Monitor.

The formats are AWS's published schemas of statistics.json, constraints.json and
constraint_violations.json, version 0.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.drift import Breach, BreachKind, ColumnDrift, DriftReport, Verdict
from functions.contracts.feature_schema import Feature, FeatureType
from functions.core.encoding import canonical_label
from functions.core.float_codes import value_at
from functions.core.profile import (
    CategoricalProfile,
    ColumnProfile,
    NumericProfile,
    Profile,
    ProfileMismatchError,
    counted_codes,
)

STATISTICS = "statistics.json"
CONSTRAINTS = "constraints.json"
VIOLATIONS = "constraint_violations.json"

BUCKETS = 10
"""As many as Model Monitor's own container writes, of equal width."""

MONITORING_CONFIG: Mapping[str, object] = {
    "evaluate_constraints": "Enabled",
    "emit_metrics": "Enabled",
    "datatype_check_threshold": 1.0,
    "domain_content_threshold": 1.0,
    "distribution_constraints": {
        "perform_comparison": "Enabled",
        "comparison_threshold": 0.1,
        "comparison_method": "Robust",
    },
}
"""What Model Monitor suggests for any baseline. Its distances are not ours (PSI): its limits stay
its own."""

_UNKNOWN = "Unknown"
_INFERRED_TYPES: Mapping[FeatureType, str] = {
    FeatureType.NUMBER: "Fractional",
    FeatureType.INTEGER: "Integral",
    FeatureType.BOOLEAN: "Integral",
    FeatureType.STRING: "String",
}
_CHECKS: Mapping[BreachKind, str] = {
    BreachKind.SHARES: "baseline_drift_check",
    BreachKind.MISSING: "completeness_check",
    BreachKind.UNSEEN: "categorical_values_check",
}


def statistics_document(spec: ArtifactSpec, profile: Profile) -> dict[str, object]:
    """Return a profile as statistics.json; a personal feature keeps its name alone.

    Means, sums and counts are exact. Buckets and extremes are by the profile's cells, which are
    single values or at most 0.8% of their value wide. Unseen categories have no bucket.

    Raises
    ------
    ProfileMismatchError
        If the profile is not of the spec's features.
    """
    return {
        "version": 0.0,
        "dataset": {"item_count": profile.rows},
        "features": [_statistics(column) for column in _columns(spec, profile)],
    }


def constraints_document(spec: ArtifactSpec, profile: Profile) -> dict[str, object]:
    """Return what a profile suggests of later rows as constraints.json.

    A string feature's domain is its declared categories. Of a personal feature nothing is asked.

    Raises
    ------
    ProfileMismatchError
        If the profile is not of the spec's features.
    """
    return {
        "version": 0.0,
        "features": [_constraints(column) for column in _columns(spec, profile)],
        "monitoring_config": dict(MONITORING_CONFIG),
    }


def violations_document(report: DriftReport) -> dict[str, object]:
    """Return what has drifted as constraint_violations.json, an entry for each reason.

    A window too small to be judged has no violations; the report's own verdict says so.
    """
    return {
        "violations": [
            {
                "feature_name": column.name,
                "constraint_check_type": _CHECKS[breach.kind],
                "description": breach.reason,
            }
            for column in (*report.features, report.prediction)
            if column.verdict is Verdict.DRIFT
            for breach in _breaches(column)
        ]
    }


def _breaches(column: ColumnDrift) -> tuple[Breach, ...]:
    """Return why a column has drifted; reports of earlier releases have one sentence for all."""
    return column.breaches or (Breach(kind=BreachKind.SHARES, reason=column.reason),)


@dataclass(frozen=True, slots=True)
class _Cells:
    """The finite values of a numeric column, ascending, and how often each occurs."""

    values: NDArray[np.float64]
    counts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Column:
    """A profiled column and what the spec says of it."""

    profile: ColumnProfile
    inferred_type: str
    names: tuple[str, ...]


def _columns(spec: ArtifactSpec, profile: Profile) -> list[_Column]:
    features = spec.feature_schema.features
    if tuple(column.name for column in profile.features) != spec.feature_schema.names:
        msg = (
            f"a profile of {len(profile.features)} columns is not of the {len(features)} "
            f"features of {spec.model}"
        )
        raise ProfileMismatchError(msg)
    columns = [
        _feature_column(feature, column)
        for feature, column in zip(features, profile.features, strict=True)
    ]
    if profile.prediction is not None:
        columns.append(_prediction_column(spec, profile.prediction))
    return columns


def _feature_column(feature: Feature, profile: ColumnProfile) -> _Column:
    inferred = _UNKNOWN if feature.pii else _INFERRED_TYPES[feature.type]
    return _column(profile, inferred, feature.categories)


def _prediction_column(spec: ArtifactSpec, profile: ColumnProfile) -> _Column:
    inferred = "String" if isinstance(profile, CategoricalProfile) else "Fractional"
    return _column(profile, inferred, tuple(canonical_label(label) for label in spec.classes))


def _column(profile: ColumnProfile, inferred: str, names: tuple[str, ...]) -> _Column:
    """Return a column; one without a value that could be described is of an unknown type."""
    if isinstance(profile, CategoricalProfile):
        return _Column(profile, inferred if profile.present else _UNKNOWN, names)
    return _Column(profile, inferred if len(_finite_cells(profile).values) else _UNKNOWN, names)


def _finite_cells(profile: NumericProfile) -> _Cells:
    counted = counted_codes(profile, profile.bits)
    values = np.array([value_at(int(code), counted.bits) for code in counted.codes], np.float64)
    finite = np.isfinite(values)
    return _Cells(values[finite], counted.counts[finite])


def _statistics(column: _Column) -> dict[str, object]:
    profile = column.profile
    named: dict[str, object] = {"name": profile.name, "inferred_type": column.inferred_type}
    if column.inferred_type == _UNKNOWN:
        return named
    common = {"common": {"num_present": profile.present, "num_missing": profile.missing}}
    if isinstance(profile, CategoricalProfile):
        return named | {"string_statistics": common | _strings(profile, column.names)}
    return named | {"numerical_statistics": common | _numbers(profile)}


def _constraints(column: _Column) -> dict[str, object]:
    profile = column.profile
    named: dict[str, object] = {"name": profile.name, "inferred_type": column.inferred_type}
    if column.inferred_type == _UNKNOWN:
        return named | {"completeness": 0.0}
    named["completeness"] = profile.present / profile.rows
    if isinstance(profile, CategoricalProfile):
        return named | {"string_constraints": {"domains": list(column.names)}}
    is_non_negative = bool(_finite_cells(profile).values[0] >= 0.0)
    return named | {"num_constraints": {"is_non_negative": is_non_negative}}


def _numbers(profile: NumericProfile) -> dict[str, object]:
    cells = _finite_cells(profile)
    rows = int(cells.counts.sum())
    mean = profile.total / rows
    return {
        "mean": mean,
        "sum": profile.total,
        "std_dev": math.sqrt(max(profile.total_squares / rows - mean * mean, 0.0)),
        "min": float(cells.values[0]),
        "max": float(cells.values[-1]),
        "distribution": {"kll": {"buckets": _buckets(cells)}},
    }


def _buckets(cells: _Cells) -> list[dict[str, float | int]]:
    """Return buckets of equal width, the last with its upper bound; one if all values are equal."""
    low, high = float(cells.values[0]), float(cells.values[-1])
    edges = np.linspace(low, high, BUCKETS + 1) if low < high else np.array([low, high])
    counts, _ = np.histogram(cells.values, edges, weights=cells.counts)
    return [
        {"lower_bound": float(lower), "upper_bound": float(upper), "count": int(count)}
        for lower, upper, count in zip(edges[:-1], edges[1:], counts, strict=True)
    ]


def _strings(profile: CategoricalProfile, names: tuple[str, ...]) -> dict[str, object]:
    found = [(name, n) for name, n in zip(names, profile.counts, strict=True) if n]
    buckets = [{"value": name, "count": count} for name, count in found]
    return {
        "distinct_count": len(found),
        "distribution": {"categorical": {"buckets": buckets}},
    }
