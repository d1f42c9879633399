"""The order of the chapters."""

import time
from pathlib import Path

from functions.cli.demo import chapters, retraining
from functions.cli.demo.captured import Arrivals
from functions.cli.demo.cast import Cast
from functions.cli.demo.telling import Telling, require
from functions.cli.rows import Cell, Row, read_table, records_of
from functions.contracts import keys
from functions.contracts.model_folder import load_model_spec

CALM_FIRST, CALM_ROWS = 0, 10_000
DRIFT_FIRST, DRIFT_ROWS = 30_000, 10_000
"""Which rows of the production file are replayed: its drift begins at row 25,000."""


def run(telling: Telling, cast: Cast, folder: Path) -> None:
    """Tell the whole loop for one model; raise BrokenLinkError where it breaks."""
    captures = Arrivals(cast.captures, keys.CAPTURES_PREFIX, cast.model)
    with telling.chapter("train", f"Train {cast.model} on its reference period"):
        chapters.add_data(telling, cast, folder / "data" / "reference.parquet")
        first = chapters.train_first(telling, cast)
    with telling.chapter("serve", "Serve production rows over HTTP, and watch them"):
        calm, _ = read_production(cast.model, folder, CALM_FIRST, CALM_ROWS)
        window = chapters.serve_and_capture(telling, cast, captures, calm, before=0)
        chapters.expect_calm(telling, cast, chapters.judge(telling, cast, window))

    clock = time.monotonic()
    with telling.chapter("drift", "The world changes: cars get dearer"):
        rows, outcomes = read_production(cast.model, folder, DRIFT_FIRST, DRIFT_ROWS)
        drifted = chapters.serve_and_capture(
            telling, cast, captures, rows, before=window.served.rows
        )
        truths = Arrivals(cast.captures, keys.GROUND_TRUTH_PREFIX, cast.model)
        retraining.report_outcomes(telling, cast, truths, drifted.served, outcomes)
    with telling.chapter("detect", "Notice it"):
        retraining.expect_drift(telling, chapters.judge(telling, cast, drifted))
        retraining.expect_alarm(telling, cast)
    with telling.chapter("retrain", "Retrain, because the alarm said so"):
        number, last = retraining.expect_retraining(telling, cast)
    with telling.chapter("swap", "Answer with the new champion"):
        retraining.expect_new_champion(telling, cast, number, rows[0])
        gained = retraining.compare(telling, cast, first, last)
    telling.keep("seconds_from_drift_to_new_champion", round(time.monotonic() - clock, 2))
    telling.keep("predictions", window.served.rows + drifted.served.rows)
    telling.keep("captures", window.served.rows + drifted.served.rows)
    require(gained.new > gained.old, "the new champion is no better than the old one on the drifted rows")


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
