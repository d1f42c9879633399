"""The guarantees of retraining name tests that are there."""

import re

import pytest

from tests.architecture.project import PROJECT

PAGE = (PROJECT / "docs" / "explanation" / "retraining.md").read_text()
NAMED = re.findall(r"`(tests/[a-z_/]+\.py)::(test_[a-z_]+)`", PAGE)


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_every_guarantee_has_its_test(file: str, test: str) -> None:
    assert f"\ndef {test}(" in (PROJECT / file).read_text()


def test_there_is_a_test_in_every_row() -> None:
    section = PAGE.partition("and the test that holds it")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")][2:]

    assert len(rows) == len(NAMED) >= 15
