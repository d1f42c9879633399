"""`windvane runs …`."""
# ruff: noqa: D301 - `\b` keeps the lines of the examples as they are

from typing import Annotated

import typer

from functions.cli.options import JsonOption, StageOption

app = typer.Typer(help="Executions of the retraining workflow.", no_args_is_help=True)

ExecutionArgument = Annotated[
    str, typer.Argument(metavar="EXECUTION", help="The execution's name.", show_default=False)
]


@app.command("list")
def list_(
    model: Annotated[
        str | None, typer.Argument(metavar="[MODEL]", help="Only this model's.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=500, help="The most to show.")] = 20,
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the latest executions, newest first.

    \b
    Examples:
      windvane runs list
      windvane runs list loan_default --limit 5 --json
    """
    from functions.cli import training_view
    from functions.cli.output import Output

    training_view.list_runs(Output(as_json=as_json), model=model, limit=limit, stage=stage)


@app.command()
def show(
    execution: ExecutionArgument, stage: StageOption = None, as_json: JsonOption = False
) -> None:
    """Show an execution's states, gates and end.

    \b
    Example:
      windvane runs show EXECUTION
    """
    from functions.cli import training_view
    from functions.cli.output import Output

    training_view.show(Output(as_json=as_json), name=execution, stage=stage)


@app.command()
def watch(
    execution: ExecutionArgument, stage: StageOption = None, as_json: JsonOption = False
) -> None:
    """Follow an execution's states until it ends.

    The exit code is 0 if it made a new champion, else 1.

    \b
    Example:
      windvane runs watch EXECUTION
    """
    from functions.cli import training_view
    from functions.cli.output import Output

    training_view.watch_execution(Output(as_json=as_json), name=execution, stage=stage)
