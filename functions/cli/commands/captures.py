"""`windvane captures …`."""
# ruff: noqa: D301 - `\b` keeps the lines of the examples as they are

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from functions.cli.options import JsonOption, ModelArgument, StageOption

app = typer.Typer(help="What was answered, as it was written down.", no_args_is_help=True)

_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]

SinceOption = Annotated[
    datetime | None,
    typer.Option(
        "--since", formats=_FORMATS, help="Answered from then on, UTC.", show_default=False
    ),
]
UntilOption = Annotated[
    datetime | None,
    typer.Option(
        "--until", formats=_FORMATS, help="Answered before then, UTC; else now.", show_default=False
    ),
]


@app.command()
def status(
    model: ModelArgument,
    since: SinceOption = None,
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count a model's captured rows, and say what waits or was lost on the way.

    Without `--since`, the last 24 hours are counted. What waits in the dead-letter queue and what
    could not be written at all is of the whole stage.

    \b
    Examples:
      windvane captures status loan_default
      windvane captures status loan_default --since 2026-11-20 --json
    """
    from functions.cli import captures_view
    from functions.cli.output import Output

    captures_view.show_status(Output(as_json=as_json), model=model, since=since, stage=stage)


@app.command()
def redrive(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what lies in the queue and leave it there.")
    ] = False,
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Deliver the captures that wait in the dead-letter queue, and empty it.

    A batch is deleted after its delivery, so this can be interrupted, and run again, at any time.
    The exit code is 1 if a batch could not be delivered or cannot be read; it stays in the queue.

    \b
    Examples:
      windvane captures redrive --dry-run
      windvane captures redrive --stage prod
    """
    from functions.cli import redrive_view
    from functions.cli.output import Output

    redrive_view.redrive_captures(Output(as_json=as_json), dry_run=dry_run, stage=stage)


@app.command()
def export(  # noqa: PLR0913, PLR0917 - its options
    model: ModelArgument,
    destination: Annotated[
        Path, typer.Argument(metavar="DESTINATION", help="A folder.", show_default=False)
    ],
    format_: Annotated[
        Literal["jsonl", "parquet", "sagemaker"],
        typer.Option("--format", metavar="FORMAT", help="jsonl, parquet or sagemaker."),
    ] = "jsonl",
    since: SinceOption = None,
    until: UntilOption = None,
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write captured rows and what came true of them into a folder.

    `sagemaker` writes the records of SageMaker's data capture and ground truth, in the folders in
    which Model Monitor looks for them. Without `--since`, the last 24 hours are exported. A file
    that is there already is written anew.

    \b
    Examples:
      windvane captures export loan_default captured/
      windvane captures export loan_default captured/ --format sagemaker --since 2026-11-01
    """
    from functions.cli import captures_view
    from functions.cli.output import Output

    captures_view.export(
        Output(as_json=as_json),
        model=model,
        folder=destination,
        format_=format_,
        window=(since, until),
        stage=stage,
    )
