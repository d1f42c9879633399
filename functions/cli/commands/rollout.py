"""`windvane rollout …`."""
# ruff: noqa: D301 - `\b` keeps the lines of the examples as they are

from pathlib import Path
from typing import Annotated

import typer

from functions.cli.options import JsonOption, ModelArgument, ReasonOption, StageOption

app = typer.Typer(
    help="New versions on their way to callers: look, pause, go on, take back.",
    no_args_is_help=True,
)


@app.command()
def status(
    model: ModelArgument,
    watch: Annotated[bool, typer.Option("--watch", help="Follow it until it is over.")] = False,
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a model's newest rollout: its share, its guards, its history.

    With --watch the exit code is 0 if the new version became champion, else 1.

    \b
    Examples:
      windvane rollout status loan_default
      windvane rollout status loan_default --watch
    """
    from functions.cli import rollout_watching
    from functions.cli.output import Output

    show = rollout_watching.watch if watch else rollout_watching.show_once
    show(Output(as_json=as_json), model=model, stage=stage)


@app.command()
def pause(
    model: ModelArgument,
    reason: ReasonOption = "paused on the command line",
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Leave the callers divided as they are, until resumed; the guards keep watch.

    \b
    Example:
      windvane rollout pause loan_default --reason "the weekend"
    """
    from functions.cli import rollout_view
    from functions.cli.output import Output

    rollout_view.pause(Output(as_json=as_json), model=model, reason=reason, stage=stage)


@app.command()
def resume(
    model: ModelArgument,
    reason: ReasonOption = "resumed on the command line",
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a paused rollout go on; its bake ends later by as long as the pause was.

    \b
    Example:
      windvane rollout resume loan_default
    """
    from functions.cli import rollout_view
    from functions.cli.output import Output

    rollout_view.resume(Output(as_json=as_json), model=model, reason=reason, stage=stage)


@app.command()
def abort(
    model: ModelArgument,
    reason: ReasonOption = "aborted on the command line",
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give all callers back to the champion, at once; the new version stays registered.

    \b
    Example:
      windvane rollout abort loan_default --reason "complaints from the branches"
    """
    from functions.cli import rollout_view
    from functions.cli.output import Output

    rollout_view.abort(Output(as_json=as_json), model=model, reason=reason, stage=stage)


@app.command()
def replay(
    model: ModelArgument,
    execution: Annotated[
        str | None,
        typer.Option(
            "--execution",
            metavar="EXECUTION",
            help="Whose replay; else the newest.",
            show_default=False,
        ),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option(
            "--save", metavar="FOLDER", help="Save the page there; else .windvane/reports."
        ),
    ] = None,
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a version answered to captured requests, beside the champion.

    The page with the rows that differ most is saved, and its place is told.

    \b
    Examples:
      windvane rollout replay loan_default
      windvane rollout replay loan_default --save report/
    """
    from functions.cli import replay_view
    from functions.cli.output import Output

    replay_view.show(
        Output(as_json=as_json), model=model, execution=execution, folder=save, stage=stage
    )
