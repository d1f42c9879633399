"""Measures drift beside Evidently and NannyML; writes docs/reference/performance-monitoring.md."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from infra.bundles import PROJECT
from tests.bench.monitoring.rows import CURRENT_ROWS, NUMBERS, REFERENCE_ROWS, TEXTS, write_rows
from tests.bench.performance.environments import ensure_environment
from tests.bench.performance.figures import Table, describe_machine, show_ratio

PAGE = PROJECT / "docs" / "reference" / "performance-monitoring.md"
ROWS = PROJECT / "build" / "bench" / "monitoring"
SUBJECTS = Path(__file__).parent / "subjects"
HEAD = """# Performance of monitoring

What `python -m tests.bench.monitoring` measured, a part of `make bench`, all of it in one run on
one machine; it writes this page. Times are processor seconds of one thread, so that what else the
machine does counts for little; look at how they compare. How drift is computed is explained in
[Drift](../explanation/drift.md)."""
STATISTICS = {
    "evidently": ("psi/psi", "jensenshannon/jensenshannon"),
    "nannyml": ("jensen_shannon/jensen_shannon",),
}
TITLES = {"evidently": "Evidently 0.7.23", "nannyml": "NannyML 0.13.1"}
MOST = {"evidently": 1 / 60, "nannyml": 1 / 20}
MOST_SECONDS, MOST_MB = 0.05, 500


@dataclass(frozen=True, slots=True)
class Measured:
    """What a subject printed."""

    seconds: dict[str, float]
    megabytes: float


def main() -> None:
    """Measure and write the page."""
    write_rows(ROWS)
    module = (sys.executable, "-m", "tests.bench.monitoring.windvane_drift")
    ours = run(*module)
    others = {
        name: run(
            str(ensure_environment(name)),
            "-W",
            "ignore",
            str(SUBJECTS / f"{name}_drift.py"),
            statistics=statistics,
        )
        for name, statistics in STATISTICS.items()
    }
    page = "\n\n".join([HEAD, table_of(ours, others).markdown(), f"Machine: {describe_machine()}."])
    PAGE.write_text(f"{page}\n", encoding="utf-8")
    sys.stdout.write(page + "\n")


def run(*command: str, statistics: tuple[str, ...] = ()) -> Measured:
    """Run a subject on one thread and return what it printed."""
    quiet = {"OMP_NUM_THREADS": "1", "NML_DISABLE_USAGE_LOGGING": "1", "DO_NOT_TRACK": "1"}
    environment = {**quiet, "HOME": str(ROWS), "PYTHONPATH": "", "PATH": ""}
    done = subprocess.run(
        [*command, str(ROWS), *statistics],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
        cwd=PROJECT,
    )
    printed = json.loads(done.stdout.strip().splitlines()[-1])
    return Measured(printed["seconds"], printed["megabytes"])


def table_of(ours: Measured, others: dict[str, Measured]) -> Table:
    """Return ours and others' figures side by side."""
    judge, profile = ours.seconds["judge"], ours.seconds["profile"]
    limit = f"at most {MOST_SECONDS * 1000:.0f} ms, {MOST_MB} MB"
    rows = [
        [
            "Windvane: 24 hourly profiles read, merged and judged",
            show_seconds(judge),
            f"{ours.megabytes:.0f} MB",
            f"{limit}: {kept(judge <= MOST_SECONDS and ours.megabytes <= MOST_MB)}",
        ],
        ["Windvane: profiles made of all rows, once", show_seconds(profile), "", ""],
    ]
    for name, measured in others.items():
        for statistic, seconds in measured.seconds.items():
            what = f"{TITLES[name]}: `{statistic.partition('/')[0]}`"
            against = show_ratio(judge, seconds, MOST[name])
            both = f"{(judge + profile) / seconds:.3g} with the making of profiles"
            cells = [what, show_seconds(seconds), f"{measured.megabytes:.0f} MB"]
            rows.append([*cells, f"Windvane takes {against}; {both}"])
    return Table(
        "Drift of a window",
        (
            f"{CURRENT_ROWS:,} rows of {NUMBERS} numbers and {TEXTS} categories against"
            f" {REFERENCE_ROWS:,} rows of reference, the same for all. Others compute one"
            " statistic of every column; Windvane computes PSI, Jensen-Shannon distance,"
            " Kolmogorov-Smirnov or chi-square, missing and unseen rates, with the rows that each"
            " verdict needs, and the same of its predictions.",
        ),
        ("", "time", "memory of the process", ""),
        rows,
    )


def show_seconds(seconds: float) -> str:
    """Return a time as people read it."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def kept(is_kept: bool) -> str:
    """Return whether a limit is kept, in a word."""
    return "kept" if is_kept else "missed"


if __name__ == "__main__":
    main()
