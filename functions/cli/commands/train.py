"""`windvane train`."""
# ruff: noqa: D301 - `\b` keeps the lines of the examples as they are

from typing import Annotated

import typer

from functions.cli.options import JsonOption, ModelArgument, StageOption


def train(
    model: ModelArgument,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why; kept with the execution.")
    ] = "asked for on the command line",
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Watch the states until the end.")
    ] = True,
    again: Annotated[
        bool, typer.Option("--again", help="Train although no data and no rule are new.")
    ] = False,
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start the retraining workflow and watch it.

    The exit code is 0 if it ends with a new champion, else 1. Data and rules that have not changed
    make no new version; --again trains all the same.

    \b
    Examples:
      windvane train loan_default
      windvane train loan_default --reason "new features" --no-wait --json
    """
    from functions.cli import training_view
    from functions.cli.output import Output

    training_view.train(
        Output(as_json=as_json), model=model, reason=reason, wait=wait, again=again, stage=stage
    )
