"""`windvane local …`."""
# ruff: noqa: D301 - `\b` keeps the lines of the examples as they are

from typing import Annotated

import typer

from functions.cli.options import JsonOption

app = typer.Typer(
    help="The embedded cloud on this machine: no account, no Docker.",
    no_args_is_help=True,
)


@app.command()
def up(
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            metavar="PORT",
            min=1,
            max=65535,
            help="The port on the loopback address; else 4566 if it is free, else any.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Start the embedded cloud and deploy this checkout to it.

    While it is up, deploy what has changed.

    \b
    Examples:
      windvane local up
      windvane local up --port 4600 --json
    """
    from functions.cli import local_view
    from functions.cli.output import Output

    local_view.up(Output(as_json=as_json), port=port)


@app.command()
def down(as_json: JsonOption = False) -> None:
    """End the embedded cloud and forget everything in it.

    \b
    Example:
      windvane local down
    """
    from functions.cli import local_view
    from functions.cli.output import Output

    local_view.down(Output(as_json=as_json))


@app.command()
def status(as_json: JsonOption = False) -> None:
    """Say whether the embedded cloud is up, and where.

    The exit code is 3 if it is not.

    \b
    Examples:
      windvane local status
      windvane local status --json
    """
    from functions.cli import local_view
    from functions.cli.output import Output

    local_view.status(Output(as_json=as_json))
