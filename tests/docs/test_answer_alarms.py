"""The page that is read at three in the morning: its commands are commands, no case lacks."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from functions.cli.app import app
from functions.contracts.alerts import ConditionKind

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "answer-a-drift-alarm.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = re.findall(r"```\n(.*?)```", TEXT, re.DOTALL)
LINES = [line.partition(" #")[0].strip() for block in BLOCKS for line in block.splitlines()]
INLINE = re.findall(r"`windvane ([^`]+)`", TEXT)
COMMANDS = sorted({line.removeprefix("windvane ") for line in LINES if line} | set(INLINE))
CASES = TEXT.partition("## Find your case")[2].partition("\n## ")[0]


def words_of(command: str) -> list[str]:
    """Return what names the command: its words before the model, an option or a quotation."""
    words = command.split()
    named = [word for word in words[:2] if re.fullmatch(r"[a-z]+(-[a-z]+)*", word)]
    return named if len(named) == 2 else words[:1]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_one_with_these_options(command: str) -> None:
    asked = CliRunner().invoke(app, [*words_of(command), "--help"], env={"COLUMNS": "200"})

    assert asked.exit_code == 0, asked.output
    for option in re.findall(r"--[a-z-]+", command):
        assert option in asked.output


def test_there_are_commands() -> None:
    assert all(line.startswith("windvane ") for line in LINES if line)
    assert len(COMMANDS) > 20


@pytest.mark.parametrize("kind", ConditionKind)
def test_every_kind_of_condition_has_its_case(kind: ConditionKind) -> None:
    example = "_score <" if kind is ConditionKind.SCORE else kind.value

    assert example in CASES


def test_every_case_leads_to_a_section() -> None:
    headings = {
        line.removeprefix("## ").lower().replace(" ", "-")
        for line in TEXT.splitlines()
        if line.startswith("## ")
    }
    targets = set(re.findall(r"\]\(#([a-z-]+)\)", TEXT))

    assert targets
    assert targets <= headings
