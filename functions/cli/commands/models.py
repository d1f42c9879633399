"""`windvane models …`."""
# ruff: noqa: D301 - `\b` keeps the lines of the examples as they are

from typing import Annotated

import typer

from functions.cli.options import JsonOption, ModelArgument, StageOption

app = typer.Typer(help="The model folders of this checkout.", no_args_is_help=True)


@app.command("list")
def list_(stage: StageOption = None, as_json: JsonOption = False) -> None:
    """List the model folders and their champions.

    \b
    Example:
      windvane models list
    """
    from functions.cli import models_view
    from functions.cli.output import Output

    models_view.list_models(Output(as_json=as_json), stage=stage)


@app.command()
def check(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[MODEL]...", help="The models to check; else all.", show_default=False
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Validate model folders.

    Each mistake is named with its file, key, value and remedy; the exit code is 1 if there is one.
    The pipeline is built, fitted and asked once, on generated rows.

    \b
    Examples:
      windvane models check
      windvane models check loan_default --json
    """
    from functions.cli import models_view
    from functions.cli.output import Output

    models_view.check(Output(as_json=as_json), names=tuple(names or ()))


@app.command()
def show(model: ModelArgument, as_json: JsonOption = False) -> None:
    """Show what a model's folder says.

    \b
    Example:
      windvane models show loan_default
    """
    from functions.cli import models_view
    from functions.cli.output import Output

    models_view.show(Output(as_json=as_json), model=model)
