"""The order of the chapters."""

import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from functions.cli.demo import chapters, retraining, second_model
from functions.cli.demo.captured import Arrivals
from functions.cli.demo.cast import Cast
from functions.cli.demo.chapters import ServedWindow
from functions.cli.demo.telling import Telling
from functions.cli.rows import Cell, Row, read_table, records_of
from functions.contracts import keys
from functions.contracts.model_folder import load_model_spec
from functions.contracts.release import GateReport

CALM_FIRST, CALM_ROWS = 0, 12_500
DRIFT_FIRST, DRIFT_ROWS = 25_000, 12_500
CROWD_FIRST, CROWD_ROWS = 37_500, 12_500
"""Which rows of the production file are replayed: its drift begins at row 25,000."""


def run(telling: Telling, cast: Cast, folder: Path, *, beside: Cast | None = None) -> None:
    """Tell the whole loop for one model; raise BrokenLinkError where it breaks.

    `beside` is a model that is trained and asked while the first one serves.
    """
    captures = Arrivals(cast.captures, keys.CAPTURES_PREFIX, cast.model)
    with telling.chapter("train", f"Train {cast.model} on its reference period"):
        chapters.add_data(telling, cast, folder / "data" / "reference.parquet")
        first = chapters.train_first(telling, cast)
    answered = _serve_calmly(telling, cast, captures, folder, beside)

    clock = time.monotonic()
    rows, outcomes = read_production(cast.model, folder, DRIFT_FIRST, DRIFT_ROWS)
    with telling.chapter("drift", "The world changes, and people find out what came true"):
        after = chapters.serve_and_capture(telling, cast, captures, rows, before=answered)
        _report_outcomes(telling, cast, after, outcomes)
    with telling.chapter("detect", "Notice it"):
        retraining.expect_drift(telling, chapters.judge(telling, cast, after, name="after_drift"))
        retraining.expect_alarm(telling, cast)
    crowd, _ = read_production(cast.model, folder, CROWD_FIRST, CROWD_ROWS)
    asked = _renew(telling, cast, first, Change(after.start, crowd))
    telling.keep("seconds_from_drift_to_new_champion", round(time.monotonic() - clock, 2))
    chapters.expect_captures(telling, captures, answered + after.served.rows + asked)


def _serve_calmly(
    telling: Telling, cast: Cast, captures: Arrivals, folder: Path, beside: Cast | None
) -> int:
    """Serve rows in which nothing has changed; return how many were answered."""
    training = second_model.begin(beside) if beside is not None else ""
    with telling.chapter("serve", "Serve production rows over HTTP, and watch them"):
        calm, _ = read_production(cast.model, folder, CALM_FIRST, CALM_ROWS)
        knocked = chapters.knock(telling, cast, captures, calm[0])
        window = chapters.serve_and_capture(telling, cast, captures, calm, before=knocked)
        report = chapters.judge(telling, cast, window, name="before_drift")
        chapters.expect_calm(telling, cast, report)
        if beside is not None:
            second_model.finish(telling, beside, training)
    return knocked + window.served.rows


def _report_outcomes(
    telling: Telling, cast: Cast, window: ServedWindow, outcomes: list[Cell]
) -> None:
    truths = Arrivals(cast.captures, keys.GROUND_TRUTH_PREFIX, cast.model)
    retraining.report_outcomes(telling, cast, truths, window.served, outcomes)


@dataclass(frozen=True, slots=True)
class Change:
    """When the served rows began to differ, and rows that people ask for from then on."""

    since: datetime
    records: list[Row]


def _renew(telling: Telling, cast: Cast, first: GateReport, change: Change) -> int:
    """Follow the retraining until its version answers; return how often that was asked."""
    with telling.chapter("retrain", "Retrain, because the alarm said so; roll out by shares"):
        renewal = retraining.expect_retraining(telling, cast, change.records)
    with telling.chapter("swap", "Answer with the new champion"):
        asked = retraining.expect_new_champion(telling, cast, renewal.number, change.records[0])
        retraining.compare(telling, cast, first, renewal.gates, since=change.since)
    return renewal.asked + asked


def read_production(
    model: str, folder: Path, first: int, count: int
) -> tuple[list[Row], list[Cell]]:
    """Return records of the production stream and what came true of each."""
    spec = load_model_spec(model)
    rows = read_table(folder / "data" / "production.parquet", first=first, count=count)
    truths = read_table(folder / "data" / "ground_truth.parquet", first=first, count=count)
    key = spec.data.id or "id"
    values = {row[key]: row[spec.target.name] for row in truths}
    return records_of(rows, spec.features), [values[row[key]] for row in rows]
