"""Figures of one measurement, and how they become a page."""

import os
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter_ns


@dataclass(frozen=True, slots=True)
class Timing:
    """How long something took, each time."""

    nanoseconds: tuple[int, ...]

    @property
    def median_us(self) -> float:
        """The median in microseconds."""
        return median(self.nanoseconds) / 1000

    def quantile_us(self, share: float) -> float:
        """Return the time that this share of all stayed under, in microseconds."""
        ordered = sorted(self.nanoseconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] / 1000


@dataclass(frozen=True, slots=True)
class Table:
    """A part of the page; `notes` stand above the rows, a sentence each."""

    title: str
    notes: Sequence[str]
    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        """Return it as the page has it."""
        lines = [f"| {' | '.join(cells)} |" for cells in (self.header, *self.rows)]
        rule = f"|{'|'.join(' --- ' for _ in self.header)}|"
        return "\n".join([f"## {self.title}", "", *self.notes, "", lines[0], rule, *lines[1:]])


def typical_quantile_us(rounds: Sequence[Timing], share: float) -> float:
    """Return the median over rounds of what `quantile_us` says of each.

    What else happens on a machine falls upon one round or another, and upon any subject.
    """
    return median(timing.quantile_us(share) for timing in rounds)


def take_turns(
    subjects: Mapping[str, Callable[[], object]], *, rounds: int, calls: int = 1
) -> dict[str, Timing]:
    """Time so many calls of each subject a round, and put the rounds together."""
    taken = take_rounds(subjects, rounds=rounds, calls=calls)
    return {name: pool(timings) for name, timings in taken.items()}


def pool(rounds: Sequence[Timing]) -> Timing:
    """Return all times of several rounds."""
    return Timing(tuple(time for timing in rounds for time in timing.nanoseconds))


def take_rounds(
    subjects: Mapping[str, Callable[[], object]], *, rounds: int, calls: int = 1
) -> dict[str, list[Timing]]:
    """Time so many calls of each subject a round: whatever else the machine does meets all alike.

    The first tenth of the rounds is not counted; nor, of several calls, the first tenth, in which
    the processor still has the code of the subject before it at hand.
    """
    taken: dict[str, list[Timing]] = {name: [] for name in subjects}
    for turn in range(-(-rounds // 10) + rounds):
        for name, subject in subjects.items():
            times = []
            for _ in range(calls):
                started = perf_counter_ns()
                subject()
                times.append(perf_counter_ns() - started)
            if turn >= rounds // 10:
                taken[name].append(Timing(tuple(times[calls // 10 :])))
    return taken


def show_us(microseconds: float) -> str:
    """Return a time as people read it."""
    if microseconds >= 1000:
        return f"{microseconds / 1000:.2f} ms"
    return f"{microseconds:.1f} µs"


def show_ratio(ours: float, theirs: float, limit: float) -> str:
    """Return ours as a multiple of theirs, and whether that keeps the limit."""
    ratio = ours / theirs
    return f"{ratio:.3g} times (at most {limit:.3g}: {'kept' if ratio <= limit else 'missed'})"


def describe_machine() -> str:
    """Return what it was measured on, without a name."""
    with Path("/proc/cpuinfo").open(encoding="utf-8") as file:
        models = {line.partition(":")[2].strip() for line in file if line.startswith("model name")}
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "onnxruntime", "msgspec"))
    return (
        f"{os.cpu_count()} virtual cores ({', '.join(sorted(models))}), {memory:.0f} GiB, "
        f"{platform.system()}, Python {sys.version.split()[0]}, {packages}"
    )
