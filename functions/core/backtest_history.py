"""A dated, labelled history, cut into the windows in which it is replayed."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from functions.contracts.errors import WindvaneError
from functions.core.scores import Truth

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

FIRST_SHARE = 0.2
"""Of the rows; the first champion is trained on them."""

WINDOWS = 100
"""If nobody says how long a window is."""

MINIMUM_FIRST_ROWS = 400
MINIMUM_WINDOWS = 2
MAXIMUM_WINDOWS = 2000
"""What each window's labels are compared with grows with the windows before it."""


class HistoryError(WindvaneError):
    """A history cannot be replayed: too few rows, labels or windows."""


@dataclass(frozen=True, slots=True)
class History:
    """Encoded rows in the order of time, and where the windows are cut.

    `x` has shape (n, n_features), `y` (n,) and `times` (n,) in microseconds since 1970. Window w
    holds the rows from ``bounds[w]`` to ``bounds[w + 1]``; the rows before ``bounds[0]`` are the
    first champion's. `ends` are the windows' ends. `rows` numbers each row among all that there
    were: pipelines know rows by these numbers, whatever windows were left out since.
    """

    x: NDArray[np.float32]
    y: Truth
    times: NDArray[np.int64]
    bounds: NDArray[np.int64]
    ends: tuple[datetime, ...]
    rows: NDArray[np.int64]

    @property
    def windows(self) -> int:
        """How many windows there are."""
        return len(self.ends)

    @property
    def first_rows(self) -> int:
        """How many rows are before the first window."""
        return int(self.bounds[0])

    def rows_of(self, window: int) -> tuple[int, int]:
        """Return the first row of a window and the one after its last."""
        return int(self.bounds[window]), int(self.bounds[window + 1])

    def without(self, window: int) -> "History":
        """Return the history without a window; the rows and windows before it keep their places."""
        first, last = self.rows_of(window)
        kept = np.concatenate([np.arange(first), np.arange(last, len(self.y))])
        later = self.bounds[window + 2 :] - (last - first)
        bounds = np.concatenate([self.bounds[: window + 1], later])
        ends = (*self.ends[:window], *self.ends[window + 1 :])
        return History(self.x[kept], self.y[kept], self.times[kept], bounds, ends, self.rows[kept])

    def moment(self, row: int) -> datetime:
        """Return when a row was."""
        return EPOCH + timedelta(microseconds=int(self.times[row]))


@dataclass(frozen=True, slots=True)
class Cutting:
    """How a history is cut: a window's length in time or in rows (neither: 100 windows)."""

    length: timedelta | None = None
    rows: int | None = None
    first_share: float = FIRST_SHARE


def cut_history(
    x: NDArray[np.float32], y: Truth, times: NDArray[np.int64], cutting: Cutting
) -> History:
    """Return the history of rows in any order.

    Parameters
    ----------
    x, y : ndarray
        As in History.
    times : ndarray of int64, shape (n,)
        Microseconds since 1970; need not be sorted. Rows of one time stay in their order.
    cutting : Cutting

    Raises
    ------
    HistoryError
        If there are too few rows for a first champion, or fewer than two windows.
    """
    order = np.argsort(times, kind="stable")
    x, y, times = x[order], y[order], times[order].astype(np.int64)
    first = round(len(y) * cutting.first_share)
    if first < MINIMUM_FIRST_ROWS:
        needed = round(MINIMUM_FIRST_ROWS / cutting.first_share)
        msg = (
            f"{len(y):,} rows are too few: of the first {cutting.first_share:.0%}, which the first "
            f"champion is trained on, there are {first:,}, and {MINIMUM_FIRST_ROWS} are needed; "
            f"give {needed:,} rows or more, or a larger --first"
        )
        raise HistoryError(msg)
    bounds, ends = (
        _cut_by_rows(times, first, cutting.rows)
        if cutting.rows
        else _cut_by_time(times, first, cutting.length)
    )
    if len(ends) < MINIMUM_WINDOWS:
        msg = (
            f"the {len(y) - first:,} rows after the first champion's are {len(ends)} window: "
            "write a shorter --window"
        )
        raise HistoryError(msg)
    if len(ends) > MAXIMUM_WINDOWS:
        msg = (
            f"the {len(y) - first:,} rows after the first champion's are {len(ends):,} windows, "
            f"more than {MAXIMUM_WINDOWS:,}: write a longer --window"
        )
        raise HistoryError(msg)
    return History(x, y, times, bounds, ends, np.arange(len(y), dtype=np.int64))


def _cut_by_rows(
    times: NDArray[np.int64], first: int, rows: int
) -> tuple[NDArray[np.int64], tuple[datetime, ...]]:
    """Cut windows of as many rows; what is left over at the end is a window if it is half one."""
    bounds = list(range(first, len(times) + 1, rows))
    if len(times) - bounds[-1] >= rows / 2:
        bounds.append(len(times))
    ends = tuple(_after(int(times[bound - 1])) for bound in bounds[1:])
    return np.array(bounds, dtype=np.int64), ends


def _cut_by_time(
    times: NDArray[np.int64], first: int, length: timedelta | None
) -> tuple[NDArray[np.int64], tuple[datetime, ...]]:
    """Cut windows of one length; windows without rows are left out."""
    begin, last = int(times[first]), int(times[-1])
    step = length // timedelta(microseconds=1) if length else (last - begin) // WINDOWS + 1
    first = int(np.searchsorted(times, begin))
    edges = np.arange(begin + step, last + step + 1, step)
    bounds = np.concatenate([[first], np.searchsorted(times, edges)]).astype(np.int64)
    filled = np.flatnonzero(np.diff(bounds) > 0)
    kept = np.concatenate([bounds[:1], bounds[1:][filled]])
    ends = tuple(EPOCH + timedelta(microseconds=int(edges[each])) for each in filled)
    return kept, ends


def _after(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds + 1)
