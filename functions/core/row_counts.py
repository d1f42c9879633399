"""How many of the latest rows a model learns from, and how many judge it.

Which rows to train on matters more than when: all of history wins where the world stands still, a
recent window where it moves. So row counts are tried like parameters, by the latest labels.
"""

from functions.contracts.model_spec import Training

MINIMUM_ROWS = 100
"""Fewer rows teach or judge nothing."""

JUDGED_SHARE = 1.0 / 3.0
"""Of the rows labelled since a change, how many judge what was learned from the others."""

MAXIMUM_JUDGED_ROWS = 2000
"""A score of these is known to about 0.01; rows beyond are worth more to learn from."""


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
