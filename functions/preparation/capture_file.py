"""Labelled captures as a Parquet file of the same columns as an uploaded one."""

# ruff: noqa: S608 - the path is ours and quoted

from collections.abc import Callable, Sequence
from datetime import UTC
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from functions.contracts.feature_schema import FeatureType
from functions.contracts.model_spec import ModelSpec
from functions.core.encoding import canonical_label
from functions.core.labelled_captures import LabelledCaptures
from functions.preparation.engine import literal

FILE_NAME = "labelled_captures.parquet"


def write_capture_file(
    connection: duckdb.DuckDBPyConnection,
    captures: LabelledCaptures,
    spec: ModelSpec,
    directory: Path,
) -> Path:
    """Write the captures as rows of the data set and return the file.

    A row's timestamp is the moment of its prediction, its id the inference's.
    """
    columns: dict[str, NDArray[np.generic]] = {}
    if spec.data.id is not None:
        columns[spec.data.id] = _texts(captures.ids)
    if spec.data.timestamp is not None:
        moments = [moment.astimezone(UTC).replace(tzinfo=None) for moment in captures.at]
        columns[spec.data.timestamp] = np.array(moments, dtype="datetime64[us]")
    for feature in spec.features:
        columns[feature.name] = _ARRAYS[feature.type](captures.columns[feature.name])
    columns[spec.target.name] = (
        _texts([canonical_label(value) for value in captures.truths])
        if spec.is_classification
        else np.array(captures.truths, dtype=np.float64)
    )
    path = directory / FILE_NAME
    connection.register("labelled_captures", columns)
    connection.execute(
        f"COPY (SELECT * FROM labelled_captures) TO {literal(str(path))} "
        "(FORMAT parquet, COMPRESSION zstd)"
    )
    connection.unregister("labelled_captures")
    return path


def _texts(values: Sequence[object]) -> NDArray[np.generic]:
    return np.array(values, dtype=object)


def _numbers(values: Sequence[object]) -> NDArray[np.generic]:
    """Doubles, because a float32 written as decimals and read as a double is another number."""
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _truths(values: Sequence[object]) -> NDArray[np.generic]:
    missing = [value is None for value in values]
    filled = np.array([bool(value) for value in values], dtype=np.bool_)
    return np.ma.MaskedArray(filled, mask=missing)


_ARRAYS: dict[FeatureType, Callable[[Sequence[object]], NDArray[np.generic]]] = {
    FeatureType.NUMBER: _numbers,
    FeatureType.INTEGER: _numbers,
    FeatureType.BOOLEAN: _truths,
    FeatureType.STRING: _texts,
}
