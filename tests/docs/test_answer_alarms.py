"""The page that is read at three in the morning: no case lacks, and each leads somewhere."""

import re
from pathlib import Path

import pytest

from functions.contracts.alerts import ConditionKind
from functions.contracts.faults import FaultKind

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "how-to" / "answer-a-drift-alarm.md").read_text(encoding="utf-8")
CASES = TEXT.partition("## Find your case")[2].partition("\n## ")[0]
FAULTS = (DOCS / "explanation" / "data-faults.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ConditionKind)
def test_every_kind_of_condition_has_its_case(kind: ConditionKind) -> None:
    example = "_score <" if kind is ConditionKind.SCORE else kind.value

    assert example in CASES


@pytest.mark.parametrize("kind", FaultKind)
def test_every_kind_of_fault_is_explained(kind: FaultKind) -> None:
    assert f"`{kind}`" in FAULTS


def test_every_case_leads_to_a_section() -> None:
    headings = {
        line.removeprefix("## ").lower().replace(" ", "-")
        for line in TEXT.splitlines()
        if line.startswith("## ")
    }
    targets = set(re.findall(r"\]\(#([a-z-]+)\)", TEXT))

    assert targets
    assert targets <= headings
