"""`windvane retraining …`."""
# ruff: noqa: D301 - `\b` keeps the lines of the examples as they are

from typing import Annotated

import typer

from functions.cli.options import JsonOption, ModelArgument, ReasonOption, StageOption

app = typer.Typer(
    help="Retraining that starts by itself: what it may use, did, and declined.",
    no_args_is_help=True,
)


@app.command()
def status(model: ModelArgument, stage: StageOption = None, as_json: JsonOption = False) -> None:
    """Show who has the lease, the budget used, what waits, and whether the breaker is open.

    \b
    Example:
      windvane retraining status loan_default
    """
    from functions.cli import retraining_view
    from functions.cli.output import Output

    retraining_view.show_status(Output(as_json=as_json), model=model, stage=stage)


@app.command()
def log(
    model: ModelArgument,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="The most to show.")] = 20,
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what was decided about triggers and why, newest first; 90 days are kept.

    \b
    Examples:
      windvane retraining log loan_default
      windvane retraining log loan_default --limit 200 --json
    """
    from functions.cli import retraining_view
    from functions.cli.output import Output

    retraining_view.show_log(Output(as_json=as_json), model=model, limit=limit, stage=stage)


@app.command()
def reset(
    model: ModelArgument,
    reason: ReasonOption = "closed on the command line",
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Close the breaker that refused candidates opened; a promotion closes it, too.

    \b
    Example:
      windvane retraining reset loan_default --reason "the gate asked too much"
    """
    from functions.cli import retraining_view
    from functions.cli.output import Output

    retraining_view.close(Output(as_json=as_json), model=model, reason=reason, stage=stage)


@app.command()
def reconcile(model: ModelArgument, stage: StageOption = None, as_json: JsonOption = False) -> None:
    """Look now for what hangs or is due, instead of within 15 minutes.

    The embedded cloud has no schedules, so there this is how it happens.

    \b
    Example:
      windvane retraining reconcile loan_default
    """
    from functions.cli import retraining_view
    from functions.cli.output import Output

    retraining_view.look(Output(as_json=as_json), model=model, stage=stage)
