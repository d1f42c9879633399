"""`windvane clients`."""
# ruff: noqa: D301 - `\b` keeps the lines of the examples as they are

from typing import Annotated

import typer

from functions.cli.options import JsonOption, StageOption

app = typer.Typer(
    help="The clients that have API keys: clients.toml says who, and how much.",
    no_args_is_help=True,
)


@app.command("list")
def list_(stage: StageOption = None, as_json: JsonOption = False) -> None:
    """List the clients of a deployed stage, without their keys.

    \b
    Example:
      windvane clients list --stage prod
    """
    from functions.cli import clients_view
    from functions.cli.output import Output

    clients_view.list_clients(Output(as_json=as_json), stage=stage)


@app.command("key")
def key(
    client: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="The client, as clients.toml names it.", show_default=False
        ),
    ],
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a client's key, which API Gateway made: hand it to nobody else.

    \b
    Examples:
      windvane clients key checkout --stage prod
      export WINDVANE_API_KEY=$(windvane clients key checkout)
    """
    from functions.cli import clients_view
    from functions.cli.output import Output

    clients_view.show_key(Output(as_json=as_json), client=client, stage=stage)
