"""From judged rows to the arrays that training reads."""

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from functions.contracts.dataset import SplitRecord
from functions.contracts.feature_schema import FeatureSchema
from functions.contracts.model_spec import ModelSpec
from functions.core.encoding import encode_columns, encode_labels
from functions.core.quality import HELD_OUT, TRAINING, Finding, check_classes
from functions.core.row_counts import MAXIMUM_JUDGED_ROWS
from functions.core.splitting import SplitError, latest_rows, split_at_random, split_by_time
from functions.preparation.row_table import RowTable

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Labels = NDArray[np.int64] | NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Plan:
    """Which rows of the table are used, and their labels, in the same order."""

    train: NDArray[np.int64]
    holdout: NDArray[np.int64]
    train_y: Labels
    holdout_y: Labels
    record: SplitRecord


def plan_split(spec: ModelSpec, rows: RowTable) -> Plan:
    """Return which rows are trained on and which are held out; raise SplitError.

    Only the latest `training.most_rows` rows are used, oldest first; without a timestamp, all of
    them as they came. Where row counts are tried, at most the latest MAXIMUM_JUDGED_ROWS are held
    out: of all history, a share would take every row after a change away from what learns from it.
    """
    holdout = spec.training.holdout
    times = _times(spec, rows)
    used = latest_rows(times, spec.training.most_rows)
    labels = _labels(spec, rows)[used]
    fraction = holdout.fraction
    if spec.training.tries_row_counts:
        fraction = min(fraction, MAXIMUM_JUDGED_ROWS / len(used))
    if holdout.by == "time":
        split = split_by_time(times[used], fraction)
        starts_at = _moment(int(times[used[split.holdout[0]]]))
    else:
        classes = labels.astype(np.int64) if spec.is_classification else None
        split = split_at_random(len(used), holdout.fraction, seed=holdout.seed, classes=classes)
        starts_at = None
    return Plan(
        train=used[split.train],
        holdout=used[split.holdout],
        train_y=labels[split.train],
        holdout_y=labels[split.holdout],
        record=SplitRecord(
            by=holdout.by,
            seed=holdout.seed,
            holdout_fraction=fraction,
            train_rows=len(split.train),
            holdout_rows=len(split.holdout),
            holdout_starts_at=starts_at,
        ),
    )


def try_plan(spec: ModelSpec, rows: RowTable) -> tuple[Plan | None, list[Finding]]:
    """Return the plan, or what keeps the rows from being divided into two useful parts."""
    try:
        plan = plan_split(spec, rows)
    except SplitError as error:
        nowhere = np.empty(0, dtype=np.int64)
        return None, [Finding("split_impossible", None, rows.rows, str(error), nowhere)]
    if not spec.is_classification:
        return plan, []
    findings = [
        *check_classes(spec, plan.train_y.astype(np.int64), TRAINING),
        *check_classes(spec, plan.holdout_y.astype(np.int64), HELD_OUT),
    ]
    return (None, findings) if findings else (plan, [])


def encode_rows(
    schema: FeatureSchema, rows: RowTable, parts: tuple[NDArray[np.int64], ...]
) -> tuple[NDArray[np.float32], ...]:
    """Return one matrix for each set of rows; one column is in memory at a time."""
    matrices = tuple(np.empty((len(part), len(schema.features)), np.float32) for part in parts)
    for index, feature in enumerate(schema.features):
        alone = FeatureSchema(features=(feature,))
        encoded = encode_columns(alone, {feature.name: rows.column(feature.name).values})
        for matrix, part in zip(matrices, parts, strict=True):
            matrix[:, index] = encoded[part, 0]
    return matrices


def npy_bytes(array: NDArray[np.generic]) -> bytes:
    """Return an array as the bytes of a .npy file."""
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def _times(spec: ModelSpec, rows: RowTable) -> NDArray[np.int64]:
    if spec.data.timestamp is None:
        return np.arange(rows.rows, dtype=np.int64)
    return rows.column(spec.data.timestamp).values.astype(np.int64)


def _labels(spec: ModelSpec, rows: RowTable) -> Labels:
    values = rows.column(spec.target.name).values
    if not spec.is_classification:
        return values.astype(np.float64)
    return encode_labels(spec.target.classes, values)


def _moment(microseconds: int) -> str:
    return (EPOCH + timedelta(microseconds=microseconds)).isoformat()
