"""The page of all tables: composed anew, or with one table measured again."""

from collections.abc import Sequence

from tests.bench.performance.figures import Table

_HEADING = "\n\n## "
_MACHINE = "\n\nMachine: "


def compose(head: str, tables: Sequence[Table], machine: str) -> str:
    """Return the page."""
    parts = "\n\n".join([head.rstrip(), *(table.markdown() for table in tables)])
    return f"{parts}{_MACHINE}{machine}.\n"


def put_table(page: str, table: Table) -> str:
    """Return a page with a table in the place of the one of its title, or else after the last."""
    body, machine = page.rsplit(_MACHINE, 1)
    head, *sections = body.split(_HEADING)
    fresh = table.markdown().removeprefix("## ")
    titles = [section.partition("\n")[0] for section in sections]
    if table.title in titles:
        sections[titles.index(table.title)] = fresh
    else:
        sections.append(fresh)
    return _HEADING.join([head, *sections]) + _MACHINE + machine
