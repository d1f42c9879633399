"""`windvane labels …`."""
# ruff: noqa: D301 - `\b` keeps the lines of the examples as they are

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from functions.cli.options import JsonOption, ModelArgument, StageOption

app = typer.Typer(
    help="What came true of predictions, and how good they were.", no_args_is_help=True
)

_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


@app.command()
def add(
    model: ModelArgument,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="CSV, Parquet, JSON or JSON Lines; SageMaker's ground-truth records too.",
            show_default=False,
        ),
    ],
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Report a file of labels: inference_id, value and, if known, observed_at.

    All rows are taken, or none: a row that is no label of the model is named. They are joined with
    their predictions within the hour, or at once by `windvane labels status --join`.

    \b
    Examples:
      windvane labels add loan_default outcomes.csv
      windvane labels add loan_default ground_truth.jsonl --stage prod
    """
    from functions.cli import labels_view
    from functions.cli.output import Output

    labels_view.add(Output(as_json=as_json), model=model, file=file, stage=stage)


@app.command()
def status(
    model: ModelArgument,
    since: Annotated[
        datetime | None,
        typer.Option(
            "--since",
            formats=_FORMATS,
            help="Predicted from then on, UTC; else the last 30 days.",
            show_default=False,
        ),
    ] = None,
    window: Annotated[
        Literal["hour", "day", "week"],
        typer.Option("--window", metavar="WINDOW", help="hour, day or week."),
    ] = "day",
    join: Annotated[
        bool, typer.Option("--join", help="First join what has arrived since the last hour.")
    ] = False,
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show scores by the time of prediction, how many rows have labels, and how late those came.

    Labels that were refused are counted, with the first of them. The first label of a prediction
    stands; a later one of another value is contradictory and changes nothing.

    \b
    Examples:
      windvane labels status loan_default
      windvane labels status loan_default --since 2026-11-01 --window week --json
    """
    from functions.cli import labels_view
    from functions.cli.output import Output

    labels_view.show_status(
        Output(as_json=as_json), model=model, span=(since, window), join=join, stage=stage
    )
