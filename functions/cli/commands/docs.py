"""`windvane docs`."""
# ruff: noqa: D301 - `\b` keeps the lines of the examples as they are

from typing import Annotated

import typer

from functions.cli.options import StageOption


def docs(
    port: Annotated[
        int, typer.Option("--port", help="The loopback port to listen on; 0 for any free one.")
    ] = 8600,
    stage: StageOption = None,
) -> None:
    """Show the API's own pages in a browser, until Ctrl-C.

    The API takes signed requests alone, and a browser cannot sign. This listens on the loopback
    address and signs what it forwards with your credentials. Clients that cannot sign either,
    such as tritonclient, may call the same address.

    \b
    Examples:
      windvane docs
      windvane docs --stage prod --port 8601
    """
    from functions.cli import docs_view
    from functions.cli.output import Output

    docs_view.show_docs(Output(as_json=False), port=port, stage=stage)
