"""A batch job on a registry and buckets in memory, with the real steps and the real graph."""

import csv
import hashlib
import io
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

from functions.contracts import keys
from functions.contracts.artifact import ArtifactSpec
from functions.contracts.batch import (
    BatchChunk,
    BatchInput,
    BatchJob,
    BatchSource,
    FinishBatchInput,
    FinishBatchOutput,
    PredictBatchOutput,
    job_id,
)
from functions.contracts.batch_format import BatchFormat
from functions.inference.latest_graph import LatestGraph
from functions.preparation.batch_ports import BatchPorts
from functions.preparation.engine import EngineLimits
from functions.preparation.finish_batch import finish_batch
from functions.preparation.plan_batch import plan_batch
from functions.release.predict_batch import predict_batch
from tests.fakes.object_store import InMemoryObjectStore
from tests.fakes.senders import RecordingNotifier
from tests.unit.serving.world import LOAN_GRAPH, World, artifact_spec

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MODEL = "loan_default"


@dataclass
class BatchWorld:
    """One version, its buckets, and the steps of a job."""

    spec: ArtifactSpec = field(default_factory=artifact_spec)
    graph: bytes = LOAN_GRAPH
    data: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    notifier: RecordingNotifier = field(default_factory=RecordingNotifier)

    def __post_init__(self) -> None:
        self.serving = World()
        self.serving.publish(self.spec, self.graph)
        self.graphs = LatestGraph(self.serving.store, threads=1)
        self.ports = BatchPorts(
            data=self.data,
            models=self.serving.store,
            registry=self.serving.registry,
            notifier=self.notifier,
            limits=EngineLimits(memory_mb=1024, threads=1),
            now=lambda: NOW,
        )

    def add_job(
        self,
        *files: tuple[str, bytes],
        format_: BatchFormat = BatchFormat.CSV,
        keep: tuple[str, ...] = (),
        chunk_rows: int = 3,
        number: int = 1,
    ) -> BatchInput:
        """Store a job's files and what is asked for, as the command does."""
        hashes = [(name, hashlib.sha256(body).hexdigest()) for name, body in files]
        job = job_id(self.spec.model, number, tuple(hashes), format_, keep, chunk_rows)
        sources = []
        for (name, body), (_, sha256) in zip(files, hashes, strict=True):
            key = keys.batch_input(self.spec.model, job, name)
            self.data.write(key, body, content_type="text/csv")
            sources.append(BatchSource(name=name, key=key, sha256=sha256, size_bytes=len(body)))
        document = BatchJob(
            model=self.spec.model,
            job=job,
            number=number,
            sources=tuple(sources),
            format=format_,
            keep=keep,
            chunk_rows=chunk_rows,
            requested_by="ada",
            requested_at=NOW,
        )
        key = keys.batch_job(self.spec.model, job)
        self.data.write(key, document.model_dump_json().encode(), content_type="application/json")
        return BatchInput(model=self.spec.model, job=job)

    def plan(self, job: BatchInput) -> list[BatchChunk]:
        output = plan_batch(job, ports=self.ports)
        listed = json.loads(self.data.read(output.chunk_list_key))
        return [BatchChunk.model_validate(item) for item in listed]

    def predict(self, chunk: BatchChunk) -> PredictBatchOutput:
        return predict_batch(
            chunk,
            data=self.data,
            graphs=self.graphs,
            registry=self.serving.registry,
        )

    def finish(self, job: BatchInput) -> FinishBatchOutput:
        return finish_batch(FinishBatchInput(model=job.model, job=job.job), ports=self.ports)

    def run(self, job: BatchInput) -> FinishBatchOutput:
        for chunk in self.plan(job):
            self.predict(chunk)
        return self.finish(job)

    def result(self, job: BatchInput, name: str) -> bytes:
        return self.data.read(keys.batch_result(job.model, job.job, name))

    def table(self, job: BatchInput, name: str = "part-00000.csv") -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.result(job, name).decode())))

    def refused(self, job: BatchInput) -> list[tuple[str, int, str]]:
        found = self.table(job, "refused.csv")
        return [(row["source"], int(row["row"]), row["reason"]) for row in found]
