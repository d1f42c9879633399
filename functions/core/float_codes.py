"""float32 numbers as integers in the same order, counted by as many leading bits as pay."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from functions.contracts.profile import CODE_BITS, MINIMUM_BITS

MAXIMUM_CELLS = 2048
"""Up to so many distinct codes a column keeps all the bits it can: some 12 KB of JSON."""

BLOCK = 1 << 17
"""Numbers that are looked at together: what is made of them stays in the processor's cache."""

_SUMMED = 1 << 14
"""Codes that are added up together: widened, they take 128 KiB."""

_Number = TypeVar("_Number", np.uint32, np.float64)
_SIGN = np.uint32(1 << 31)
_UPPER_HALF = 1 if sys.byteorder == "little" else 0


@dataclass(frozen=True, slots=True, eq=False)
class CodeCounts:
    """How often each code occurs, by its `bits` leading bits; codes ascend."""

    bits: int
    codes: NDArray[np.uint32]
    counts: NDArray[np.int64]

    def coarsened(self, bits: int) -> Self:
        """Return the counts by fewer bits."""
        if bits == self.bits or not len(self.codes):
            return type(self)(bits, self.codes, self.counts)
        codes = self.codes >> np.uint32(self.bits - bits)
        starts = np.flatnonzero(np.diff(codes, prepend=~codes[:1]))
        return type(self)(bits, codes[starts], np.add.reduceat(self.counts, starts))

    def fitted(self) -> Self:
        """Return the counts by as many bits as leave at most MAXIMUM_CELLS codes."""
        return self.coarsened(fitting_bits(self.codes, self.bits))


def count_codes(values: NDArray[np.float32]) -> CodeCounts:
    """Return how often each number occurs, by as many bits as pay; no value may be NaN."""
    # By the bit patterns first, and 65,536 counts put in order: a tenth of ordering the numbers.
    coarse, are_short = np.zeros(1 << MINIMUM_BITS, dtype=np.int64), True
    for start in range(0, len(values), BLOCK):
        halves = _patterns(values[start : start + BLOCK]).view(np.uint16)
        coarse += np.bincount(halves[_UPPER_HALF::2], minlength=1 << MINIMUM_BITS)
        are_short = are_short and not halves[1 - _UPPER_HALF :: 2].any()
    coarse = coarse[_PATTERN_OF_CODE]
    occurring = np.flatnonzero(coarse != 0)
    codes = occurring.astype(np.uint32)
    if len(codes) > MAXIMUM_CELLS:
        return CodeCounts(MINIMUM_BITS, codes, coarse[occurring])
    if are_short:  # as small whole numbers are
        return _short_counts(codes, coarse[occurring])
    return _count_sorted(np.sort(codes_of(values)))


def sum_counts(counted: Sequence[CodeCounts]) -> CodeCounts:
    """Return the counts of several sets of numbers, all by the same number of bits."""
    bits = counted[0].bits
    if bits == MINIMUM_BITS:
        return _sum_coarse(counted)
    codes = np.concatenate([one.codes for one in counted])
    counts = np.concatenate([one.counts for one in counted])
    order = np.argsort(codes, kind="stable")
    codes, counts = codes[order], counts[order]
    if not len(codes):
        return CodeCounts(bits, codes, counts)
    starts = np.flatnonzero(np.diff(codes, prepend=~codes[:1]))
    return CodeCounts(bits, codes[starts], np.add.reduceat(counts, starts)).fitted()


def merge_ascending(first: NDArray[_Number], second: NDArray[_Number]) -> NDArray[_Number]:
    """Return the numbers that occur in either of two ascending arrays, ascending.

    Two runs in order are merged, not sorted: a fifth of the time of `numpy.union1d`.

    Examples
    --------
    >>> merge_ascending(np.array([1, 4]), np.array([2, 4])).tolist()
    [1, 2, 4]
    """
    merged = np.concatenate([first, second])
    merged.sort(kind="stable")
    is_new = np.empty(len(merged), dtype=np.bool_)
    is_new[:1] = True
    np.not_equal(merged[1:], merged[:-1], out=is_new[1:])
    distinct: NDArray[_Number] = merged[is_new]
    return distinct


def codes_of(values: NDArray[np.float32]) -> NDArray[np.uint32]:
    """Return each number's code: of two numbers the greater has the greater code.

    Minus zero counts as zero. NaN has no place in the order and must not be passed.

    Examples
    --------
    >>> codes = codes_of(np.float32([-np.inf, -1.0, -0.0, 0.0, 1e-45, 2.0]))
    >>> np.diff(codes.astype(int)).tolist()
    [1073741824, 1065353217, 0, 1, 1073741823]
    """
    return _codes(_patterns(values))


def value_at(code: int, bits: int) -> float:
    """Return the least number whose code begins with the `bits` bits of `code`.

    NaN for the codes beyond the infinities, which no number has.

    Examples
    --------
    >>> value_at(int(codes_of(np.float32([22000.0]))[0]) >> 16, 16)
    21888.0
    """
    full = np.uint32(code << (CODE_BITS - bits))
    pattern = full ^ _SIGN if full & _SIGN else ~full
    return float(np.uint32(pattern).view(np.float32))


