"""docs/reference/cli.md, written from the application itself.

`python -m functions.cli.reference` writes it; a test compares it with the code.
"""

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from functions.cli import errors
from functions.cli.app import app

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "cli.md"

_HEAD = """\
# The command line

<!-- Written by `python -m functions.cli.reference`; edit the commands instead. -->

`windvane` is in `.venv/bin`; `python -m functions.cli` is the same. `--help` on every command says
what stands here.

## What every command shares

**Stage.** A command talks to the stage that `--stage` names, else `WINDVANE_STAGE`, else `local`
while an embedded cloud is up or `AWS_ENDPOINT_URL` is set. Without any of these it refuses: an
account is never touched without having been named. The embedded cloud is found through
`.windvane/local.json`; every other stage through its CloudFormation outputs, with the usual AWS
profiles and variables (`AWS_PROFILE`, `AWS_REGION`, `AWS_ENDPOINT_URL`). An `AWS_ENDPOINT_URL`
other than the embedded cloud's wins over `.windvane/local.json`.

**The prediction API.** Requests to it are signed with your AWS credentials. Where the stage's
authorization is `api_key`, `WINDVANE_API_KEY` is sent instead; where it is `jwt`, `WINDVANE_TOKEN`.

**`--json`.** One JSON document on standard output and nothing else. Errors go to standard error;
the document is written all the same where there is a result besides the error.

**`--debug`.** `windvane --debug COMMAND …` shows where an error comes from.

**`WINDVANE_HOME`.** The folder of the embedded cloud's files, instead of `.windvane`.

**Exit codes.**

```
"""


def page() -> str:
    """Return the reference page."""
    command: Any = typer.main.get_command(app)  # typer publishes no types for what click makes
    lines = [_HEAD + _exit_codes(), "```"]
    for name, leaf in _leaves(command, "windvane"):
        lines += ["", *_section(name, leaf)]
    return "\n".join(lines) + "\n"


def _exit_codes() -> str:
    """Return the table that the errors' own docstring draws."""
    drawn = inspect.cleandoc(str(errors.__doc__)).partition("::")[2]
    return inspect.cleandoc(drawn.strip("\n"))


def _leaves(command: Any, path: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - as above
    """Yield every command that does something, with its whole name."""
    commands = getattr(command, "commands", None)
    if commands is None:
        yield path, command
        return
    context = typer.Context(command)
    for name in command.list_commands(context):
        yield from _leaves(commands[name], f"{path} {name}")


def _section(name: str, command: Any) -> list[str]:  # noqa: ANN401 - as above
    text, _, examples = inspect.cleandoc(str(command.help)).partition("\b\n")
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option"]
    usage = " ".join([name, "[OPTIONS]", *(str(argument.metavar) for argument in arguments)])
    lines = [f"## {name}", "", "```", usage, "```", "", text.strip()]
    lines += _table(arguments, options)
    if examples:
        shown = inspect.cleandoc(examples.partition("\n")[2])
        lines += ["", "```console", *(f"$ {line.strip()}" for line in shown.splitlines()), "```"]
    return lines


def _table(arguments: list[Any], options: list[Any]) -> list[str]:
    rows = [f"| `{argument.metavar}` | {argument.help} |" for argument in arguments]
    rows += [f"| {_names(option)} | {option.help}{_default(option)} |" for option in options]
    return ["", "| | |", "| --- | --- |", *rows]


def _names(option: Any) -> str:  # noqa: ANN401 - as above
    names = "/".join([*option.opts, *option.secondary_opts])
    if option.is_flag:
        return f"`{names}`"
    return f"`{names} {option.metavar or option.name.upper()}`"


def _default(option: Any) -> str:  # noqa: ANN401 - as above
    if option.is_flag or option.default is None:
        return ""
    return f" Default: `{option.default}`."


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
