"""All of a data set's rows: read, judged, split and encoded."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from functions.contracts import keys
from functions.contracts.dataset import Violation
from functions.contracts.fault_book import LeftOutRows
from functions.contracts.model_spec import ModelSpec
from functions.core.labelled_captures import LabelledCaptures
from functions.preparation import judgement
from functions.preparation.arrays import Plan, encode_rows, try_plan
from functions.preparation.capture_file import write_capture_file
from functions.preparation.capture_objects import CapturedData
from functions.preparation.engine import EngineLimits, open_engine
from functions.preparation.file_readers import UnreadableFileError, describe_failure, open_file
from functions.preparation.judgement import FileFaults
from functions.preparation.raw_files import RawFile
from functions.preparation.row_table import RowTable

_NO_RAW_FILE = -1
"""The number of the captures' file; the raw files have 0 and above."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Two parts of the rows, ready for training."""

    plan: Plan
    train_x: NDArray[np.float32]
    holdout_x: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class CaptureFile:
    """The labelled captures as they were taken in."""

    captures: LabelledCaptures
    content: bytes


@dataclass(frozen=True, slots=True)
class DataSet:
    """What became of the rows; `prepared` is None if there is a violation."""

    rows: int
    sources: tuple[tuple[RawFile, int], ...]
    capture_file: CaptureFile | None
    violations: tuple[Violation, ...]
    notes: tuple[str, ...]
    prepared: Prepared | None
    left_out: tuple[LeftOutRows, ...] = ()


def assemble(
    spec: ModelSpec,
    files: tuple[RawFile, ...],
    captured: CapturedData,
    *,
    directory: Path,
    limits: EngineLimits,
) -> DataSet:
    """Return the data set that files and captures make."""
    with open_engine(directory, limits) as connection:
        rows = RowTable(connection, judgement.slots_of(spec))
        faults = FileFaults()
        if not files:
            faults.violations.append(judgement.no_data(keys.raw_prefix(spec.name)))
        sources = tuple(
            (file, _Loader(connection, rows, spec, faults).add(file, number))
            for number, file in enumerate(files)
        )
        capture_file = _add_captures(connection, rows, spec, captured, directory)
        violations, notes = judgement.judge_rows(spec, rows, faults.unjudged)
        violations = [*faults.violations, *violations]
        prepared = None
        if not violations:
            plan, findings = try_plan(spec, rows)
            violations = [judgement.tell(finding, rows) for finding in findings]
            prepared = _encode(spec, rows, plan) if plan else None
    return DataSet(
        rows=rows.rows,
        sources=sources,
        capture_file=capture_file,
        violations=judgement.in_order(violations),
        notes=(*captured.notes, *notes),
        prepared=prepared,
        left_out=captured.left_out,
    )


@dataclass(frozen=True, slots=True)
class _Loader:
    """Adds files to the rows and what is wrong with them to the faults."""

    connection: duckdb.DuckDBPyConnection
    rows: RowTable
    spec: ModelSpec
    faults: FileFaults

    def add(self, file: RawFile, number: int) -> int:
        """Return how many rows a file has; 0 if it cannot be read."""
        try:
            table = open_file(self.connection, file.path, number)
            added = self.rows.add(table, file.key)
        except UnreadableFileError as error:
            self.faults.violations.append(judgement.unreadable_file(file.key, str(error)))
            return 0
        except duckdb.Error as error:
            reason = describe_failure(error)
            self.faults.violations.append(judgement.unreadable_file(file.key, reason))
            return 0
        rejected = self.rows.rejected_lines(table)
        judgement.judge_columns(table, file.key, self.spec, self.faults)
        judgement.judge_lines(rejected, file.key, self.spec, self.faults)
        return added


def _add_captures(
    connection: duckdb.DuckDBPyConnection,
    rows: RowTable,
    spec: ModelSpec,
    captured: CapturedData,
    directory: Path,
) -> CaptureFile | None:
    if captured.captures is None:
        return None
    path = write_capture_file(connection, captured.captures, spec, directory)
    rows.add(open_file(connection, path, number=_NO_RAW_FILE), path.name)
    return CaptureFile(captured.captures, path.read_bytes())


def _encode(spec: ModelSpec, rows: RowTable, plan: Plan) -> Prepared:
    train_x, holdout_x = encode_rows(spec.schema_, rows, (plan.train, plan.holdout))
    return Prepared(plan=plan, train_x=train_x, holdout_x=holdout_x)