def values_at(codes: NDArray[np.uint32], bits: int) -> NDArray[np.float64]:
    """Return `value_at` of each of many codes.

    Examples
    --------
    >>> values_at(codes_of(np.float32([0.25, 1.0])) >> np.uint32(16), 16).tolist()
    [0.25, 1.0]
    """
    full = (codes.astype(np.uint64) << np.uint64(CODE_BITS - bits)).astype(np.uint32)
    pattern = np.where(full & _SIGN, full ^ _SIGN, ~full)
    return pattern.view(np.float32).astype(np.float64)


def fitting_bits(codes: NDArray[np.uint32], bits: int, maximum: int = MAXIMUM_CELLS) -> int:
    """Return the most leading bits by which `codes` are at most `maximum` distinct ones.

    Parameters
    ----------
    codes : ndarray of uint32
        Distinct codes of `bits` bits, ascending.
    bits : int
        From 16 to 32.
    maximum : int
        Distinct codes to be had; 16 bits are kept even where they leave more.

    Examples
    --------
    >>> codes = np.uint32([0, 1, 1 << 20])
    >>> fitting_bits(codes, 32, maximum=3), fitting_bits(codes, 32, maximum=2)
    (32, 31)
    """
    if len(codes) <= maximum:
        return bits
    differing = np.frexp((codes[1:] ^ codes[:-1]).astype(np.float64))[1]
    # Neighbours whose highest differing bit is the k-th from below are told apart by bits - k + 1.
    needed = bits - differing + 1
    told_apart = 1 + np.cumsum(np.bincount(needed, minlength=bits + 1))
    return max(MINIMUM_BITS, int(np.flatnonzero(told_apart <= maximum)[-1]))


def _sum_coarse(counted: Sequence[CodeCounts]) -> CodeCounts:
    """Return the sum of counts by 16 bits, in a table of all codes between the extremes.

    In blocks that are small enough for memory that was used before: fresh pages for the widened
    codes and counts of a whole day take thrice as long as adding them up.
    """
    found = [one for one in counted if len(one.codes)]
    least = min((int(one.codes.min()) for one in found), default=0)
    most = max((int(one.codes.max()) for one in found), default=-1)
    table = np.zeros(most - least + 1, dtype=np.int64)
    for one in found:
        for start in range(0, len(one.codes), _SUMMED):
            places = one.codes[start : start + _SUMMED].astype(np.intp)
            places -= least
            np.add.at(table, places, one.counts[start : start + _SUMMED].astype(np.int64))
    occurring = np.flatnonzero(table != 0)
    return CodeCounts(MINIMUM_BITS, (occurring + least).astype(np.uint32), table[occurring])


def _patterns(values: NDArray[np.float32]) -> NDArray[np.uint32]:
    """Return the bits of each number; minus zero becomes zero."""
    return (np.ascontiguousarray(values) + np.float32(0.0)).view(np.uint32)


def _count_sorted(codes: NDArray[np.uint32]) -> CodeCounts:
    """Return how often each code occurs, by the most bits that leave few enough."""
    bits, too_many = MINIMUM_BITS, CODE_BITS + 1
    while too_many - bits > 1:
        middle = (bits + too_many) // 2
        if np.count_nonzero(_changes(codes, middle)) < MAXIMUM_CELLS:
            bits = middle
        else:
            too_many = middle
    starts = np.append(0, np.flatnonzero(_changes(codes, bits)) + 1)[: len(codes)]
    counts = np.diff(starts, append=len(codes))
    return CodeCounts(bits, codes[starts] >> np.uint32(CODE_BITS - bits), counts)


def _changes(codes: NDArray[np.uint32], bits: int) -> NDArray[np.bool_]:
    """Return where a code differs from the one before it in its leading bits."""
    shorter = codes >> np.uint32(CODE_BITS - bits)
    changes: NDArray[np.bool_] = shorter[1:] != shorter[:-1]
    return changes


def _short_counts(codes: NDArray[np.uint32], counts: NDArray[np.int64]) -> CodeCounts:
    """Return by all bits what was counted by 16, of numbers whose other bits are 0."""
    pattern = _PATTERN_OF_CODE[codes].astype(np.uint32) << np.uint32(CODE_BITS - MINIMUM_BITS)
    return CodeCounts(CODE_BITS, _codes(pattern), counts).fitted()


def _codes(pattern: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return bits in the numbers' order: all are turned of a negative one, else the sign alone."""
    flips = (pattern.view(np.int32) >> 31).view(np.uint32) | _SIGN
    return pattern ^ flips


_PATTERN_OF_CODE = np.argsort(
    _codes(np.arange(1 << MINIMUM_BITS, dtype=np.uint32) << np.uint32(CODE_BITS - MINIMUM_BITS))
)
"""Of each code of 16 bits, the upper half of the bit pattern."""
