"""Windvane's exact statistics of every column, from its values, in a process of its own."""

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

import numpy as np

from functions.core.column_profiles import columns_of
from functions.core.divergences import jensen_shannon_distance
from functions.core.exact_statistics import (
    chi_square_test,
    decile_psi,
    evidently_psi,
    jensen_shannon,
    ks_test,
    normed_wasserstein,
)
from functions.core.sorted_samples import SortedSample, count_values, place_samples, sort_sample
from tests.bench.monitoring.rows import NUMBERS, Matrix

ROUNDS = 3

Statistic: TypeAlias = Callable[[SortedSample, SortedSample], float]


def kolmogorov_smirnov(past: SortedSample, now: SortedSample) -> float:
    """Return the statistic, with its p-value computed."""
    return ks_test(place_samples(past, now)).statistic


def wasserstein(past: SortedSample, now: SortedSample) -> float:
    """Return the normed distance."""
    return normed_wasserstein(place_samples(past, now), past)


def chi_square(past: SortedSample, now: SortedSample) -> float:
    """Return the statistic, with its p-value computed."""
    return chi_square_test(*count_values(past, now)).statistic


def jensen_shannon_of_values(past: SortedSample, now: SortedSample) -> float:
    """Return the distance of categories."""
    return jensen_shannon_distance(*count_values(past, now))


STATISTICS: Mapping[str, tuple[Statistic, Statistic]] = {
    "ks": (kolmogorov_smirnov, chi_square),
    "wasserstein": (wasserstein, chi_square),
    "psi": (decile_psi, evidently_psi),
    "jensen_shannon": (jensen_shannon, jensen_shannon_of_values),
}
"""Of numbers and of categories."""


def all_of_numbers(past: SortedSample, now: SortedSample) -> tuple[float, ...]:
    """Return the four statistics of numbers that share all they can."""
    placed = place_samples(past, now)
    return (
        ks_test(placed).statistic,
        normed_wasserstein(placed, past),
        decile_psi(past, now),
        jensen_shannon(past, now),
    )


def main() -> None:
    """Print the processor seconds that each statistic took, and the megabytes of the process.

    The reference is in order before, as it is for all windows; the window's columns are cut out of
    its rows and put in order anew for each statistic.
    """
    folder = Path(sys.argv[1])
    reference, current = (np.load(folder / f"{name}.npy") for name in ("reference", "current"))
    past = list(sorted_columns(reference))

    def run(of_numbers: Callable[..., object], of_texts: Callable[..., object]) -> None:
        for index, (before, now) in enumerate(zip(past, sorted_columns(current), strict=True)):
            (of_numbers if index < NUMBERS else of_texts)(before, now)

    seconds = {
        name: seconds_of(lambda pair=pair: run(*pair))  # type: ignore[misc] # a default is its own
        for name, pair in STATISTICS.items()
    }
    seconds["all"] = seconds_of(lambda: run(all_of_numbers, chi_square))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"seconds": seconds, "megabytes": peak}) + "\n")


def sorted_columns(matrix: Matrix) -> Iterator[SortedSample]:
    """Yield the columns of a matrix in order, one at a time."""
    yield from map(sort_sample, columns_of(matrix))


def seconds_of(act: Callable[[], object]) -> float:
    """Return the least of several rounds: what else the machine does only adds."""
    taken = []
    for _ in range(ROUNDS):
        started = time.process_time()
        act()
        taken.append(time.process_time() - started)
    return min(taken)


if __name__ == "__main__":
    main()
