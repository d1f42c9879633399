"""Reading the data that model folders bring."""

import hashlib
from collections.abc import Mapping, Sequence

import duckdb
import numpy as np
from numpy.typing import NDArray

from functions.contracts.model_folder import MODELS_DIRECTORY

WINDOW_ROWS = 12_500
"""A day of the demo's traffic, and a window of drift watching."""

THREADS = 1
"""Several test processes share the processors, and more threads than those wait for each other."""

Columns = Mapping[str, NDArray[np.generic]]


def read_columns(model: str, file: str, names: Sequence[str]) -> Columns:
    path = MODELS_DIRECTORY / model / "data" / file
    fields = ", ".join(f'"{name}"' for name in names)
    with duckdb.connect() as connection:
        found: Columns = connection.execute(
            f"SELECT {fields} FROM read_parquet(?)",  # noqa: S608 - names from model.toml
            [str(path)],
        ).fetchnumpy()
    return found


def window_rows(columns: Columns, first: int) -> Columns:
    """Return a window of rows; `first` counts from the end if it is negative."""
    rows = len(next(iter(columns.values())))
    start = first % rows
    return {name: values[start : start + WINDOW_ROWS] for name, values in columns.items()}


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
