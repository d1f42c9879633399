"""The files that `windvane captures export` writes."""

import json
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from functions.contracts.capture import GroundTruthLine
from functions.core.capture_export import (
    ExportedRow,
    plain_record,
    sagemaker_capture,
    sagemaker_capture_path,
    sagemaker_ground_truth,
    sagemaker_ground_truth_path,
)

Truths = Mapping[str, GroundTruthLine]


class LineFiles:
    """Files of JSON lines below a folder; one that was there before is written anew."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._begun: set[Path] = set()
        self.files: list[Path] = []

    def add(self, name: str, document: object) -> None:
        """Add a document to the file of that name."""
        file = self._folder / name
        mode = "a" if file in self._begun else "w"
        if file not in self._begun:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._begun.add(file)
            self.files.append(file)
        with file.open(mode, encoding="utf-8") as stream:
            stream.write(f"{json.dumps(document, separators=(',', ':'), ensure_ascii=False)}\n")


Writer = Callable[[Path, Iterable[ExportedRow], Truths], tuple[int, list[Path]]]


def write_json_lines(
    folder: Path, rows: Iterable[ExportedRow], truths: Truths
) -> tuple[int, list[Path]]:
    """Write one flat record a row and return how many, and the file."""
    values = {name: line.value for name, line in truths.items()}
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "captures.jsonl"
    count = 0
    with file.open("w", encoding="utf-8") as stream:
        for row in rows:
            record = plain_record(row, values)
            stream.write(f"{json.dumps(record, separators=(',', ':'), ensure_ascii=False)}\n")
            count += 1
    return count, [file]


def write_parquet(
    folder: Path, rows: Iterable[ExportedRow], truths: Truths
) -> tuple[int, list[Path]]:
    """Write the flat records as a table; a column without a value is text."""
    import duckdb

    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "captures.parquet"
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        count, (lines,) = write_json_lines(Path(scratch), rows, truths)
        if not count:
            return 0, []
        with duckdb.connect() as connection:
            # All rows are looked at for the types: the first thousand may lack a value.
            table = connection.read_json(str(lines), format="newline_delimited", sample_size=-1)
            table.write_parquet(str(file), compression="zstd")
    return count, [file]


def write_sagemaker(
    folder: Path, rows: Iterable[ExportedRow], truths: Truths
) -> tuple[int, list[Path]]:
    """Write the records of SageMaker's data capture and ground truth, hour by hour."""
    files = LineFiles(folder)
    count = 0
    for row in rows:
        files.add(sagemaker_capture_path(row), sagemaker_capture(row))
        count += 1
    for line in truths.values():
        files.add(sagemaker_ground_truth_path(line), sagemaker_ground_truth(line))
    return count, files.files


WRITERS: Mapping[str, Writer] = {
    "jsonl": write_json_lines,
    "parquet": write_parquet,
    "sagemaker": write_sagemaker,
}
"""By the name of the format."""
