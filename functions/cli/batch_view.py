"""What `windvane batch` does and says."""

import getpass
import json
from dataclasses import dataclass

from functions.aws.executions import Execution
from functions.cli import wiring
from functions.cli.batch_files import (
    SourceFile,
    SourceFiles,
    check_destination,
    format_of,
    put_result,
)
from functions.cli.batch_watching import follow_job
from functions.cli.errors import RefusedError, UsageError
from functions.cli.output import Output
from functions.cli.stage import DeployedStage
from functions.contracts import keys
from functions.contracts.batch import BatchInput, BatchJob, BatchReport, BatchSource, job_id
from functions.contracts.batch_format import BatchFormat
from functions.contracts.naming import Alias, check_model_name, format_version
from functions.core.ports import ObjectNotFoundError, ObjectStore

RUNNING, SUCCEEDED = "RUNNING", "SUCCEEDED"
MAXIMUM_ATTEMPTS = 1000
REPORT_FILE = "report.json"
RESULT_COLUMNS = ("row", "label", "probability", "value")
CLASS_COLUMN = "probability_"


@dataclass(frozen=True, slots=True)
class Asked:
    """The command's arguments."""

    model: str
    source: str
    destination: str
    number: int | None
    keep: tuple[str, ...]
    format: BatchFormat | None
    chunk_rows: int


def batch(out: Output, asked: Asked, *, stage: str | None) -> None:
    """Upload the rows, follow the workflow, fetch the results; raise RefusedError if it failed."""
    check_model_name(asked.model)
    check_kept(asked.keep)
    check_destination(asked.destination)
    deployed = wiring.open_stage(stage)
    number = asked.number or _champion(deployed, asked.model)
    wiring.registry(deployed).get(asked.model, number)
    with SourceFiles(asked.source) as files:
        job = _upload(deployed, asked, number, files)
    version = format_version(job.model, job.number)
    out.line(f"batch job {job.job}: {len(job.sources)} files, answered by {version}")

    execution = _start(deployed, job, out)
    end = follow_job(out, job, execution, deployed)
    if end.status != SUCCEEDED:
        msg = (
            f"batch job {job.job} ended as {end.status}: {_reason(end, deployed)}; "
            "nothing that was answered is lost, the same command goes on"
        )
        raise RefusedError(msg)
    _deliver(out, job, asked.destination, deployed)


def check_kept(keep: tuple[str, ...]) -> None:
    """Raise UsageError for columns that results cannot repeat; formats do not tell case apart."""
    seen: set[str] = set()
    for name in keep:
        lower = name.lower()
        if lower in RESULT_COLUMNS or lower.startswith(CLASS_COLUMN):
            msg = f"--keep {name}: results have a column of that name; rename it in the source"
            raise UsageError(msg)
        if lower in seen:
            msg = (
                f"--keep {name}: named twice, upper and lower case are one name in results; leave "
                "one out, or rename it in the source"
            )
            raise UsageError(msg)
        seen.add(lower)


def _champion(deployed: DeployedStage, model: str) -> int:
    pointer = wiring.registry(deployed).find_alias(model, Alias.CHAMPION)
    if pointer is None:
        msg = f"{model} has no champion; name a version with --version"
        raise RefusedError(msg)
    return pointer.number


def _upload(
    deployed: DeployedStage, asked: Asked, number: int, files: tuple[SourceFile, ...]
) -> BatchJob:
    """Store what is not stored yet, the job's document last; return the job as it was first."""
    format_ = asked.format or format_of(files[0].name) or BatchFormat.CSV
    hashes = tuple((file.name, file.sha256) for file in files)
    name = job_id(asked.model, number, hashes, format_, asked.keep, asked.chunk_rows)
    store = wiring.bucket(deployed.settings.data_bucket)
    key = keys.batch_job(asked.model, name)
    job = _find_job(key, store)
    if job is not None and _is_done(job, store):
        return job
    there = {found.key for found in store.list(keys.batch_input(asked.model, name, ""))}
    sources = []
    for file in files:
        source_key = keys.batch_input(asked.model, name, file.name)
        if job is None or source_key not in there:  # without a job's document, perhaps half of it
            store.upload(source_key, file.path)
        size_bytes = file.path.stat().st_size
        sources.append(
            BatchSource(name=file.name, key=source_key, sha256=file.sha256, size_bytes=size_bytes)
        )
    if job is not None:
        return job
    job = BatchJob(
        model=asked.model,
        job=name,
        number=number,
        sources=tuple(sources),
        format=format_,
        keep=asked.keep,
        chunk_rows=asked.chunk_rows,
        requested_by=getpass.getuser(),
        requested_at=wiring.now(),
    )
    store.write(key, job.model_dump_json().encode(), content_type=keys.JSON_TYPE)
    return job


def _find_job(key: str, store: ObjectStore) -> BatchJob | None:
    try:
        return BatchJob.model_validate_json(store.read(key))
    except ObjectNotFoundError:
        return None


def _is_done(job: BatchJob, store: ObjectStore) -> bool:
    """Return whether the results are there; a job's objects go before its executions do."""
    report = keys.batch_result(job.model, job.job, REPORT_FILE)
    return any(found.key == report for found in store.list(report))


def _start(deployed: DeployedStage, job: BatchJob, out: Output) -> str:
    """Return the job's execution: the one that runs or is done, else a new attempt."""
    store = wiring.bucket(deployed.settings.data_bucket)
    executions = wiring.batch_executions(deployed)
    workflow = wiring.batch_workflow(deployed)
    payload = BatchInput(model=job.model, job=job.job).model_dump_json()
    for attempt in range(1, MAXIMUM_ATTEMPTS):
        name = f"{job.model[:40]}-{job.job}-{attempt}"
        if not workflow.exists(name):
            if attempt > 1:
                out.line(f"attempt {attempt}: goes on with what is still there")
            workflow.start(name, payload)
            return name
        status = executions.describe(name).status
        if status == RUNNING:
            out.line("it is running already")
            return name
        if status == SUCCEEDED and _is_done(job, store):
            out.line("it is done already")
            return name
    msg = f"batch job {job.job} failed {MAXIMUM_ATTEMPTS} times; change what it asks for"
    raise RefusedError(msg)


def _reason(end: Execution, deployed: DeployedStage) -> str:
    """Return why a job failed: of its chunks, why the first of them did."""
    child = wiring.batch_executions(deployed).map_failure(end.name)
    if child is not None and child.error:
        index = json.loads(child.input).get("index", "?")
        return f"chunk {index}: {child.error}"
    return end.error or "no reason was given"


def _deliver(out: Output, job: BatchJob, destination: str, deployed: DeployedStage) -> None:
    store = wiring.bucket(deployed.settings.data_bucket)
    content = store.read(keys.batch_result(job.model, job.job, REPORT_FILE))
    report = BatchReport.model_validate_json(content)
    names = [*report.files, *([report.refused_file] if report.refused_file else []), REPORT_FILE]
    written = [
        put_result(destination, name, store.read(keys.batch_result(job.model, job.job, name)))
        for name in names
    ]
    version = format_version(report.model, report.number)
    out.line(f"{version} answered {report.predicted:,} of {report.rows:,} rows", style="green")
    if report.refused:
        out.line(f"{report.refused:,} rows were refused; {report.refused_file} says why")
    for place in written:
        out.line(f"  {place}")
    out.result({**report.model_dump(mode="json"), "written": written})
