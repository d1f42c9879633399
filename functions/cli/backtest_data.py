"""The rows of a backtest: dated and labelled, from files, encoded as training encodes them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import TypeAlias

import duckdb
import numpy as np
from numpy.typing import NDArray

from functions.cli.cells import listing
from functions.cli.errors import UsageError
from functions.contracts.model_spec import ModelSpec
from functions.core.encoding import EncodingError, encode_columns, encode_labels
from functions.core.quality import Column
from functions.core.scores import Truth
from functions.preparation.column_sql import can_read
from functions.preparation.engine import EngineLimits, open_engine
from functions.preparation.file_readers import FileTable, UnreadableFileError, open_file
from functions.preparation.judgement import slots_of
from functions.preparation.row_table import RowTable

MEMORY_MB = 4096

Labels: TypeAlias = Mapping[object, object]


@dataclass(frozen=True, slots=True)
class DatedRows:
    """Encoded rows with their labels and times in microseconds, and what was left out."""

    x: NDArray[np.float32]
    y: Truth
    times: NDArray[np.int64]
    notes: tuple[str, ...]


def read_history(
    spec: ModelSpec, files: Sequence[Path], *, labels: Path | None, time_column: str | None
) -> DatedRows:
    """Return the rows of CSV, Parquet or JSON Lines files, in their order.

    Rows without a label or a time are left out, and a note says so. `labels` is a file of ids and
    labels for rows that have none of their own. Raises UsageError.
    """
    dated = _with_time(spec, time_column)
    known = _read_labels(dated, labels) if labels is not None else {}
    with _engine() as (connection, folder):
        rows = RowTable(connection, slots_of(dated))
        for number, path in enumerate(files):
            table = _open(connection, path, number, folder)
            _require_columns(dated, table, path, labels_apart=labels is not None)
            rows.add(table, path.name)
        return _encode(dated, rows, known)


@contextmanager
def _engine() -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    with (
        TemporaryDirectory() as folder,
        open_engine(Path(folder), EngineLimits(MEMORY_MB, threads=1)) as connection,
    ):
        yield connection, Path(folder)


def _with_time(spec: ModelSpec, time_column: str | None) -> ModelSpec:
    column = time_column or spec.data.timestamp
    if column is None:
        msg = (
            f"models/{spec.name}/model.toml names no data.timestamp: say with --time-column which "
            "column dates the rows"
        )
        raise UsageError(msg)
    return spec.model_copy(update={"data": spec.data.model_copy(update={"timestamp": column})})


def _open(
    connection: duckdb.DuckDBPyConnection, path: Path, number: int, folder: Path
) -> FileTable:
    if not path.is_file():
        msg = f"{path} is no file"
        raise UsageError(msg)
    inside = folder / f"{number}-{path.name}"
    copyfile(path, inside)  # the engine reads in one directory, and follows no link out of it
    try:
        return open_file(connection, inside, number)
    except UnreadableFileError as error:
        msg = f"{path} cannot be read: {error}"
        raise UsageError(msg) from error


def _require_columns(spec: ModelSpec, table: FileTable, path: Path, *, labels_apart: bool) -> None:
    spared = {spec.data.id} if not labels_apart else set()
    spared |= {spec.target.name} if labels_apart else set()
    for slot in slots_of(spec):
        column = table.columns.get(slot.name)
        if column is None and slot.name not in spared:
            role = {spec.data.timestamp: "times", spec.target.name: "labels"}.get(
                slot.name, "feature"
            )
            msg = f"{path} has no column {slot.name!r} ({role}); it has {listing(table.columns)}"
            if slot.name == spec.data.timestamp:
                msg += "; name another with --time-column"
            raise UsageError(msg)
        if column is not None and not can_read(slot.kind, column.family):
            msg = f"{path}: {slot.name} holds {column.family}, the model wants {slot.kind}"
            raise UsageError(msg)


def _read_labels(spec: ModelSpec, path: Path) -> Labels:
    """Return labels by id, of a file of their own."""
    if spec.data.id is None:
        msg = f"--labels are joined by id, and models/{spec.name}/model.toml names no data.id"
        raise UsageError(msg)
    wanted = [slot for slot in slots_of(spec) if slot.name in (spec.data.id, spec.target.name)]
    with _engine() as (connection, folder):
        table = _open(connection, path, 0, folder)
        for slot in wanted:
            if slot.name not in table.columns:
                msg = f"{path} has no column {slot.name!r}; it has {listing(table.columns)}"
                raise UsageError(msg)
        rows = RowTable(connection, wanted)
        rows.add(table, path.name)
        ids, values = (rows.column(name).values for name in (spec.data.id, spec.target.name))
        return dict(zip(ids.tolist(), values.tolist(), strict=True))


def _encode(spec: ModelSpec, rows: RowTable, known: Labels) -> DatedRows:
    target, times = rows.column(spec.target.name), rows.column(str(spec.data.timestamp))
    values = _joined(spec, rows, target, known)
    absent = _is_absent(values)
    undated = times.missing | times.unreadable
    notes = [
        f"{count:,} of {rows.rows:,} rows {what} and are left out"
        for count, what in (
            (int(absent.sum()), "have no label"),
            (int((undated & ~absent).sum()), "have no readable time"),
        )
        if count
    ]
    kept = np.flatnonzero(~absent & ~undated)
    if not len(kept):
        what = "label" if absent.all() else "label and a readable time"
        msg = f"none of {rows.rows:,} rows has a {what}: a backtest needs what came true"
        raise UsageError(msg)
    stamps = times.values.astype(np.float64)[kept].astype(np.int64)
    if (np.diff(stamps) < 0).any():
        notes.append("the rows are not in the order of time and were sorted")
    try:
        x = encode_columns(
            spec.schema_, {f.name: rows.column(f.name).values[kept] for f in spec.features}
        )
        y: Truth = (
            encode_labels(spec.target.classes, values[kept])
            if spec.is_classification
            else values[kept].astype(np.float64)
        )
    except EncodingError as error:
        msg = f"column {spec.target.name}: {error}"
        raise UsageError(msg) from error
    return DatedRows(x, y, stamps, tuple(notes))


def _joined(
    spec: ModelSpec, rows: RowTable, target: Column, known: Labels
) -> NDArray[np.float64] | NDArray[np.object_]:
    if not known or spec.data.id is None:
        return target.values
    ids = rows.column(spec.data.id).values
    own = _is_absent(target.values)
    values = [
        known.get(key) if absent else value
        for key, absent, value in zip(ids, own, target.values, strict=True)
    ]
    if target.values.dtype == object:
        return np.array(values, dtype=object)
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _is_absent(values: NDArray[np.float64] | NDArray[np.object_]) -> NDArray[np.bool_]:
    if values.dtype == object:
        return np.array([value is None for value in values], dtype=np.bool_)
    return np.isnan(values.astype(np.float64))
