"""What `windvane captures status` and `export` do and say."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from functions.aws.hourly_objects import list_hours
from functions.aws.parallel_reads import read_objects
from functions.cli import wiring
from functions.cli.capture_files import WRITERS
from functions.cli.errors import UsageError
from functions.cli.output import Output
from functions.cli.stage import DeployedStage
from functions.contracts import keys
from functions.contracts.artifact import ArtifactSpec
from functions.contracts.capture import CaptureLine, GroundTruthLine
from functions.contracts.naming import check_model_name
from functions.core.capture_export import LineExporter
from functions.core.capture_lines import CorruptObjectError, cut_records, unpack
from functions.core.labelled_captures import standing_truths
from functions.core.log_batches import read_line
from functions.core.ports import ObjectStore
from functions.core.stored_specs import read_spec
from functions.core.traffic import Traffic, read_traffic

SPAN = timedelta(hours=24)
"""What is looked at unless a start is named."""

Window = tuple[datetime, datetime]


def show_status(out: Output, *, model: str, since: datetime | None, stage: str | None) -> None:
    """Count a model's captured rows, and what waits or was lost."""
    check_model_name(model)
    deployed = wiring.open_stage(stage)
    start, now = read_window((since, None), wiring.now())
    store = wiring.bucket(deployed.settings.captures_bucket)
    records = read_records(out, store, keys.CAPTURES_PREFIX, start, now)
    traffic = read_traffic(records, model=model, since=start)
    depth = wiring.uncollected_captures(deployed).depth()
    lost = wiring.lost_rows(deployed, start, now)

    out.table(
        ["version", "variant", "requests", "rows", "failures"],
        [
            [f"{model}/{part.version}", part.variant, part.requests, part.rows, part.failures]
            for part in traffic.parts.values()
        ],
    )
    out.fields(
        {
            "since": start,
            "batches that wait for `windvane captures redrive`": depth.waiting + depth.held,
            "rows that could not be written (whole stage)": lost,
            "lines that cannot be read": traffic.unreadable,
        }
    )
    out.result(_status_document(model, start, traffic, depth.waiting + depth.held, lost))


def export(
    out: Output,
    *,
    model: str,
    folder: Path,
    format_: str,
    window: tuple[datetime | None, datetime | None],
    stage: str | None,
) -> None:
    """Write captured rows and outcomes into a folder."""
    check_model_name(model)
    deployed = wiring.open_stage(stage)
    now = wiring.now()
    start, end = read_window(window, now)
    store = wiring.bucket(deployed.settings.captures_bucket)
    truth_records = read_records(out, store, keys.GROUND_TRUTH_PREFIX, start, now)
    truths = standing_truths(_lines_of(truth_records, model, GroundTruthLine))
    exporter = LineExporter(_specs(deployed, model))
    captures = _lines_of(
        read_records(out, store, keys.CAPTURES_PREFIX, start, now), model, CaptureLine
    )

    rows = exporter.rows(line for line in captures if start <= line.at < end)
    count, files = WRITERS[format_](folder, rows, truths)
    for file in files:
        out.line(f"wrote {file}")
    out.line(f"{count:,} rows of {model}, {len(truths):,} outcomes")
    if exporter.left_out:
        out.line(f"{exporter.left_out:,} rows were left out: no registered version explains them")
    out.result(
        {
            "model": model,
            "format": format_,
            "rows": count,
            "left_out": exporter.left_out,
            "ground_truth": len(truths),
            "files": [str(file) for file in files],
        }
    )


def read_window(window: tuple[datetime | None, datetime | None], now: datetime) -> Window:
    """Return the window that was written, in UTC; raise UsageError if it ends before it starts."""
    since, until = window
    end = until.replace(tzinfo=UTC) if until else now
    start = since.replace(tzinfo=UTC) if since else end - SPAN
    if start >= end:
        msg = f"--since {start:%Y-%m-%dT%H:%M:%S} is not before {end:%Y-%m-%dT%H:%M:%S}"
        raise UsageError(msg)
    return start, end


def read_records(
    out: Output, store: ObjectStore, prefix: str, start: datetime, now: datetime
) -> Iterator[bytes]:
    """Yield the records that arrived from `start` until now: what was sent again comes late."""
    objects = 0
    for found, content in read_objects(store, list_hours(store, prefix, start, now)):
        try:
            records, _ = cut_records(unpack(content))
        except CorruptObjectError:
            out.remark(f"{found.key} cannot be unpacked and is left out")
            continue
        yield from records
        objects += 1
        if objects % 1000 == 0:
            out.remark(f"{objects:,} objects, up to {found.modified_at:%Y-%m-%d %H:%M}")


LineT = TypeVar("LineT", CaptureLine, GroundTruthLine)


def _lines_of(records: Iterator[bytes], model: str, kind: type[LineT]) -> Iterator[LineT]:
    for record in records:
        try:
            line, _ = read_line(record)
        except ValueError:
            continue
        if isinstance(line, kind) and line.model == model:
            yield line


def _specs(deployed: DeployedStage, model: str) -> dict[int, ArtifactSpec]:
    """Return what every registered version was exported with."""
    models = wiring.bucket(deployed.settings.models_bucket)
    versions = wiring.registry(deployed).list_versions(model)
    return {version.number: read_spec(version.artifact.spec, models) for version in versions}


def _status_document(
    model: str, start: datetime, traffic: Traffic, waiting: int, lost: int
) -> dict[str, object]:
    return {
        "model": model,
        "since": start,
        "versions": [
            {
                "version": part.version,
                "variant": part.variant,
                "requests": part.requests,
                "rows": part.rows,
                "failures": part.failures,
            }
            for part in traffic.parts.values()
        ],
        "rows": sum(part.rows for part in traffic.parts.values()),
        "failures": sum(part.failures for part in traffic.parts.values()),
        "undelivered_batches": waiting,
        "lost_rows": lost,
        "unreadable_lines": traffic.unreadable,
    }
