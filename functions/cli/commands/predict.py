"""`windvane predict`."""
# ruff: noqa: D301 - `\b` keeps the lines of the examples as they are

from pathlib import Path
from typing import Annotated

import typer

from functions.cli.options import JsonOption, ModelArgument, StageOption


def predict(
    model: ModelArgument,
    record: Annotated[
        list[str] | None,
        typer.Option(
            "--record", metavar="JSON", help="One record; may be repeated.", show_default=False
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            metavar="FILE",
            help="Rows as CSV, Parquet, JSON or JSON Lines.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", metavar="CSV", help="Write ids and predictions there.", show_default=False
        ),
    ] = None,
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the champion over HTTPS.

    Without --record and --file, JSON is read from standard input.

    \b
    Examples:
      windvane predict car_price --record '{"car_age": 3, "km_driven": 40000, ...}'
      windvane predict loan_default --file production.parquet --output answers.csv
      head -n 5 records.jsonl | windvane predict loan_default --json
    """
    from functions.cli import prediction_view
    from functions.cli.output import Output

    rows = prediction_view.gather_rows(tuple(record or ()), file, model=model)
    prediction_view.predict(
        Output(as_json=as_json), model=model, rows=rows, file=output, stage=stage
    )
