"""The order of the chapters."""

import time
from pathlib import Path

from functions.cli.demo import chapters, retraining
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
"""Which rows of the production file are replayed: its drift begins at row 25,000."""


def run(telling: Telling, cast: Cast, folder: Path) -> None:
    """Tell the whole loop for one model; raise BrokenLinkError where it breaks."""
    captures = Arrivals(cast.captures, keys.CAPTURES_PREFIX, cast.model)
    with telling.chapter("train", f"Train {cast.model} on its reference period"):
        chapters.add_data(telling, cast, folder / "data" / "reference.parquet")
        first = chapters.train_first(telling, cast)
    with telling.chapter("serve", "Serve production rows over HTTP, and watch them"):
        calm, _ = read_production(cast.model, folder, CALM_FIRST, CALM_ROWS)
        knocked = chapters.knock(telling, cast, captures, calm[0])
        before = chapters.serve_and_capture(telling, cast, captures, calm, before=knocked)
        calm_report = chapters.judge(telling, cast, before, name="before_drift")
        chapters.expect_calm(telling, cast, calm_report)

    clock = time.monotonic()
    rows, outcomes = read_production(cast.model, folder, DRIFT_FIRST, DRIFT_ROWS)
    with telling.chapter("drift", "The world changes, and people find out what came true"):
        so_far = knocked + before.served.rows
        after = chapters.serve_and_capture(telling, cast, captures, rows, before=so_far)
        _report_outcomes(telling, cast, after, outcomes)
    with telling.chapter("detect", "Notice it"):
        retraining.expect_drift(telling, chapters.judge(telling, cast, after, name="after_drift"))
        retraining.expect_alarm(telling, cast)
    asked = _renew(telling, cast, first, rows[0])
    telling.keep("seconds_from_drift_to_new_champion", round(time.monotonic() - clock, 2))
    answered = so_far + after.served.rows + asked
    chapters.expect_captures(telling, captures, answered)


def _report_outcomes(
    telling: Telling, cast: Cast, window: ServedWindow, outcomes: list[Cell]
) -> None:
    truths = Arrivals(cast.captures, keys.GROUND_TRUTH_PREFIX, cast.model)
    retraining.report_outcomes(telling, cast, truths, window.served, outcomes)


def _renew(telling: Telling, cast: Cast, first: GateReport, record: Row) -> int:
    """Follow the retraining until its version answers; return how often that was asked."""
    with telling.chapter("retrain", "Retrain, because the alarm said so"):
        number, last = retraining.expect_retraining(telling, cast)
    with telling.chapter("swap", "Answer with the new champion"):
        asked = retraining.expect_new_champion(telling, cast, number, record)
        retraining.compare(telling, cast, first, last)
    return asked


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
