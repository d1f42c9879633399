"""A model of the loss: what a regression's error depends on, learned on held-out rows.

Histogram trees, as arrays that `functions.core.dle` evaluates without scikit-learn. A category is a
number here, the place of its code: a tree cuts between codes and needs two cuts where it could have
named one category, which costs a leaf and keeps the arrays plain.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped] # publishes no types

from functions.contracts.estimates import LEAF, LossModel, LossTree, LossTrees

Floats = NDArray[np.float64]

TREES = 100
LEAVES = 31
LEARNING_RATE = 0.1
MINIMUM_LEAF_ROWS = 20
"""The four are LightGBM's own defaults, with which NannyML learns losses."""

SEED = 7
"""Of the sample of rows from which bins are drawn; the trees themselves need no chance."""

SIGNIFICANT_DIGITS = 7
"""Of a leaf's value: more than its rows determine."""


def fit_loss_model(x: NDArray[np.float32], predictions: Floats, truth: Floats) -> LossModel:
    """Return what absolute and squared errors depend on.

    Parameters
    ----------
    x : ndarray of float32, shape (n, n_features)
        Rows that the regression was not fitted on; NaN is missing.
    predictions, truth : ndarray of float64, shape (n,)
        Finite numbers.

    Notes
    -----
    One thread: 60,000 rows of seven features take two seconds, and the same rows give the same
    trees, whatever the machine.
    """
    # A column without any value has no bins, and scikit-learn refuses it; a constant one is unused.
    known = np.where(np.isnan(x).all(axis=0), 0.0, x.astype(np.float64))
    rows = np.column_stack([known, predictions])
    errors = truth - predictions
    absolute = _fit_trees(rows, np.abs(errors))
    squared = _fit_trees(rows, np.square(errors))
    edges = absolute._bin_mapper.bin_thresholds_  # noqa: SLF001 - no public way to a fitted bin
    return LossModel(
        edges=tuple(tuple(column.tolist()) for column in edges),
        absolute=_exported(absolute),
        squared=_exported(squared),
    )


def _fit_trees(rows: Floats, losses: Floats) -> HistGradientBoostingRegressor:
    learner = HistGradientBoostingRegressor(
        max_iter=TREES,
        max_leaf_nodes=LEAVES,
        learning_rate=LEARNING_RATE,
        min_samples_leaf=MINIMUM_LEAF_ROWS,
        early_stopping=False,
        random_state=SEED,
    )
    with threadpool_limits(limits=1):
        learner.fit(rows, losses)
    return learner


def _exported(learner: HistGradientBoostingRegressor) -> LossTrees:
    trees = [stage[0].nodes for stage in learner._predictors]  # noqa: SLF001 - no public way to a tree
    return LossTrees(
        baseline=float(learner._baseline_prediction.item()),  # noqa: SLF001 - nor to its start
        trees=tuple(_exported_tree(nodes) for nodes in trees),
    )


def _exported_tree(nodes: NDArray[Any]) -> LossTree:  # its type is scikit-learn's own record
    features: list[int] = []
    bins: list[int] = []
    missing_left: list[bool] = []
    values: list[float] = []
    ahead = [0]
    while ahead:
        node = nodes[ahead.pop()]
        if node["is_leaf"]:
            features.append(LEAF)
            values.append(float(f"{node['value']:.{SIGNIFICANT_DIGITS}g}"))
            continue
        features.append(int(node["feature_idx"]))
        bins.append(int(node["bin_threshold"]))
        missing_left.append(bool(node["missing_go_to_left"]))
        ahead += [int(node["right"]), int(node["left"])]
    return LossTree(
        features=tuple(features),
        bins=tuple(bins),
        missing_left=tuple(missing_left),
        values=tuple(values),
    )
