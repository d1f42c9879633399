"""Direct loss estimation (DLE): how wrong a regression is expected to be, row by row.

A second model learns the loss itself, from the features and the prediction, on held-out rows of
which the truth is known. Averaged over a window, what it expects of each row is what the window's
error would be if errors came about as they did. It is a sum of small trees of which each row needs
one leaf; here it is found without walking down a tree. A column's value excludes leaves, all those
that it would have been sent away from: one table look-up a column, and the first leaf that nobody
excludes is the row's (QuickScorer).

References
----------
NannyML, "How it works: direct loss estimation", whose estimates these resemble: the learner there
is LightGBM, here scikit-learn's histogram trees with the same settings.
Lucchese, C., Nardini, F. M., Orlando, S., Perego, R., Tonellotto, N., & Venturini, R. (2015).
QuickScorer: a fast algorithm to rank documents with additive ensembles of regression trees. SIGIR.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from functions.contracts.estimates import LEAF, LossModel, LossSums, LossTree, LossTrees

Floats = NDArray[np.float64]
Bins = NDArray[np.uint8]

MISSING_BIN = 255
"""Of a row without the value; a column has at most 254 edges, so no other bin is this one."""

CHUNK_ROWS = 4096
"""Rows that go through all trees together: their masks stay in the processor's cache."""

_ALL_LEAVES = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class _Tree:
    """A tree as look-up tables: of each column that it asks about, leaves left by each bin."""

    columns: tuple[int, ...]
    masks: tuple[NDArray[np.uint32], ...]
    values: Floats


def sum_losses(
    model: LossModel, matrix: NDArray[np.float32], outputs: NDArray[np.float32]
) -> LossSums:
    """Return what is added up of some rows.

    Parameters
    ----------
    model : LossModel
    matrix : ndarray of float32, shape (n, n_features)
        NaN is missing.
    outputs : ndarray of float32, shape (n, 1)
        The predictions; a row whose prediction is no finite number is missing.
    """
    answered = np.isfinite(outputs[:, 0])
    rows = np.column_stack([matrix[answered], outputs[answered]])
    bins = bin_rows(model, rows)
    absolute, squared = (expected_losses(part, bins) for part in (model.absolute, model.squared))
    return LossSums(
        rows=len(rows),
        missing=len(outputs) - len(rows),
        absolute=float(absolute.sum()),
        absolute_squares=float(absolute @ absolute),
        squared=float(squared.sum()),
        squared_squares=float(squared @ squared),
    )


def merge_loss_sums(first: LossSums, second: LossSums) -> LossSums:
    """Return the sums of two sets of rows together."""
    return LossSums(
        rows=first.rows + second.rows,
        missing=first.missing + second.missing,
        absolute=first.absolute + second.absolute,
        absolute_squares=first.absolute_squares + second.absolute_squares,
        squared=first.squared + second.squared,
        squared_squares=first.squared_squares + second.squared_squares,
    )


def estimate_regression(sums: LossSums) -> dict[str, float]:
    """Return the errors that are expected of at least one row.

    R² is not among them: it needs the variance of the truth, which nobody knows yet.
    """
    squared = sums.squared / sums.rows
    return {
        "mean_absolute_error": sums.absolute / sums.rows,
        "mean_squared_error": squared,
        "root_mean_squared_error": float(np.sqrt(squared)),
    }


def bin_rows(model: LossModel, rows: NDArray[np.float32]) -> Bins:
    """Return each value's bin, shape (n_columns, n): how many edges lie below it, or MISSING_BIN.

    Examples
    --------
    >>> learned = LossTrees(baseline=1.0, trees=())
    >>> model = LossModel(edges=((0.5, 2.0),), absolute=learned, squared=learned)
    >>> bin_rows(model, np.float32([[0.5], [0.6], [3.0], [np.nan]])).tolist()
    [[0, 1, 2, 255]]
    """
    bins = np.empty((len(model.edges), len(rows)), dtype=np.uint8)
    for column, edges in enumerate(model.edges):
        values = rows[:, column].astype(np.float64)
        bins[column] = np.searchsorted(edges, values, side="left")
        bins[column][np.isnan(values)] = MISSING_BIN
    return bins


def expected_losses(learned: LossTrees, bins: Bins) -> Floats:
    """Return each row's expected loss, shape (n,); none is below 0."""
    trees = [_tabulate(tree) for tree in learned.trees]
    losses = np.full(bins.shape[1], learned.baseline)
    for start in range(0, bins.shape[1], CHUNK_ROWS):
        part = slice(start, start + CHUNK_ROWS)
        for tree in trees:
            losses[part] += _leaf_values(tree, bins[:, part])
    bounded: Floats = np.maximum(losses, 0.0)
    return bounded


def _leaf_values(tree: _Tree, bins: Bins) -> Floats:
    left = np.full(bins.shape[1], _ALL_LEAVES, dtype=np.uint32)
    for column, masks in zip(tree.columns, tree.masks, strict=True):
        left &= masks[bins[column]]
    lowest = left & (~left + np.uint32(1))
    leaf = np.frexp(lowest.astype(np.float64))[1] - 1  # the exponent of a power of two
    values: Floats = tree.values[leaf]
    return values


def _tabulate(tree: LossTree) -> _Tree:
    masks: dict[int, NDArray[np.uint32]] = {}
    columns = [feature for feature in tree.features if feature != LEAF]
    nodes = zip(_left_parts(tree), columns, tree.bins, tree.missing_left, strict=True)
    for (first, middle), column, highest, missing_left in nodes:
        left_part = ((1 << middle) - 1) ^ ((1 << first) - 1)
        table = masks.setdefault(column, np.full(MISSING_BIN + 1, _ALL_LEAVES, dtype=np.uint32))
        kept = np.uint32(_ALL_LEAVES ^ left_part)
        table[highest + 1 : MISSING_BIN] &= kept
        if not missing_left:
            table[MISSING_BIN] &= kept
    return _Tree(tuple(masks), tuple(masks.values()), np.array(tree.values))


def _left_parts(tree: LossTree) -> list[tuple[int, int]]:
    """Return of each inner node the leaves of its left part: the first, and the one after."""
    spans: list[tuple[int, int]] = []
    open_nodes: list[int] = []
    leaves = 0
    for feature in tree.features:
        if feature != LEAF:
            open_nodes.append(len(spans))
            spans.append((leaves, -1))
            continue
        leaves += 1
        # The leaf ends the left part of the last node whose left part is open.
        while open_nodes and spans[open_nodes[-1]][1] != -1:
            open_nodes.pop()
        if open_nodes:
            spans[open_nodes[-1]] = (spans[open_nodes[-1]][0], leaves)
    return spans
