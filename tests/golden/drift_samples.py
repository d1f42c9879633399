"""The columns that the drift methods are compared on, the same bits on every machine.

Numbers come from SplitMix64 (Steele, Lea and Flood 2014) and from sums, products and quotients.
"""

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]

_SIZES = {"tiny": (50, 40), "equal": (300, 300), "usual": (1000, 700), "large": (9000, 12_000)}


def _bits(seed: int, count: int) -> NDArray[np.uint64]:
    with np.errstate(over="ignore"):
        z = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z += np.uint64(seed * 0x632BE59BD9B4E019 % 2**64)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _uniform(seed: int, count: int) -> Column:
    return (_bits(seed, count) >> np.uint64(11)) / 2.0**53


def _bell(seed: int, count: int) -> Column:
    total = np.zeros(count)
    for part in range(12):
        total += _uniform(seed * 100 + part, count)
    return total - 6.0


def _missing(values: Column, seed: int) -> Column:
    values[_uniform(seed, len(values)) < 0.05] = np.nan
    return values


def numbers() -> dict[str, tuple[Column, Column]]:
    """Return pairs of numeric columns, reference and current, by name."""
    pairs = {}
    for seed, (name, (n_ref, n_cur)) in enumerate(_SIZES.items(), start=1):
        base = _bell(seed, n_ref)
        pairs[f"{name} same"] = base, _bell(seed + 50, n_cur)
        pairs[f"{name} shifted"] = base, _bell(seed + 60, n_cur) + 0.5
        pairs[f"{name} wider"] = base, _bell(seed + 70, n_cur) * 1.5
        skewed = [1.0 / (_uniform(seed + k, n) + 0.01) for k, n in ((80, n_ref), (90, n_cur))]
        pairs[f"{name} skewed"] = skewed[0], skewed[1] * 1.25
        pairs[f"{name} whole"] = np.round(base * 10.0), np.round(_bell(seed + 95, n_cur) * 11.0)
        pairs[f"{name} few"] = np.round(base * 2.0), np.round(_bell(seed + 96, n_cur) * 2.0)
    base, current = _bell(7, 1000), _bell(8, 700)
    pairs["missing"] = _missing(base, 9), _missing(current + 0.1, 10)
    return pairs


def categories() -> dict[str, tuple[Column, Column]]:
    """Return pairs of columns of category codes, by name."""
    pairs = {}
    for seed, (name, (n_ref, n_cur)) in enumerate(_SIZES.items(), start=1):
        for kinds in (2, 3, 12):
            past, now = (
                _uniform(seed * 1000 + kinds + k, n) for k, n in ((0, n_ref), (300, n_cur))
            )
            pairs[f"{name} of {kinds}"] = np.floor(past * kinds), np.floor(now * now * kinds)
        unseen = np.floor(_uniform(seed * 1000 + 77, n_cur) * 5.0)
        pairs[f"{name} unseen"] = np.floor(_uniform(seed * 1000 + 78, n_ref) * 4.0), unseen
    return pairs
