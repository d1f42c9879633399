"""The rules that data must keep, column by column, and what breaks them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from functions.contracts.feature_schema import Feature, FeatureType
from functions.contracts.model_spec import ModelSpec
from functions.core.encoding import canonical_label

LARGEST_WHOLE_NUMBER = 1 << 24
"""Up to here float32 holds every whole number; beyond, the nearest multiple of 2, 4, 8, …"""

_LARGEST_FLOAT32 = float(np.finfo(np.float32).max)

TRAINING, HELD_OUT = "training", "held-out"
"""The two parts of a data set, as findings name them."""

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of all rows.

    `values` are float64 (booleans 0 and 1, NaN where there is none) or texts (None where there is
    none); `unreadable` marks those that are there but are not of the column's type.
    """

    name: str
    values: NDArray[np.float64] | NDArray[np.object_]
    missing: Mask
    unreadable: Mask


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken rule and the rows that break it."""

    rule: str
    column: str | None
    count: int
    message: str
    rows: Rows


ROW_RULES = (
    "unreadable_value",
    "missing_values",
    "out_of_range",
    "fractional_value",
    "too_large",
    "unknown_category",
    "missing_label",
    "unreadable_label",
    "unknown_label",
    "label_out_of_range",
    "missing_timestamp",
    "unreadable_timestamp",
    "missing_id",
    "duplicate_rows",
    "too_few_rows",
    "one_class",
    "absent_class",
    "split_impossible",
)
"""Every rule of rows, in the order in which findings are told."""


def check_feature(feature: Feature, column: Column) -> Iterator[Finding]:
    """Yield what is wrong with a feature's values."""
    wanted = "text" if feature.type is FeatureType.STRING else str(feature.type)
    yield from _found("unreadable_value", column.name, column.unreadable, f"is no {wanted}")
    yield from _check_missing(feature, column)
    if feature.type is FeatureType.STRING:
        yield from _check_categories(feature, column)
    elif feature.type is not FeatureType.BOOLEAN:
        yield from _check_numbers(feature, column)


def check_target(spec: ModelSpec, column: Column, unknown: Mask) -> Iterator[Finding]:
    """Yield what is wrong with the labels; `unknown` marks those that are none of the classes."""
    name = column.name
    yield from _found("missing_label", name, column.missing, "is missing")
    yield from _found("unreadable_label", name, column.unreadable, "is no number")
    if spec.is_classification:
        known = ", ".join(str(label) for label in spec.target.classes)
        words = f"is none of the classes {known}"
        yield from _found("unknown_label", name, unknown, words)
        return
    values = column.values.astype(np.float64)
    low, high = spec.target.minimum, spec.target.maximum
    beyond = outside_range(values, low, high) & np.isfinite(values)
    yield from _found("label_out_of_range", name, beyond, _outside(low, high))
    infinite = ~column.missing & ~column.unreadable & ~np.isfinite(values)
    yield from _found("unreadable_label", name, infinite, "is not finite")


def find_unknown_labels(spec: ModelSpec, column: Column) -> Mask:
    """Return which labels are there but are none of the classes; of a regression, none is."""
    if not spec.is_classification:
        return np.zeros(len(column.missing), dtype=np.bool_)
    known = {canonical_label(label) for label in spec.target.classes}
    present = ~column.missing & ~column.unreadable
    values = column.values[present].tolist()
    fits = {value: canonical_label(value) in known for value in set(values)}
    unknown = np.zeros(len(present), dtype=np.bool_)
    unknown[present] = [not fits[value] for value in values]
    return unknown


def check_timestamps(column: Column) -> Iterator[Finding]:
    """Yield what is wrong with the column that orders the rows."""
    words = "is no moment; write ISO 8601, such as 2026-01-31T10:00:00Z"
    yield from _found("missing_timestamp", column.name, column.missing, "is missing")
    yield from _found("unreadable_timestamp", column.name, column.unreadable, words)


def check_ids(column: Column) -> Iterator[Finding]:
    """Yield the rows that have no name."""
    yield from _found("missing_id", column.name, column.missing, "is missing")


def check_row_count(spec: ModelSpec, rows: int) -> Iterator[Finding]:
    """Yield a finding if there are too few rows to train on."""
    if rows < spec.data.minimum_rows:
        message = f"{rows} rows are too few: data.minimum_rows is {spec.data.minimum_rows}"
        yield Finding("too_few_rows", None, rows, message, _no_rows())


def check_duplicates(spec: ModelSpec, duplicates: Rows, rows: int) -> Iterator[Finding]:
    """Yield a finding if too many rows repeat an earlier one; `duplicates` are the repetitions."""
    rate = len(duplicates) / rows if rows else 0.0
    if rate > spec.data.max_duplicate_rate:
        by = f"the {spec.data.id}" if spec.data.id else "all values"
        message = (
            f"{by} of an earlier row again in {_rows(len(duplicates))}: "
            f"{rate:.4g} of all, allowed is {spec.data.max_duplicate_rate:g}"
        )
        yield Finding("duplicate_rows", spec.data.id, len(duplicates), message, duplicates)


