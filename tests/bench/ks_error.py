"""How far the Kolmogorov-Smirnov statistic of counted cells is from the exact one, by their bits.

``python -m tests.bench.ks_error``
"""

import sys
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from functions.contracts.profile import CODE_BITS, MINIMUM_BITS, NumericProfile, code_bytes
from functions.core.column_profiles import numeric_profile
from functions.core.drift_bins import BinnedColumn, bin_columns
from functions.core.float_codes import CodeCounts, codes_of

ROWS, HOUR_ROWS, PLACES = 200_000, 41_667, 25
BITS = (MINIMUM_BITS, 18, 20, 21, 22)

Numbers = NDArray[np.float32]


def counted(values: Numbers, bits: int) -> NumericProfile:
    """Return the profile of a column by so many bits, however many cells that takes."""
    codes, counts = np.unique(codes_of(values) >> np.uint32(CODE_BITS - bits), return_counts=True)
    held = CodeCounts(bits, codes.astype(np.uint32), counts.astype(np.int64))
    return numeric_profile("x", held, missing=0, totals=(0.0, 0.0))


def compare(one: Numbers, other: Numbers, bits: int) -> BinnedColumn:
    """Return two samples counted by so many bits; by 32 their distance is exact."""
    return bin_columns(counted(one, bits), counted(other, bits))


def jumps(rows: int = ROWS, places: int = PLACES) -> Iterator[tuple[str, float, Numbers, Numbers]]:
    """Yield pairs of samples of which one's density jumps, by name and place, at many places."""
    rng = np.random.default_rng(1)
    even = rng.random(rows, dtype=np.float32)
    for at in np.linspace(0.26, 0.99, places).tolist():
        share, small = rng.random(rows), rng.random(rows)
        yield "begins later", at, even, np.float32(at + (1 - at) * share)
        yield "moved and wider", at, even, np.float32(0.3 * at + share * (1 + 0.3 * at))
        yield "half within 0.05", at, even, np.where(small < 0.5, even[::-1], at + 0.05 * share)
        tail = np.float32(-np.log1p(-share))
        yield "exponential, moved", at, np.float32(-np.log1p(-small)), tail + np.float32(at)


def worst(bits: int) -> Mapping[str, float]:
    """Return the largest error of each kind of jump over all places."""
    found: dict[str, float] = {}
    for name, _, one, other in jumps():
        exact = compare(one, np.float32(other), CODE_BITS).ks or 0.0
        error = exact - (compare(one, np.float32(other), bits).ks or 0.0)
        found[name] = max(found.get(name, 0.0), error)
    return found


def main() -> None:
    """Print errors by bits, and what an hour's column of a million rows a day then takes."""
    rng = np.random.default_rng(2)
    hours = {
        "uniform": np.float32(rng.random(HOUR_ROWS)),
        "normal": np.float32(rng.normal(size=HOUR_ROWS)),
        "lognormal": np.float32(np.exp(rng.normal(size=HOUR_ROWS))),
    }
    for bits in BITS:
        errors = ", ".join(f"{name} {error:.1e}" for name, error in worst(bits).items())
        sys.stdout.write(f"{bits} bits: {errors}\n")
        for name, values in hours.items():
            profile = counted(values, bits)
            cells = len(profile.cells) // code_bytes(bits)
            size = len(profile.model_dump_json())
            sys.stdout.write(f"    an hour of a {name} column: {cells:,} cells, {size:,} bytes\n")


if __name__ == "__main__":
    main()
