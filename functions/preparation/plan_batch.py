"""Batch step PlanBatch: the job's rows, numbered, encoded and cut into chunks; the rest refused."""

import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from functions.contracts import keys
from functions.contracts.artifact import ArtifactSpec
from functions.contracts.batch import (
    BatchChunk,
    BatchInput,
    BatchJob,
    BatchPlan,
    BatchSource,
    PlanBatchOutput,
    SourceRows,
)
from functions.contracts.errors import WindvaneError
from functions.core.arrays import array_to_bytes
from functions.core.ports import ObjectNotFoundError
from functions.core.stored_specs import read_spec
from functions.preparation import wiring
from functions.preparation.batch_ports import BatchPorts
from functions.preparation.batch_source import SourceTable
from functions.preparation.engine import open_engine
from functions.preparation.file_readers import UnreadableFileError

REFUSED_FILE = "refused.csv"
REFUSED_COLUMNS = ("source", "row", "reason")
MAXIMUM_CHUNKS = 100_000
"""What the tasks answer, a digit and a comma each, must fit an execution's 256 KiB."""

_BINARY = "application/octet-stream"


class BatchSourceError(WindvaneError):
    """A job's source cannot be read, or its columns do not fit the model."""


def plan_batch(message: BatchInput, *, ports: BatchPorts) -> PlanBatchOutput:
    """Read every source once and store its chunks; a job that was planned is not planned again.

    Raises BatchSourceError for a source that does not fit as a whole; what fails before the plan
    is stored leaves nothing but objects that the next attempt writes again.
    """
    job = read_job(message, ports)
    plan = find_plan(job, ports)
    if plan is None:
        plan = _divide(job, ports)
    return PlanBatchOutput(
        chunk_list_key=keys.batch_chunk_list(job.model, job.job),
        chunks=plan.chunks,
        rows=plan.rows,
        refused=plan.refused,
    )


def read_job(message: BatchInput, ports: BatchPorts) -> BatchJob:
    """Return what is asked for."""
    return BatchJob.model_validate_json(ports.data.read(keys.batch_job(message.model, message.job)))


def find_plan(job: BatchJob, ports: BatchPorts) -> BatchPlan | None:
    """Return how the job was divided, or None if it was not yet."""
    try:
        content = ports.data.read(keys.batch_plan(job.model, job.job))
    except ObjectNotFoundError:
        return None
    return BatchPlan.model_validate_json(content)


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Lambda entry point."""
    output = plan_batch(BatchInput.model_validate(event), ports=wiring.batch_ports())
    return output.model_dump(mode="json")


def _divide(job: BatchJob, ports: BatchPorts) -> BatchPlan:
    artifact = ports.registry.get(job.model, job.number).artifact
    spec = read_spec(artifact.spec, ports.models)
    divider = _Divider(job, spec, ports)
    for number, source in enumerate(job.sources):
        with TemporaryDirectory() as directory:
            divider.add(source, number, Path(directory))
    return divider.store()


class _Divider:
    """Cuts a job's sources into chunks, one source after the other."""

    def __init__(self, job: BatchJob, spec: ArtifactSpec, ports: BatchPorts) -> None:
        self._job = job
        self._spec = spec
        self._ports = ports
        self._sources: list[SourceRows] = []
        self._chunks: list[BatchChunk] = []
        self._refused = io.StringIO()
        self._writer = csv.writer(self._refused, lineterminator="\n")
        self._writer.writerow(REFUSED_COLUMNS)

    def add(self, source: BatchSource, number: int, directory: Path) -> None:
        """Read a source and store its chunks; raise BatchSourceError if it does not fit."""
        path = directory / Path(source.name).name
        found = self._ports.data.download(source.key, str(path))
        if found != source.sha256:
            msg = (
                f"{source.name} has sha256 {found[:12]}…, the job was made of {source.sha256[:12]}…"
            )
            raise BatchSourceError(msg)
        with open_engine(directory, self._ports.limits) as connection:
            table = SourceTable(connection, self._spec, self._job.keep)
            try:
                table.load(path, number)
            except UnreadableFileError as error:
                msg = f"{source.name}: {error}"
                raise BatchSourceError(msg) from error
            self._sources.append(self._store_source(source, number, table, directory))

    def store(self) -> BatchPlan:
        """Store the refused rows, the list of chunks and, last, the plan."""
        job, data = self._job, self._ports.data
        refused = sum(source.refused for source in self._sources)
        text = self._refused.getvalue().encode()
        data.write(keys.batch_refused(job.model, job.job), text, content_type="text/csv")
        if refused:
            key = keys.batch_result(job.model, job.job, REFUSED_FILE)
            data.write(key, text, content_type="text/csv")
        listed = json.dumps([chunk.model_dump(mode="json") for chunk in self._chunks])
        key = keys.batch_chunk_list(job.model, job.job)
        data.write(key, listed.encode(), content_type=keys.JSON_TYPE)
        plan = BatchPlan(
            model=job.model,
            job=job.job,
            number=job.number,
            sources=tuple(self._sources),
            chunks=len(self._chunks),
            rows=sum(source.rows for source in self._sources),
            refused=refused,
        )
        key = keys.batch_plan(job.model, job.job)
        data.write(key, plan.model_dump_json().encode(), content_type=keys.JSON_TYPE)
        return plan

    def _store_source(
        self, source: BatchSource, number: int, table: SourceTable, directory: Path
    ) -> SourceRows:
        job, data = self._job, self._ports.data
        good, first_chunk = table.good, len(self._chunks)
        if first_chunk + -(-good // job.chunk_rows) > MAXIMUM_CHUNKS:
            msg = (
                f"more than {MAXIMUM_CHUNKS:,} chunks of {job.chunk_rows} rows; ask for larger "
                "ones with --chunk-rows, or divide the files into several jobs"
            )
            raise BatchSourceError(msg)
        chunks = [
            BatchChunk(
                model=job.model,
                job=job.job,
                index=first_chunk + nth,
                rows=min(job.chunk_rows, good - first),
            )
            for nth, first in enumerate(range(0, good, job.chunk_rows))
        ]
        with ThreadPoolExecutor(self._ports.limits.threads) as pool:
            stored_chunks = pool.map(
                lambda chunk: self._store_chunk(chunk, first_chunk, table), chunks
            )
            self._chunks += list(stored_chunks)
        refused = 0
        for row in table.refused():
            self._writer.writerow((source.name, row.row, row.reason))
            refused += 1
        path = directory / "rows.parquet"
        table.write_rows(path)
        key = keys.batch_rows(job.model, job.job, number)
        stored = data.write(key, path.read_bytes(), content_type=_BINARY)
        return SourceRows(
            name=source.name,
            rows=good + refused,
            refused=refused,
            first_chunk=first_chunk,
            chunks=len(chunks),
            sha256=stored.sha256,
        )

    def _store_chunk(self, chunk: BatchChunk, first_chunk: int, table: SourceTable) -> BatchChunk:
        first = (chunk.index - first_chunk) * self._job.chunk_rows
        content = array_to_bytes(table.matrix(first, chunk.rows))
        key = keys.batch_chunk(chunk.model, chunk.job, chunk.index)
        # Not once: until there is a plan, an attempt that encoded otherwise left nothing.
        self._ports.data.write(key, content, content_type=_BINARY)
        return chunk
