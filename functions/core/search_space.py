"""Which points of a model's search space are tried."""

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np

from functions.contracts.errors import WindvaneError
from functions.contracts.messages import Candidate
from functions.contracts.model_spec import ParameterValue, Training
from functions.core.row_counts import RowSpan, plan_row_spans

MAXIMUM_CANDIDATES = 256
"""Of one run, row counts included: what Train answers of them must fit the workflow's state."""


class EmptyParameterError(WindvaneError):
    """A parameter of the search space has no values."""


def plan_candidates(
    training: Training,
    *,
    train_rows: int = 0,
    holdout_rows: int = 0,
    since_change: int | None = None,
    earlier: Sequence[int] = (),
) -> tuple[Candidate, ...]:
    """Return the points of the search space that are tried, in the order of their indices.

    Parameters
    ----------
    training : Training
        Its `parameters` are lists of values; `candidates` is the most that are tried. If
        `window_rows` is a list or `"auto"`, each point is tried with each number of rows, as long
        as there are at most MAXIMUM_CANDIDATES of them.
    train_rows, holdout_rows : int
        Of the data set; only read where row counts are tried.
    since_change : int, optional
        How many of the rows to train on came since a change.
    earlier : sequence of int
        How many of them came since each change before it.

    Returns
    -------
    tuple of Candidate
        `grid`: all points, the last parameter varying fastest; where there are more than
        `candidates`, the first `candidates` of them in an order shuffled by `seed`. `random`:
        `candidates` different points drawn by `seed`, in the order drawn, or all of them in that
        order if there are fewer. Without parameters there is one candidate. The same training
        section gives the same candidates.

    Raises
    ------
    EmptyParameterError
        If a parameter has an empty list of values.

    Notes
    -----
    Random search finds good points with fewer trials than a grid when few parameters matter;
    points are drawn without replacement, because the values are lists and a point tried twice
    teaches nothing.

    References
    ----------
    Bergstra, J., & Bengio, Y. (2012). Random search for hyper-parameter optimization. Journal of
    Machine Learning Research, 13, 281-305.

    Examples
    --------
    >>> training = Training(metric="r2_score", parameters={"depth": (2, 3), "rate": (0.1,)})
    >>> [candidate.parameters for candidate in plan_candidates(training)]
    [{'depth': 2, 'rate': 0.1}, {'depth': 3, 'rate': 0.1}]
    """
    parameters = training.parameters
    for name, values in parameters.items():
        if not values:
            msg = f"training.parameters.{name} is an empty list; give it a value or remove it"
            raise EmptyParameterError(msg)
    spans: tuple[RowSpan | None, ...] = (None,)
    if training.tries_row_counts:
        spans = plan_row_spans(
            training,
            available=train_rows,
            since_change=since_change,
            held_out=holdout_rows,
            earlier=earlier,
        )
    size = math.prod(len(values) for values in parameters.values())
    most = min(training.candidates, max(1, MAXIMUM_CANDIDATES // len(spans)))
    if training.search == "grid" and size <= most:
        points = list(range(size))
    else:
        points = _draw(size, min(size, most), training.seed)
    tried = itertools.product(points, spans)
    return tuple(
        Candidate(
            index=index,
            parameters=_point(parameters, point),
            rows=span.rows if span else None,
            skipped=span.skipped if span else 0,
        )
        for index, (point, span) in enumerate(tried)
    )


def _draw(size: int, count: int, seed: int) -> list[int]:
    """Return different numbers below `size`, which may be far too large to list."""
    rng = np.random.default_rng(seed)
    if size <= 4 * count:
        return [int(point) for point in rng.permutation(size)[:count]]
    drawn: dict[int, None] = {}
    while len(drawn) < count:
        # Of Python integers, because a space can have more points than an int64 can count.
        drawn.setdefault(int.from_bytes(rng.bytes(size.bit_length() // 8 + 9)) % size)
    return list(drawn)


def _point(
    parameters: Mapping[str, tuple[ParameterValue, ...]], point: int
) -> dict[str, ParameterValue]:
    """Return the values at a position of the grid, read as a number with mixed bases."""
    chosen: dict[str, ParameterValue] = {}
    for name, values in reversed(tuple(parameters.items())):
        point, position = divmod(point, len(values))
        chosen[name] = values[position]
    return {name: chosen[name] for name in parameters}
