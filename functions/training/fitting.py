"""Rows to learn from, and a pipeline that has learned."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped] # publishes no types

from functions.contracts import keys
from functions.contracts.errors import WindvaneError
from functions.contracts.model_spec import Holdout, ModelSpec, ParameterValue
from functions.core.arrays import array_from_bytes
from functions.core.ports import ObjectStore
from functions.training.model_code import ModelCode

VALIDATION_FRACTION = 0.2

SHUFFLE_SEED = 20_261
"""Of a fire drill's labels; any would do, and each attempt must take the same."""

Truth = NDArray[np.int64] | NDArray[np.float64]


class TrainingRowsError(WindvaneError):
    """The prepared rows do not fit the model, or cannot teach it all its classes."""


@dataclass(frozen=True, slots=True)
class Rows:
    """An encoded matrix and what came true of its rows: class codes or values."""

    x: NDArray[np.float32]
    y: Truth


def load_rows(part: str, spec: ModelSpec, *, dataset_version: str, data: ObjectStore) -> Rows:
    """Return the prepared rows of a part, `train` or `holdout`; raise TrainingRowsError."""
    x, y = (
        array_from_bytes(
            data.read(keys.prepared_array(spec.name, dataset_version, f"{part}_{axis}"))
        )
        for axis in ("x", "y")
    )
    wanted = (len(y), len(spec.features))
    if x.shape != wanted or x.dtype != np.float32 or y.ndim != 1:
        msg = (
            f"{part} rows of dataset {dataset_version} are {x.dtype} of shape {x.shape}; "
            f"{spec.name} with {len(y)} answers needs float32 of shape {wanted}"
        )
        raise TrainingRowsError(msg)
    return Rows(x, y)


def latest_of(rows: Rows, count: int | None, spec: ModelSpec, *, skipped: int = 0) -> Rows:
    """Return the last `count` rows (None: all) before the `skipped` last ones.

    Of a data set divided by time, these are the latest, or those of an earlier time. Twice as many,
    or four times, if a class has no row among them.
    """
    if count is None:
        return rows
    last = len(rows.y) - skipped
    while count < last and spec.is_classification:
        if len(np.unique(rows.y[last - count : last])) == len(spec.target.classes):
            break
        count *= 2
    first = max(last - count, 0)
    return Rows(rows.x[first:last], rows.y[first:last])


def shuffle_labels(rows: Rows, *, shuffled: bool) -> Rows:
    """Return the rows with each other's labels, where a fire drill wants it; else as they are."""
    if not shuffled:
        return rows
    return Rows(rows.x, np.random.default_rng(SHUFFLE_SEED).permutation(rows.y))


def divide_validation(rows: Rows, holdout: Holdout) -> tuple[Rows, Rows]:
    """Return the rows to fit on and the rows to rank candidates by.

    As the held-out rows were chosen: by time, the last fifth (the rows come in time order); at
    random, a fifth drawn with the holdout's seed. Every candidate sees the same division.
    """
    count = max(1, round(len(rows.y) * VALIDATION_FRACTION))
    if len(rows.y) <= count:
        msg = f"{len(rows.y)} training rows cannot be divided; at least 2 are needed"
        raise TrainingRowsError(msg)
    order = np.arange(len(rows.y))
    if holdout.by == "random":
        order = np.random.default_rng(holdout.seed).permutation(len(rows.y))
    fit, validation = np.sort(order[:-count]), np.sort(order[-count:])
    return Rows(rows.x[fit], rows.y[fit]), Rows(rows.x[validation], rows.y[validation])


def fit_pipeline(
    code: ModelCode, parameters: Mapping[str, ParameterValue], rows: Rows, *, threads: int | None
) -> Pipeline:
    """Return the folder's pipeline, fitted on float32 rows.

    `threads` is None where the caller holds them to a number: to do so takes 20 ms each time.
    Raises TrainingRowsError if a class of the spec has no row: the pipeline would not know it.
    """
    if code.spec.is_classification:
        counts = np.bincount(rows.y.astype(np.int64), minlength=len(code.spec.target.classes))
        for label, count in zip(code.spec.target.classes, counts, strict=True):
            if count == 0:
                msg = f"no row of class {label!r} among {len(rows.y)} rows to fit on"
                raise TrainingRowsError(msg)
    pipeline = code.new_pipeline(parameters)
    with _held_to(threads):
        pipeline.fit(rows.x, rows.y)
    return pipeline


def answer_rows(
    pipeline: Pipeline, spec: ModelSpec, x: NDArray[np.float32], *, threads: int | None
) -> NDArray[np.float64]:
    """Return the pipeline's own answers: shape (n, n_classes) or (n, 1)."""
    with _held_to(threads):
        answers = pipeline.predict_proba(x) if spec.is_classification else pipeline.predict(x)
    return np.asarray(answers, dtype=np.float64).reshape(len(x), -1)


def _held_to(threads: int | None) -> AbstractContextManager[object]:
    return nullcontext() if threads is None else threadpool_limits(limits=threads)
