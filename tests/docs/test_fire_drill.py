"""docs/how-to/run-a-fire-drill.md says what there is."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from functions.cli.app import app
from functions.cli.drill.rollback import LAPSES_AFTER, LIMIT_SECONDS, SHARE_PERCENT
from functions.cli.drill.session import LASTS
from functions.cli.drill.view import DRILLS
from functions.core.drills import ECHO

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "run-a-fire-drill.md"
TEXT = PAGE.read_text(encoding="utf-8")
COMMANDS = re.findall(r"^windvane drill (\S+) ", TEXT, flags=re.MULTILINE)
TABLE = re.findall(r"^\| `([a-z-]+)` \|", TEXT, flags=re.MULTILINE)


def test_shows_and_explains_every_drill() -> None:
    assert COMMANDS == TABLE == list(DRILLS)


@pytest.mark.parametrize("kind", COMMANDS)
def test_names_options_that_there_are(kind: str) -> None:
    asked = CliRunner().invoke(app, ["drill", kind, "--help"])

    assert asked.exit_code == 0
    for option in ("--stage", "--yes", "--json", "--wait"):
        assert option in TEXT
        assert option in asked.output


def test_says_how_long_things_last() -> None:
    assert f"{SHARE_PERCENT:g} % of the callers" in TEXT
    assert f"all callers back within {LIMIT_SECONDS:.0f} s" in TEXT
    assert (LASTS.total_seconds(), ECHO.total_seconds()) == (3600.0, 1200.0)
    assert "after an hour\n  and 20 minutes" in TEXT
    assert LAPSES_AFTER.total_seconds() == 600.0
    assert "lapses after ten minutes" in TEXT
