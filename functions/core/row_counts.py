"""Which rows a model learns from, and how many judge it.

Which rows to train on matters more than when: all of history wins where the world stands still, a
recent window where it moves, and where an old world comes back, the rows of then. So they are tried
like parameters, by the latest labels.

References
----------
Widmer, G. and Kubat, M. (1996). Learning in the presence of concept drift and hidden contexts.
Machine Learning 23(1), 69-101. (FLORA3: what was learned of a context is kept, and tried again when
contexts change.)
Gama, J. and Kosina, P. (2014). Recurrent concepts in data streams classification. Knowledge and
Information Systems 40(3), 489-507. (Earlier models are asked before a new one is learned. Here the
rows that such a model would have learned from are, so that what is served is always new, exported
and judged as any other.)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from functions.contracts.model_spec import Training

MINIMUM_ROWS = 100
"""Fewer rows teach or judge nothing."""

JUDGED_SHARE = 1.0 / 3.0
"""Of the rows labelled since a change, how many judge what was learned from the others."""

MAXIMUM_JUDGED_ROWS = 2000
"""A score of these is known to about 0.01; rows beyond are worth more to learn from."""

EARLIER_TIMES = 8
"""Of the times between earlier changes, so many of the newest are tried: each costs a fit."""


@dataclass(frozen=True, slots=True)
class RowSpan:
    """Rows to learn from: the latest `rows`, but for the `skipped` that came after them."""

    rows: int
    skipped: int = 0


def count_judged_rows(new_rows: int, *, labelled_rows: int) -> int:
    """Return how many of the latest labelled rows are held out to judge a run's candidates.

    Parameters
    ----------
    new_rows : int
        Labelled since the change that the run is about, or since the champion's training.
    labelled_rows : int
        All that there are; at most half of them judge.

    Examples
    --------
    >>> [count_judged_rows(rows, labelled_rows=50_000) for rows in (90, 600, 30_000)]
    [100, 200, 2000]
    """
    wished = max(MINIMUM_ROWS, min(int(JUDGED_SHARE * new_rows), MAXIMUM_JUDGED_ROWS))
    return min(wished, labelled_rows // 2)


def plan_row_counts(
    training: Training, *, available: int, since_change: int | None = None, held_out: int = 0
) -> tuple[int, ...]:
    """Return the numbers of latest rows to train candidates on, the largest first.

    Parameters
    ----------
    training : Training
        `window_rows` is a number, a list of numbers, or `"auto"`; None is as `"auto"`. Numbers
        include the held-out rows.
    available : int
        Rows to train on.
    since_change : int, optional
        How many of them came since a change; tried too, if enough.
    held_out : int, default 0
        Rows that judge.

    Returns
    -------
    tuple of int
        Different numbers. Of `"auto"`: all, half, a quarter, … down to MINIMUM_ROWS. Together they
        are at most twice all rows, so they take at most about twice the time of one fit; and
        whenever the world changed, one of them holds at least half of the rows since, and no other.

    Examples
    --------
    >>> training = Training(metric="r2_score", window_rows="auto")
    >>> plan_row_counts(training, available=1000, since_change=300)
    (1000, 500, 300, 250, 125)
    >>> plan_row_counts(Training(metric="r2_score", window_rows=400), available=1000, held_out=100)
    (300,)
    """
    chosen = training.window_rows
    if chosen is None or chosen == "auto":
        counts = {available >> power for power in range(available.bit_length())}
    else:
        listed = (chosen,) if isinstance(chosen, int) else tuple(chosen)
        counts = {min(count - held_out, available) for count in listed}
    if since_change is not None:
        counts.add(min(since_change, available))
    enough = {count for count in counts if count >= MINIMUM_ROWS}
    return tuple(sorted(enough or {available}, reverse=True))


def plan_row_spans(
    training: Training,
    *,
    available: int,
    since_change: int | None = None,
    held_out: int = 0,
    earlier: Sequence[int] = (),
) -> tuple[RowSpan, ...]:
    """Return the rows to train candidates on: the latest, and those of each earlier time.

    Parameters
    ----------
    training, available, since_change, held_out
        As `plan_row_counts`.
    earlier : sequence of int
        How many of the available rows came since each earlier change.

    Returns
    -------
    tuple of RowSpan
        The counts of `plan_row_counts` first. Then each time between two earlier changes, the one
        before the first of them included, the oldest first: the world may be as it was then. The
        time that the latest change ended is none of them. The times are disjoint, so that they take
        together at most as long as one fit of all rows.

    Examples
    --------
    >>> training = Training(metric="r2_score", window_rows="auto")
    >>> spans = plan_row_spans(training, available=900, since_change=200, earlier=(600, 400))
    >>> [(span.rows, span.skipped) for span in spans if span.skipped]
    [(300, 600), (200, 400)]
    """
    latest = plan_row_counts(
        training, available=available, since_change=since_change, held_out=held_out
    )
    most = available
    if training.most_rows is not None:
        most = min(max(training.most_rows - held_out, 0), available)
    before = {count for count in earlier if (since_change or 0) < count < most}
    ends = sorted({most, *before}, reverse=True)[-EARLIER_TIMES - 1 :]
    times = (RowSpan(older - newer, skipped=newer) for older, newer in pairwise(ends))
    return (
        *(RowSpan(count) for count in latest),
        *(time for time in times if time.rows >= MINIMUM_ROWS),
    )