def check_classes(spec: ModelSpec, codes: NDArray[np.int64], part: str) -> Iterator[Finding]:
    """Yield a finding if a part of the data holds one class only, or training rows lack a class."""
    name, classes = spec.target.name, spec.target.classes
    counts = np.bincount(codes, minlength=len(classes))
    absent = [str(label) for label, count in zip(classes, counts, strict=True) if not count]
    if len(absent) == len(classes) - 1:
        label = classes[int(codes[0])]
        message = f"all {len(codes)} {part} rows are of class {label}; at least two are needed"
        yield Finding("one_class", name, len(codes), message, _no_rows())
    elif absent and part == TRAINING:
        message = f"no training row is of class {', '.join(absent)}; each class needs some"
        yield Finding("absent_class", name, len(absent), message, _no_rows())


def note_rounding(feature: Feature, column: Column) -> Iterator[str]:
    """Yield a note if whole numbers are so large that float32 rounds them."""
    if feature.type is not FeatureType.INTEGER:
        return
    values = column.values.astype(np.float64)
    large = int(np.count_nonzero(np.abs(values) > LARGEST_WHOLE_NUMBER))
    if large:
        largest = float(np.nanmax(np.abs(values)))
        step = float(np.spacing(np.float32(min(largest, _LARGEST_FLOAT32))))
        yield (
            f"{feature.name}: whole numbers beyond {LARGEST_WHOLE_NUMBER:,} in {_rows(large)} are "
            f"rounded to the nearest float32 (steps of up to {step:,.0f}), as they are when served"
        )


def outside_range(
    values: NDArray[np.floating], minimum: float | None, maximum: float | None
) -> Mask:
    """Return which values lie outside a range, both as float32 has them.

    So a captured 0.1, which float32 keeps as 0.10000000149, is not above a maximum of 0.1.

    Examples
    --------
    >>> outside_range(np.array([0.1, 0.2, np.nan]), None, 0.1).tolist()
    [False, True, False]
    """
    with np.errstate(over="ignore"):
        narrow = values.astype(np.float32)
        low = np.float32(-np.inf if minimum is None else minimum)
        high = np.float32(np.inf if maximum is None else maximum)
    return (narrow < low) | (narrow > high)


def _check_missing(feature: Feature, column: Column) -> Iterator[Finding]:
    count = int(column.missing.sum())
    rate = count / len(column.missing) if len(column.missing) else 0.0
    if rate > feature.max_missing_rate:
        message = (
            f"{feature.name} is missing in {_rows(count)}: {rate:.4g} of all, "
            f"allowed is {feature.max_missing_rate:g}"
        )
        yield Finding(
            "missing_values", feature.name, count, message, np.flatnonzero(column.missing)
        )


def _check_numbers(feature: Feature, column: Column) -> Iterator[Finding]:
    values = column.values.astype(np.float64)
    readable = ~column.missing & ~column.unreadable
    too_large = readable & ~(np.abs(values) <= _LARGEST_FLOAT32)
    yield from _found("too_large", feature.name, too_large, "has no finite float32")
    low, high = feature.minimum, feature.maximum
    beyond = outside_range(values, low, high) & ~too_large
    yield from _found("out_of_range", feature.name, beyond, _outside(low, high))
    if feature.type is FeatureType.INTEGER:
        broken = readable & ~too_large & (values != np.rint(values))
        yield from _found("fractional_value", feature.name, broken, "is no whole number")


def _outside(minimum: float | None, maximum: float | None) -> str:
    low = "-∞" if minimum is None else f"{minimum:.15g}"
    high = "∞" if maximum is None else f"{maximum:.15g}"
    return f"lies outside {low} to {high}"


def _check_categories(feature: Feature, column: Column) -> Iterator[Finding]:
    known = {*feature.categories, None}
    unseen = np.fromiter((value not in known for value in column.values), np.bool_)
    count = int(unseen.sum())
    rate = count / len(unseen) if len(unseen) else 0.0
    if rate > feature.max_unseen_rate:
        message = (
            f"{feature.name} is none of its {len(feature.categories)} categories in "
            f"{_rows(count)}: {rate:.4g} of all, allowed is {feature.max_unseen_rate:g}"
        )
        yield Finding("unknown_category", feature.name, count, message, np.flatnonzero(unseen))


def _found(rule: str, name: str, broken: Mask, words: str) -> Iterator[Finding]:
    count = int(np.count_nonzero(broken))
    if count:
        message = f"{name} {words} in {_rows(count)}"
        yield Finding(rule, name, count, message, np.flatnonzero(broken))


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _no_rows() -> Rows:
    return np.empty(0, dtype=np.int64)
