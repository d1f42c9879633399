"""`windvane label`."""
# ruff: noqa: D301 - `\b` keeps the lines of the examples as they are

from pathlib import Path
from typing import Annotated

import typer

from functions.cli.options import JsonOption, ModelArgument, StageOption


def label(
    model: ModelArgument,
    inference_id: Annotated[
        str | None,
        typer.Option(
            "--id", metavar="INFERENCE_ID", help="One inference's id.", show_default=False
        ),
    ] = None,
    value: Annotated[
        str | None,
        typer.Option("--value", metavar="VALUE", help="What came true of it.", show_default=False),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            metavar="FILE",
            help="Many: CSV, Parquet, JSON or JSON Lines with inference_id and value.",
            show_default=False,
        ),
    ] = None,
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Report ground truth: what came true of inferences.

    Without options, JSON is read from standard input.

    \b
    Examples:
      windvane label loan_default --id 0193c6f2-…/0 --value 1
      windvane label loan_default --file outcomes.csv
    """
    from functions.cli import prediction_view
    from functions.cli.output import Output

    values = prediction_view.gather_outcomes(inference_id, value, file)
    prediction_view.label(Output(as_json=as_json), model=model, values=values, stage=stage)
