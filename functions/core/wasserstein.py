"""The exact Wasserstein distance of two samples in order, and how it is added up.

`|F - G|` is a step function that is zero at both ends, so that the area under it is minus the sum
of each value times what the function steps by there. A value of the larger sample steps by 1 / m,
down while F is ahead of G and up while G is, and one of the two stays ahead over long runs of
values: a sum of each run is all that is needed of them.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from functions.core.sorted_samples import Counts, PlacedSamples, Values

_Numbers: TypeAlias = NDArray[np.float64]

_BLOCK = 1 << 15
"""Values that are looked at together: what is made of them stays in the processor's cache."""

_PRECISE = 1e-10
"""An error that may be a larger share of the distance is avoided."""

_ROUNDINGS = 64.0 * float(np.finfo(np.float64).eps)
"""What a sum of a million numbers, block by block, may lose of their absolute sum, with room."""


def wasserstein_distance(placed: PlacedSamples) -> float:
    """Return the first Wasserstein distance, in the column's unit; scipy's to 1e-9.

    The area between the two cumulative shares: by how much values must move, on average, to turn
    one sample into the other. A shift by d is d.

    Notes
    -----
    Where values are so far out that their sums cost digits that the distance needs, the area is
    added up gap by gap, which takes several times as long.

    References
    ----------
    Ramdas, A., García Trillos, N. and Cuturi, M. (2017). On Wasserstein two-sample testing.
    Entropy 19(2), 47.

    Examples
    --------
    >>> from functions.core.sorted_samples import place_samples, sort_sample
    >>> past, now = sort_sample(np.arange(8.0)), sort_sample(np.arange(8.0) + 2)
    >>> wasserstein_distance(place_samples(past, now))
    2.0
    """
    area, lost = _area_by_runs(placed)
    return area if lost <= _PRECISE * area else _area_by_gaps(placed)


@dataclass(frozen=True, slots=True)
class _Sums:
    """Of the larger sample, from the origin: of values where F is ahead, of all, and absolute."""

    ahead: float
    total: float
    absolute: float


def _area_by_runs(placed: PlacedSamples) -> tuple[float, float]:
    """Return the area, and how much of it rounding may have taken or given."""
    n, m = placed.size, len(placed.others)
    origin = np.float64(placed.others[m // 2])
    # Shares times n m are whole numbers, and what |F - G| steps by is exact.
    level, reached = np.append(0.0, placed.held) * m, placed.below * float(n)
    steps = np.abs(level[1:] - reached) - np.abs(level[:-1] - reached)
    # G reaches F with the value at `crossing`, which may step to both sides of zero.
    crossing = level / n
    whole = crossing.astype(np.int64)
    starts, ends = np.append(0, placed.below), np.append(placed.below, m)
    is_crossed = (starts <= whole) & (whole < ends)
    crossed = whole[is_crossed]
    shared = (crossing[is_crossed] - crossed) @ (placed.others[crossed] - origin)
    edges = _joined(starts, np.minimum(np.maximum(whole, starts), ends))
    sums = _sum_runs(placed.others, origin, edges)
    of_fewer = float((placed.values - origin) @ steps) / n
    area = (2.0 * (sums.ahead + float(shared)) - sums.total - of_fewer) / m
    # The fewer values are no farther from the origin, on average, than the others and the area.
    return area, _ROUNDINGS * (2.0 * sums.absolute / m + abs(area))


def _joined(starts: Counts, ends: Counts) -> Counts:
    """Return first and last edge in turn of pieces that are not empty, those that touch as one."""
    is_held = ends > starts
    starts, ends = starts[is_held], ends[is_held]
    is_apart = ends[:-1] != starts[1:]
    edges = np.empty((int(is_apart.sum()) + min(len(starts), 1), 2), dtype=np.int64)
    edges[:1, 0], edges[-1:, 1] = starts[:1], ends[-1:]
    edges[1:, 0], edges[:-1, 1] = starts[1:][is_apart], ends[:-1][is_apart]
    return edges.reshape(-1)


def _sum_runs(values: Values, origin: np.float64, edges: Counts) -> _Sums:
    """Return the sums of values between each first and last edge, and of all."""
    buffer = np.empty(_BLOCK)
    ahead = total = absolute = 0.0
    starts = np.arange(0, len(values), _BLOCK)
    firsts = np.searchsorted(edges, starts, side="right").tolist()
    lasts = np.searchsorted(edges, np.minimum(starts + _BLOCK, len(values))).tolist()
    for start, first, last in zip(starts.tolist(), firsts, lasts, strict=True):
        away = buffer[: len(values) - start]
        away[:] = values[start : start + _BLOCK]
        away -= origin
        parts = np.add.reduceat(away, np.append(0, edges[first:last] - start))
        ahead += float(parts[1 - first % 2 :: 2].sum())
        of_all = float(parts.sum())
        total += of_all
        is_around = away[0] < 0.0 < away[-1]
        absolute += float(np.abs(away).sum()) if is_around else abs(of_all)
    return _Sums(ahead, total, absolute)


def _area_by_gaps(placed: PlacedSamples) -> float:
    # What the other sample does not have stands alone, in a gap between two of its values.
    n, m = placed.size, len(placed.others)
    alone = placed.below == placed.up_to
    values, places = placed.values[alone], placed.up_to[alone]
    bounded = np.append(placed.others, placed.values[-1])
    following = np.append(placed.values[1:], bounded[-2:].max())[alone]
    behind = np.where(places < m, np.minimum(following, bounded[places]), following)
    distances = np.abs(placed.held[alone] / n - places / m)
    area = float(distances @ (behind.astype(np.float64) - values))
    ends = np.append(placed.others[1:], placed.others[-1])
    is_first = np.append(True, places[1:] != places[:-1])[: len(places)] & (places > 0)
    ends[places[is_first] - 1] = values[is_first]
    return area + _area_between(placed, ends)


def _area_between(placed: PlacedSamples, ends: Values) -> float:
    """Return the area from each of the other sample's values to its end, block by block."""
    n, m = placed.size, len(placed.others)
    steps = np.append(0, placed.held) / n
    area = 0.0
    for start in range(0, m, _BLOCK):
        stop = min(start + _BLOCK, m)
        first, last = np.searchsorted(placed.below, (start, stop))
        places = np.diff(placed.below[first:last], prepend=start, append=stop)
        distances = np.repeat(steps[first : last + 1], places)
        distances -= np.arange(start + 1, stop + 1) / m
        gaps = ends[start:stop].astype(np.float64) - placed.others[start:stop]
        area += float(np.abs(distances, out=distances) @ gaps)
    return area
