"""`windvane batch`."""
# ruff: noqa: D301 - `\b` keeps the lines of the examples as they are

from typing import Annotated

import typer

from functions.cli.options import JsonOption, ModelArgument, StageOption
from functions.contracts.batch_format import DEFAULT_CHUNK_ROWS, BatchFormat


def batch(  # noqa: PLR0913 - a command's options
    model: ModelArgument,
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="A file, a folder or s3://…: CSV, JSON lines (.gz too) or Parquet.",
            show_default=False,
        ),
    ],
    destination: Annotated[
        str,
        typer.Argument(
            metavar="DESTINATION", help="A folder or s3://… for the results.", show_default=False
        ),
    ],
    *,
    version: Annotated[
        int | None,
        typer.Option("--version", metavar="N", help="Else the champion.", show_default=False),
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(
            "--keep",
            metavar="COLUMN",
            help="Repeat a column in the results; may be repeated.",
            show_default=False,
        ),
    ] = None,
    format_: Annotated[
        BatchFormat | None,
        typer.Option("--format", help="Of the results; else the source's.", show_default=False),
    ] = None,
    chunk_rows: Annotated[
        int, typer.Option("--chunk-rows", min=1, max=1_000_000, help="Rows of one task.")
    ] = DEFAULT_CHUNK_ROWS,
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer all rows of files with one version, as a workflow in the cloud.

    The same command again goes on where the last one stopped, or fetches the results once more.
    Rows that cannot be answered are in refused.csv with their reasons.

    \b
    Examples:
      windvane batch loan_default applications.csv answers/ --keep id
      windvane batch car_price s3://my-bucket/cars/ s3://my-bucket/prices/ --format parquet
    """
    from functions.cli import batch_view
    from functions.cli.output import Output

    asked = batch_view.Asked(
        model=model,
        source=source,
        destination=destination,
        number=version,
        keep=tuple(keep or ()),
        format=format_,
        chunk_rows=chunk_rows,
    )
    batch_view.batch(Output(as_json=as_json), asked, stage=stage)
