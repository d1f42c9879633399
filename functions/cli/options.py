"""Options and arguments that commands share."""

from typing import Annotated

import typer

StageOption = Annotated[
    str | None,
    typer.Option(
        "--stage",
        metavar="STAGE",
        help="The stage to talk to; else WINDVANE_STAGE, else the embedded cloud if it is up.",
        show_default=False,
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Write one JSON document to standard output, nothing else.")
]
ModelArgument = Annotated[
    str, typer.Argument(metavar="MODEL", help="The model's name.", show_default=False)
]
ReasonOption = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help="Why; kept in the audit trail.")
]
