"""The guarantees name tests that are there, each in its row."""

import re

import pytest

from tests.architecture.project import PROJECT

PAGE = (PROJECT / "docs" / "explanation" / "guarantees.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[a-z_/]+\.py)::(test_[a-z_]+)`", PAGE)
PROMISED = PAGE.partition("## What is not guaranteed")[0]


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_every_guarantee_has_its_test(file: str, test: str) -> None:
    assert f"\ndef {test}(" in (PROJECT / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("section", re.split(r"^## ", PROMISED, flags=re.MULTILINE)[1:])
def test_there_is_a_test_in_every_row(section: str) -> None:
    rows = [line for line in section.splitlines() if line.startswith("|")][2:]

    assert rows
    assert [row for row in rows if not re.search(r"\| `tests/\S+::\w+` \|$", row)] == []


def test_no_test_holds_two_guarantees() -> None:
    assert len(set(NAMED)) == len(NAMED) >= 50
