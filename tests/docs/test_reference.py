"""The reference pages say what the code says."""

import re
from pathlib import Path

import pytest

from functions.cli.reference_contracts import PAGES, REFERENCE_DIRECTORY
from functions.contracts.metrics import Metric

DOCS = Path(__file__).resolve().parents[2] / "docs"
ROOT = DOCS.parent


@pytest.mark.parametrize("name", PAGES)
def test_page_is_what_the_code_writes(name: str) -> None:
    written = (REFERENCE_DIRECTORY / name).read_text(encoding="utf-8")

    assert written == PAGES[name](), "run: python -m functions.cli.reference_contracts"


@pytest.mark.parametrize("metric", Metric)
def test_every_metric_is_explained(metric: Metric) -> None:
    assert f"`{metric}`" in (REFERENCE_DIRECTORY / "metrics.md").read_text(encoding="utf-8")


def test_every_link_between_pages_leads_somewhere() -> None:
    pages = [*DOCS.rglob("*.md"), *ROOT.glob("*.md"), *ROOT.glob("models/*/README.md")]

    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]

    assert broken == []
