"""Measures everything side by side and writes docs/reference/performance.md."""

import argparse
import sys
from collections.abc import Callable, Mapping

from infra.bundles import PROJECT
from tests.bench.performance import cold_start, growth, in_process, servers
from tests.bench.performance.figures import Table, describe_machine

PAGE = PROJECT / "docs" / "reference" / "performance.md"
HOME = PROJECT / "build" / "bench"
HEAD = """# Performance

What `make bench` measured, all of it in one run on one machine; it writes this page. Medians,
unless something else is said. Other processes on a machine slow all of them down, so look at how
they compare, not at how long each took. Where the time of an answer goes is explained in
[How predictions are served](../explanation/serving.md).

"""
PARTS: Mapping[str, Callable[[], Table]] = {
    "in_process": in_process.measure,
    "servers": lambda: servers.measure(HOME / "home"),
    "cold_start": lambda: cold_start.measure(HOME),
    "growth": growth.measure,
}


def main() -> None:
    """Measure all parts and write the page, or show some parts alone."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.performance")
    parser.add_argument("part", nargs="*", choices=[[], *PARTS], help="show these, write nothing")
    chosen = parser.parse_args().part
    if chosen:
        for part in chosen:
            sys.stdout.write(f"{PARTS[part]().markdown()}\n\n")
        return
    tables = [measure().markdown() for measure in PARTS.values()]
    machine = f"Machine: {describe_machine()}."
    page = "\n\n".join([HEAD.rstrip(), *tables, machine])
    PAGE.write_text(f"{page}\n", encoding="utf-8")
    sys.stdout.write(page + "\n")


if __name__ == "__main__":
    main()
