"""Captured rows for others: plain records, and the formats of SageMaker's Model Monitor."""

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.capture import CaptureLine, GroundTruthLine, row_inference_ids
from functions.contracts.model_spec import Label
from functions.core.capture_encoding import decode_floats, mask_pii
from functions.core.encoding import canonical_label, decode_columns

EVENT_VERSION = "0"
CSV_TYPE = "text/csv"


@dataclass(frozen=True, slots=True)
class ExportedRow:
    """One captured row in the words of its model."""

    inference_id: str
    model: str
    version: int
    variant: str
    at: datetime
    caller: str | None
    latency_us: int | None
    values: Mapping[str, object | None]
    outputs: Mapping[str, float]


@dataclass(slots=True)
class LineExporter:
    """Makes rows of capture lines, each row once; `specs` are the registered versions'.

    Rows whose version is not registered, or whose numbers do not fit it, are left out and counted.
    """

    specs: Mapping[int, ArtifactSpec]
    left_out: int = 0
    _seen: set[str] = field(default_factory=set)

    def rows(self, lines: Iterable[CaptureLine]) -> Iterator[ExportedRow]:
        """Yield the rows of lines that were not there yet."""
        for line in lines:
            spec = self.specs.get(line.version)
            try:
                if spec is not None and line.schema_id == spec.feature_schema.schema_id:
                    yield from self._rows_of(line, spec)
                    continue
            except ValueError:
                pass
            self.left_out += line.n

    def _rows_of(self, line: CaptureLine, spec: ArtifactSpec) -> Iterator[ExportedRow]:
        names = output_names(spec)
        matrix = _numbers(line.rows, line.n, len(spec.feature_schema.features))
        outputs = _numbers(line.outputs, line.n, len(names))
        columns = _values(spec, matrix)
        for index, name in enumerate(row_inference_ids(line)):
            if name in self._seen:
                continue
            self._seen.add(name)
            yield ExportedRow(
                inference_id=name,
                model=line.model,
                version=line.version,
                variant=line.variant,
                at=line.at.astimezone(UTC),
                caller=line.caller,
                latency_us=line.latency_us,
                values={feature: column[index] for feature, column in columns.items()},
                outputs=dict(zip(names, outputs[index].tolist(), strict=True)),
            )


def output_names(spec: ArtifactSpec) -> tuple[str, ...]:
    """Return what a version's outputs are called: a probability for each class, or the value."""
    return tuple(f"probability_{canonical_label(c)}" for c in spec.classes) or ("value",)


def plain_record(row: ExportedRow, truths: Mapping[str, Label | float]) -> dict[str, object]:
    """Return a row as one flat record; `ground_truth` is None where nothing is known yet."""
    return {
        "inference_id": row.inference_id,
        "at": row.at.isoformat(),
        "version": row.version,
        "variant": row.variant,
        "caller": row.caller,
        "latency_us": row.latency_us,
        **row.values,
        **row.outputs,
        "ground_truth": truths.get(row.inference_id),
    }


def sagemaker_capture(row: ExportedRow) -> dict[str, object]:
    """Return a row as a record of SageMaker's data capture."""
    return {
        "captureData": {
            "endpointInput": _captured("INPUT", tuple(row.values.values())),
            "endpointOutput": _captured("OUTPUT", tuple(row.outputs.values())),
        },
        "eventMetadata": {
            "eventId": row.inference_id,
            "inferenceId": row.inference_id,
            "inferenceTime": _moment(row.at),
        },
        "eventVersion": EVENT_VERSION,
    }


def sagemaker_ground_truth(line: GroundTruthLine) -> dict[str, object]:
    """Return an outcome as a record of SageMaker's ground truth."""
    return {
        "groundTruthData": {"data": _csv_line((line.value,)), "encoding": "CSV"},
        "eventMetadata": {"eventId": line.inference_id},
        "eventVersion": EVENT_VERSION,
    }


def sagemaker_capture_path(row: ExportedRow) -> str:
    """Return the file of a row, by endpoint, variant and hour as Model Monitor looks for it."""
    return f"captures/{row.model}/{row.variant}/{row.at:%Y/%m/%d/%H}/captures.jsonl"


def sagemaker_ground_truth_path(line: GroundTruthLine) -> str:
    """Return the file of an outcome, by the hour in which it was received."""
    return f"ground_truth/{line.received_at.astimezone(UTC):%Y/%m/%d/%H}/ground_truth.jsonl"


def _numbers(text: str, rows: int, columns: int) -> NDArray[np.float32]:
    """Return a matrix of that shape; raise ValueError if it is another."""
    matrix = decode_floats(text, rows)
    if matrix.shape[1] != columns:
        msg = f"{matrix.shape[1]} numbers a row instead of {columns}"
        raise ValueError(msg)
    return matrix


def _values(spec: ArtifactSpec, matrix: NDArray[np.float32]) -> dict[str, list[object | None]]:
    """Return the columns of rows; of a personal feature its hash, if that was captured."""
    schema = spec.feature_schema
    columns = decode_columns(schema, mask_pii(schema, matrix))
    for index, feature in enumerate(schema.features):
        if feature.pii:
            hashes = matrix[:, index]
            columns[feature.name] = [None if np.isnan(h) else int(h) for h in hashes]
    return columns


def _captured(mode: str, values: Sequence[object]) -> dict[str, str]:
    return {
        "observedContentType": CSV_TYPE,
        "mode": mode,
        "data": _csv_line(values),
        "encoding": "CSV",
    }


def _csv_line(values: Sequence[object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow([_cell(value) for value in values])
    return text.getvalue()


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return canonical_label(value) if isinstance(value, bool | float) else str(value)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
