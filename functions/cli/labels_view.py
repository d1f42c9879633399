"""What `windvane labels add` and `status` do and say."""

import gzip
import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from functions.aws.parallel_reads import read_objects
from functions.cli import wiring
from functions.cli.errors import UsageError
from functions.cli.labels_table import Standing, show_standing, standing_document
from functions.cli.output import Output
from functions.cli.rows import read_rows
from functions.cli.stage import DeployedStage
from functions.contracts import keys
from functions.contracts.artifact import ArtifactSpec
from functions.contracts.labels import (
    JoinGroundTruthOutput,
    LabelArrivals,
    LabelDay,
    LabelIndex,
    LabelStanding,
)
from functions.contracts.naming import Alias, check_model_name
from functions.core.conditional_writes import ConditionalStore
from functions.core.label_ledger_status import summarize_windows
from functions.core.labelled_records import read_labels
from functions.core.ports import ObjectStore
from functions.core.stored_specs import read_spec

OBJECT_LINES = 50_000
"""Of one object of ground truth: 8 MB, packed 1."""

STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
SPAN = timedelta(days=30)


def add(out: Output, *, model: str, file: Path, stage: str | None) -> None:
    """Write a file's labels where ground truth arrives."""
    check_model_name(model)
    rows = read_rows(file)
    deployed = wiring.open_stage(stage)
    now = wiring.now()
    lines = read_labels(rows, _champion_spec(deployed, model), now=now)

    store = wiring.bucket(deployed.settings.captures_bucket)
    written = []
    for start in range(0, len(lines), OBJECT_LINES):
        part = lines[start : start + OBJECT_LINES]
        text = "".join(f"{line.model_dump_json()}\n" for line in part)
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        key = keys.label_file(now, model, sha256)
        store.write(key, gzip.compress(text.encode(), mtime=0), content_type="application/gzip")
        written.append(key)
    out.line(f"{len(lines):,} labels of {model} reported; they are joined within the hour")
    out.result({"model": model, "reported": len(lines), "keys": written})


def show_status(
    out: Output,
    *,
    model: str,
    span: tuple[datetime | None, str],
    join: bool,
    stage: str | None,
) -> None:
    """Show scores by window with coverage and delay, and what was refused."""
    check_model_name(model)
    deployed = wiring.open_stage(stage)
    task = _champion_spec(deployed, model).task
    if join:
        _join(out, deployed)
    store = wiring.bucket(deployed.settings.captures_bucket)
    now = wiring.now()
    since, step = span
    start = since.replace(tzinfo=UTC) if since else _midnight(now - SPAN)
    if start >= now:
        msg = f"--since {start:%Y-%m-%dT%H:%M:%S} lies in the future"
        raise UsageError(msg)

    index = _read_index(store, model, start.date())
    windows = summarize_windows(
        task,
        index.days,
        _read_days(store, model, index),
        window=(start, now),
        step=STEPS[step],
    )
    newest = _read_standing(store, model).newest_label_at
    standing = Standing(model, task, windows, newest, now)
    arrivals = _read_arrivals(store, start.date(), now.date())
    show_standing(out, standing, arrivals)
    out.result(standing_document(standing, arrivals))


def _champion_spec(deployed: DeployedStage, model: str) -> ArtifactSpec:
    pointer = wiring.registry(deployed).find_alias(model, Alias.CHAMPION)
    if pointer is None:
        msg = f"{model} has no champion on stage {deployed.name}, so it has made no predictions"
        raise UsageError(msg)
    models = wiring.bucket(deployed.settings.models_bucket)
    return read_spec(pointer.artifact.spec, models)


def _join(out: Output, deployed: DeployedStage) -> None:
    answer = wiring.functions().invoke(deployed.settings.join_ground_truth_function, "{}")
    joined = JoinGroundTruthOutput.model_validate(answer)
    found = ", ".join(f"{count:,} {outcome}" for outcome, count in joined.outcomes.items())
    out.remark(f"joined {joined.objects:,} new objects: {found or 'no label'}")


def _read_index(store: ConditionalStore, model: str, first: date) -> LabelIndex:
    held = store.find(keys.label_index(model))
    index = LabelIndex.model_validate_json(held.body) if held else LabelIndex(model=model)
    days = tuple(day for day in index.days if day.day >= first)
    return index.model_copy(update={"days": days})


def _read_standing(store: ConditionalStore, model: str) -> LabelStanding:
    held = store.find(keys.label_standing(model))
    return LabelStanding.model_validate_json(held.body) if held else LabelStanding(model=model)


def _read_days(store: ConditionalStore, model: str, index: LabelIndex) -> list[LabelDay]:
    found = (store.find(keys.label_day(model, day.day)) for day in index.days)
    return [LabelDay.model_validate_json(held.body) for held in found if held is not None]


def _read_arrivals(store: ObjectStore, first: date, last: date) -> list[LabelArrivals]:
    found = [
        item for day in _days(first, last) for item in store.list(keys.label_arrivals_prefix(day))
    ]
    return [LabelArrivals.model_validate_json(body) for _, body in read_objects(store, found)]


def _days(first: date, last: date) -> Sequence[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _midnight(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
