"""Every command that a page names is one, with the options that are written."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from functions.cli.app import app

ROOT = Path(__file__).parents[2]
PAGES = [
    page
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md"))
    if "decisions" not in page.parts and page.name != "cli.md"
]
NAMED = re.compile(r"(?:^|[`$|;&(] ?|\.venv/bin/|: )windvane ([a-z-][^`\n]*)", re.MULTILINE)
OF_ALL = {"--help", "--debug", "--version"}
WINDVANE: Any = typer.main.get_command(app)  # typer publishes no types for what click makes


def commands_of(text: str) -> list[str]:
    """Return the commands of a page, without comments and what follows in a pipe."""
    return [re.split(r" +#| +[|>]|;", each, maxsplit=1)[0].strip() for each in NAMED.findall(text)]


def problem_with(command: str) -> str | None:
    """Return what is wrong with a command, or None."""
    found, words = WINDVANE, [word for word in command.split() if word != "…"]
    while words and words[0] in getattr(found, "commands", ()):
        found = found.commands[words.pop(0)]
    if hasattr(found, "commands"):  # `status|log` names two of a group
        named = words[0].split("|") if words and not words[0].startswith("-") else []
        missing = [word for word in named if word not in found.commands]
        return f"windvane {command}: {missing[0]} is no command" if missing else None
    known = {option for each in found.params for option in each.opts + each.secondary_opts}
    unknown = set(re.findall(r"(?<= )--[a-z-]+", command)) - known - OF_ALL
    return f"windvane {command}: {', '.join(sorted(unknown))} is no option" if unknown else None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_is_one_with_these_options(page: Path) -> None:
    commands = commands_of(page.read_text(encoding="utf-8"))

    assert [problem for each in commands if (problem := problem_with(each))] == []


def test_finds_commands_and_what_is_wrong_with_them() -> None:
    text = (
        "`windvane drift loan_default --soon`\n$ windvane rollout rewind x  # back\nwindvane doctor"
    )

    commands = commands_of(text)

    assert commands == ["drift loan_default --soon", "rollout rewind x", "doctor"]
    assert [problem_with(each) for each in commands] == [
        "windvane drift loan_default --soon: --soon is no option",
        "windvane rollout rewind x: rewind is no command",
        None,
    ]
