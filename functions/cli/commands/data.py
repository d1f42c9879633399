"""`windvane data …`."""
# ruff: noqa: D301 - `\b` keeps the lines of the examples as they are

from pathlib import Path
from typing import Annotated

import typer

from functions.cli.options import JsonOption, ModelArgument, StageOption

app = typer.Typer(help="The files that models learn from.", no_args_is_help=True)


@app.command()
def add(
    model: ModelArgument,
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="CSV or Parquet files.", show_default=False),
    ],
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Upload files that the next training takes in.

    A file whose bytes are there already is not sent again.

    \b
    Examples:
      windvane data add loan_default models/loan_default/data/reference.parquet
      windvane data add loan_default january.csv february.csv --stage dev
    """
    from functions.cli import data_view
    from functions.cli.output import Output

    data_view.add(Output(as_json=as_json), model=model, files=tuple(files), stage=stage)


@app.command("list")
def list_(model: ModelArgument, stage: StageOption = None, as_json: JsonOption = False) -> None:
    """List a model's uploaded files and its dataset versions.

    \b
    Example:
      windvane data list loan_default
    """
    from functions.cli import data_view
    from functions.cli.output import Output

    data_view.list_data(Output(as_json=as_json), model=model, stage=stage)
