"""Batch step FinishBatch: every row once, as predictions in the caller's format or as refused."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from functions.contracts import keys
from functions.contracts.artifact import ArtifactSpec
from functions.contracts.batch import (
    BatchJob,
    BatchReport,
    FinishBatchInput,
    FinishBatchOutput,
    SourceRows,
)
from functions.contracts.errors import WindvaneError
from functions.contracts.naming import format_version
from functions.core.arrays import array_from_bytes
from functions.core.stored_specs import read_spec
from functions.preparation import wiring
from functions.preparation.batch_ports import BatchPorts
from functions.preparation.batch_results import write_results
from functions.preparation.engine import open_engine
from functions.preparation.plan_batch import REFUSED_FILE, find_plan, read_job

REPORT_FILE = "report.json"
NOT_FINITE = "the model has no finite answer to these values; look for extreme ones"


class IncompleteBatchError(WindvaneError):
    """The answers are not one for each row that was planned."""


@dataclass(frozen=True, slots=True)
class _Written:
    """What was written of one source."""

    file: str
    predicted: int
    refused: list[tuple[str, int, str]]


def finish_batch(message: FinishBatchInput, *, ports: BatchPorts) -> FinishBatchOutput:
    """Write the results and the report, and tell people; after an error, tell them what to do.

    Raises IncompleteBatchError if an answer is missing: nothing is written then.
    """
    job = read_job(message, ports)
    if message.error is not None:
        return _give_up(job, message, ports)
    plan = find_plan(job, ports)
    if plan is None:
        msg = f"batch job {job.job} of {job.model} was never planned"
        raise IncompleteBatchError(msg)
    artifact = ports.registry.get(job.model, job.number).artifact
    spec = read_spec(artifact.spec, ports.models)

    written = [
        _write_source(job, source, number, spec, ports)
        for number, source in enumerate(plan.sources)
    ]

    late = [row for each in written for row in each.refused]
    refused = plan.refused + len(late)
    predicted = sum(each.predicted for each in written)
    if predicted + refused != plan.rows:
        msg = f"{plan.rows} rows were planned, {predicted} predicted and {refused} refused"
        raise IncompleteBatchError(msg)
    if late:
        _add_refused(job, late, ports)
    report = BatchReport(
        model=job.model,
        job=job.job,
        number=job.number,
        rows=plan.rows,
        predicted=predicted,
        refused=refused,
        files=tuple(each.file for each in written),
        refused_file=REFUSED_FILE if refused else None,
        requested_at=job.requested_at,
        ended_at=ports.now(),
    )
    return _tell(job, report, ports)


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Lambda entry point."""
    output = finish_batch(FinishBatchInput.model_validate(event), ports=wiring.batch_ports())
    return output.model_dump(mode="json")


def _write_source(
    job: BatchJob, source: SourceRows, number: int, spec: ArtifactSpec, ports: BatchPorts
) -> _Written:
    outputs = _outputs(job, source, len(spec.classes) or 1, ports)
    file = f"part-{number:05d}.{job.format}"
    with TemporaryDirectory() as directory:
        rows_path = Path(directory) / "rows.parquet"
        ports.data.download(keys.batch_rows(job.model, job.job, number), str(rows_path))
        results_path = Path(directory) / file
        with open_engine(Path(directory), ports.limits) as connection:
            rows = write_results(connection, rows_path, results_path, outputs, job, spec)
        key = keys.batch_result(job.model, job.job, file)
        ports.data.write(key, results_path.read_bytes(), content_type="application/octet-stream")
    refused = [(source.name, int(row), NOT_FINITE) for row in rows]
    return _Written(file, len(outputs) - len(refused), refused)


def _outputs(
    job: BatchJob, source: SourceRows, width: int, ports: BatchPorts
) -> NDArray[np.float32]:
    """Return the outputs of all of a source's good rows, in order."""
    chunks = range(source.first_chunk, source.first_chunk + source.chunks)
    parts = [
        array_from_bytes(ports.data.read(keys.batch_output(job.model, job.job, index)))
        for index in chunks
    ]
    parts.append(np.empty((0, width), dtype=np.float32))
    outputs = np.concatenate(parts)
    if len(outputs) != source.rows - source.refused:
        msg = (
            f"{source.name} has {source.rows - source.refused} rows to predict, "
            f"{len(outputs)} are answered"
        )
        raise IncompleteBatchError(msg)
    return outputs


def _add_refused(job: BatchJob, late: list[tuple[str, int, str]], ports: BatchPorts) -> None:
    """Add rows to the refused ones; done again, the file is written again as it was."""
    planned = ports.data.read(keys.batch_refused(job.model, job.job)).decode()
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(late)
    key = keys.batch_result(job.model, job.job, REFUSED_FILE)
    ports.data.write(key, (planned + text.getvalue()).encode(), content_type="text/csv")


def _tell(job: BatchJob, report: BatchReport, ports: BatchPorts) -> FinishBatchOutput:
    key = keys.batch_result(job.model, job.job, REPORT_FILE)
    content = report.model_dump_json(indent=2).encode()
    ports.data.write(key, content, content_type=keys.JSON_TYPE)
    version = format_version(job.model, job.number)
    reason = f"{version} answered {report.predicted:,} of {report.rows:,} rows"
    if report.refused:
        reason += f", {report.refused:,} were refused: {REFUSED_FILE} says why"
    ports.notifier.tell(
        f"{job.model}: batch job {job.job} is done",
        f"{reason}\n\nRequested by {job.requested_by}. Results: {key}",
        attributes={"model": job.model, "kind": "batch"},
    )
    return FinishBatchOutput(
        report_key=key, predicted=report.predicted, refused=report.refused, reason=reason
    )


def _give_up(job: BatchJob, message: FinishBatchInput, ports: BatchPorts) -> FinishBatchOutput:
    error = message.error
    reason = f"{error.Error}: {error.Cause}" if error else "unknown"
    ports.notifier.tell(
        f"{job.model}: batch job {job.job} failed",
        f"{reason[:2000]}\n\nNothing that was answered is lost. When the cause is removed, run the "
        "same command again: it goes on where it stopped.",
        attributes={"model": job.model, "kind": "batch"},
    )
    return FinishBatchOutput(report_key=None, predicted=0, refused=0, reason=reason[:2000])
