"""Measures everything side by side and writes docs/reference/performance.md."""

import argparse
import sys
from collections.abc import Callable, Mapping

from infra.bundles import PROJECT
from tests.bench.performance import batch, cold_start, growth, in_process, servers
from tests.bench.performance.figures import Table, describe_machine
from tests.bench.performance.page import compose, put_table

PAGE = PROJECT / "docs" / "reference" / "performance.md"
HOME = PROJECT / "build" / "bench"
HEAD = """# Performance

What `make bench` measured on one machine; it writes this page. Medians,
unless something else is said. Other processes on a machine slow all of them down, so look at how
they compare, not at how long each took. Where the time of an answer goes is explained in
[How predictions are served](../explanation/serving.md).

"""
PARTS: Mapping[str, Callable[[], Table]] = {
    "in_process": in_process.measure,
    "servers": lambda: servers.measure(HOME / "home"),
    "cold_start": lambda: cold_start.measure(HOME),
    "growth": growth.measure,
    "batch": batch.measure,
}


def main() -> None:
    """Measure all parts and write the page, or some parts, which take their place on it or not."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.performance")
    parser.add_argument("part", nargs="*", choices=[[], *PARTS], help="these alone, to be shown")
    parser.add_argument("--write", action="store_true", help="put the parts on the page, too")
    arguments = parser.parse_args()
    tables = [PARTS[part]() for part in arguments.part or PARTS]
    for table in tables:
        sys.stdout.write(f"{table.markdown()}\n\n")
    if not arguments.part:
        PAGE.write_text(compose(HEAD, tables, describe_machine()), encoding="utf-8")
    elif arguments.write:
        page = PAGE.read_text(encoding="utf-8")
        for table in tables:
            page = put_table(page, table)
        PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
