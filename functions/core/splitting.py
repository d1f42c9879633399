"""Which rows are held out from training."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from functions.contracts.errors import WindvaneError

Indices = NDArray[np.int64]


class SplitError(WindvaneError):
    """Rows cannot be divided into two parts that both hold something."""


@dataclass(frozen=True, slots=True)
class Split:
    """Two disjoint sets of rows, each as ascending positions in `rows`' order."""

    train: Indices
    holdout: Indices


def latest_rows(times: NDArray[np.int64], count: int | None) -> Indices:
    """Return the positions of the latest `count` rows (None: all), oldest first.

    Rows of equal time stay in their order.

    Examples
    --------
    >>> latest_rows(np.array([30, 10, 20]), 2).tolist()
    [2, 0]
    """
    order = np.argsort(times, kind="stable").astype(np.int64)
    return order if count is None else order[-count:]


def split_by_time(times: NDArray[np.int64], fraction: float) -> Split:
    """Hold out the latest rows, never cutting through rows of one time.

    Parameters
    ----------
    times : ndarray of shape (n,), ascending
    fraction : float
        The wished share of held-out rows. Where it would cut through rows of one time, the cut
        moves to the nearer end of them; at an equal distance, more rows are held out.

    Raises
    ------
    SplitError
        If all rows are of one time.

    Examples
    --------
    >>> split_by_time(np.array([1, 2, 3, 4, 4]), 0.2).holdout.tolist()
    [3, 4]
    """
    wished = len(times) - held_out_count(len(times), fraction)
    time = times[wished : wished + 1]
    ends = [
        int(cut)
        for side in ("left", "right")
        for cut in np.searchsorted(times, time, side=side)
        if 0 < cut < len(times)
    ]
    if not ends:
        msg = f"{len(times)} rows of one time cannot be split by time; hold out rows at random"
        raise SplitError(msg)
    cut = min(ends, key=lambda end: (abs(end - wished), end))
    positions = np.arange(len(times), dtype=np.int64)
    return Split(train=positions[:cut], holdout=positions[cut:])


def split_at_random(
    count: int, fraction: float, *, seed: int, classes: NDArray[np.int64] | None = None
) -> Split:
    """Hold out rows at random, the same for the same seed.

    Parameters
    ----------
    count : int
        How many rows there are.
    fraction : float
        The share of held-out rows.
    seed : int
        Seeds numpy's PCG64.
    classes : ndarray of shape (count,), optional
        Keep each class's share: of a class with two rows or more, each part gets at least one.

    Raises
    ------
    SplitError
        If there are fewer than two rows.
    """
    if count < 2:  # noqa: PLR2004 - one for each part
        msg = f"{count} rows cannot be split into two parts"
        raise SplitError(msg)
    generator = np.random.Generator(np.random.PCG64(seed))
    groups = (
        [np.arange(count, dtype=np.int64)]
        if classes is None
        else [np.flatnonzero(classes == code) for code in np.unique(classes)]
    )
    held = [
        generator.permutation(group)[: held_out_count(len(group), fraction)]
        for group in groups
        if len(group) > 1
    ]
    if not held:
        msg = f"{count} rows, each the only one of its class, cannot be split at random"
        raise SplitError(msg)
    holdout = np.sort(np.concatenate(held)).astype(np.int64)
    train = np.setdiff1d(np.arange(count, dtype=np.int64), holdout)
    return Split(train=train, holdout=holdout)


def held_out_count(count: int, fraction: float) -> int:
    """Return how many of `count` rows a fraction is: at least one, at most all but one.

    Examples
    --------
    >>> held_out_count(40_000, 0.1), held_out_count(3, 0.1), held_out_count(2, 0.9)
    (4000, 1, 1)
    """
    return max(1, min(count - 1, round(count * fraction)))
