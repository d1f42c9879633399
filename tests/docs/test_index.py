"""The indexes of the documentation and of the decisions leave nothing out."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def linked(index: Path) -> list[str]:
    """Return what an index links to, in its order."""
    return re.findall(r"\]\(([^)#]+\.md)\)", index.read_text(encoding="utf-8"))


def test_every_page_is_in_the_index() -> None:
    pages = {
        str(page.relative_to(DOCS))
        for page in DOCS.rglob("*.md")
        if page.parent.name != "decisions"
    }

    assert pages - {"README.md"} - set(linked(DOCS / "README.md")) == set()


def test_every_decision_is_in_its_index_once_and_in_order() -> None:
    records = sorted(page.name for page in (DOCS / "decisions").glob("[0-9]*.md"))
    numbers = [name[:4] for name in records]

    assert linked(DOCS / "decisions" / "README.md") == records
    assert len(set(numbers)) == len(numbers)


def test_every_decision_is_titled_as_its_number() -> None:
    for record in (DOCS / "decisions").glob("[0-9]*.md"):
        title = record.read_text(encoding="utf-8").partition("\n")[0]

        assert re.match(rf"# {int(record.name[:4]):04d}\b", title), (record.name, title)
