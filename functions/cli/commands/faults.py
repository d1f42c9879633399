"""`windvane faults …`."""
# ruff: noqa: D301 - `\b` keeps the lines of the examples as they are

from typing import Annotated

import typer

from functions.cli.options import JsonOption, ModelArgument, StageOption

app = typer.Typer(
    help="Data faults: whose rows are no training data, until a person says otherwise.",
    no_args_is_help=True,
)

FaultArguments = Annotated[
    list[str],
    typer.Argument(
        metavar="FAULT...", help="Names of faults, as `faults list` shows them.", show_default=False
    ),
]
ReasonOption = Annotated[
    str,
    typer.Option("--reason", metavar="TEXT", help="Why; kept with the fault.", show_default=False),
]


@app.command("list")
def list_(model: ModelArgument, stage: StageOption = None, as_json: JsonOption = False) -> None:
    """List the data faults that were found, newest first, and what was decided about them.

    \b
    Examples:
      windvane faults list loan_default
      windvane faults list loan_default --json
    """
    from functions.cli import faults_view
    from functions.cli.output import Output

    faults_view.list_faults(Output(as_json=as_json), model=model, stage=stage)


@app.command()
def accept(
    model: ModelArgument,
    faults: FaultArguments,
    reason: ReasonOption,
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that a change is no fault but the new world.

    The rows of its hours are training data from then on, and while it goes on it holds no
    retraining back. It starts none by itself. Should it end and come again, it is a new fault.

    \b
    Example:
      windvane faults accept loan_default unit_changed-car_value-20261120T05 \\
          --reason "car values are in cents from now on"
    """
    _decide(model, faults, reason, stage, accepted=True, as_json=as_json)


@app.command()
def revoke(
    model: ModelArgument,
    faults: FaultArguments,
    reason: ReasonOption,
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take an acceptance back: it is a fault after all.

    The rows of its hours are no training data from then on, and while it goes on nothing is
    retrained. What was trained in between stays as it is.

    \b
    Example:
      windvane faults revoke loan_default unit_changed-car_value-20261120T05 \\
          --reason "the source has gone back to euros"
    """
    _decide(model, faults, reason, stage, accepted=False, as_json=as_json)


def _decide(
    model: str, faults: list[str], reason: str, stage: str | None, *, accepted: bool, as_json: bool
) -> None:
    from functions.cli import faults_view
    from functions.cli.output import Output

    faults_view.decide(
        Output(as_json=as_json),
        model=model,
        names=faults,
        accepted=accepted,
        reason=reason,
        stage=stage,
    )
