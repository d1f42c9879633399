"""`windvane demo`."""
# ruff: noqa: D301 - `\b` keeps the lines of the examples as they are

from typing import Annotated

import typer

from functions.cli.options import JsonOption


def demo(
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the embedded cloud running at the end.")
    ] = False,
    port: Annotated[
        int | None,
        typer.Option("--port", metavar="PORT", min=1, max=65535, help="The embedded cloud's port."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show the whole loop on this machine.

    Deploy, train, serve, notice drift, raise the alarm, retrain, answer with the new champion.

    Every link is checked; exit code 1 names the first that did not happen. The facts of the run
    are written to .windvane/demo.json.

    \b
    Examples:
      windvane demo
      windvane demo --keep
    """
    from functions.cli import demo_view
    from functions.cli.output import Output

    demo_view.demo(Output(as_json=as_json), keep=keep, port=port)
