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
    "evidently": {
        "ks": "ks/chisquare",
        "wasserstein": "wasserstein/chisquare",
        "psi": "psi/psi",
        "jensen_shannon": "jensenshannon/jensenshannon",
    },
    "nannyml": {
        "ks": "kolmogorov_smirnov/chi2",
        "wasserstein": "wasserstein/chi2",
        "jensen_shannon": "jensen_shannon/jensen_shannon",
    },
}
"""By what we call them: of numbers and of categories, as others do."""

TITLES = {"evidently": "Evidently 0.7.23", "nannyml": "NannyML 0.13.1"}
MOST = {"evidently": 1 / 60, "nannyml": 1 / 20}
MOST_EXACT = {"evidently": 1 / 15, "nannyml": 1 / 4}
MOST_SECONDS, MOST_MB = 0.05, 500


@dataclass(frozen=True, slots=True)
class Measured:
    """What a subject printed."""

    seconds: dict[str, float]
    megabytes: float


def main() -> None:
    """Measure and write the page."""
    write_rows(ROWS)
    ours, exact = (
        run(sys.executable, "-m", f"tests.bench.monitoring.windvane_{name}")
        for name in ("drift", "exact")
    )
    others = {
        name: run(
            str(ensure_environment(name)),
            "-W",
            "ignore",
            str(SUBJECTS / f"{name}_drift.py"),
            statistics=tuple(statistics.values()),
        )
        for name, statistics in STATISTICS.items()
    }
    tables = (table_of(ours, others), exact_table_of(exact, others))
    machine = f"Machine: {describe_machine()}."
    page = "\n\n".join([HEAD, *(table.markdown() for table in tables), machine])
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


def exact_table_of(exact: Measured, others: dict[str, Measured]) -> Table:
    """Return what each exact statistic takes, and all of them together, beside others'."""
    rows = []
    for name, measured in others.items():
        named = {ours: measured.seconds[theirs] for ours, theirs in STATISTICS[name].items()}
        for ours, theirs in {**named, "all": sum(named.values())}.items():
            ratio = show_ratio(exact.seconds[ours], theirs, MOST_EXACT[name])
            what = f"`{STATISTICS[name][ours]}`" if ours in named else "all of them"
            rows.append(
                [
                    f"{TITLES[name]}: {what}",
                    show_seconds(theirs),
                    show_seconds(exact.seconds[ours]),
                    ratio,
                ]
            )
    memory = f"{exact.megabytes:.0f} MB (at most {MOST_MB}: {kept(exact.megabytes <= MOST_MB)})"
    return Table(
        "Exact statistics",
        (
            "The same rows, each statistic of all columns from their values: of numbers the one"
            " before the stroke, of categories the one after it. Everybody has the reference"
            " prepared. Windvane cuts out and sorts the window's columns for each statistic; of all"
            " of them it does so once. From 10,000 rows of reference on, NannyML's"
            " Kolmogorov-Smirnov and Wasserstein are by default estimates over 10,000 bins;"
            " Windvane's are exact."
            f" Windvane's process takes {memory}.",
        ),
        ("", "theirs", "Windvane's", "Windvane takes"),
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
