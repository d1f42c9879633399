"""The trees of a fitted pipeline: found wherever they are, and cured before export.

Two things about trees are lost on the way to ONNX, and both are put back here.

*Thresholds.* A histogram tree compares a float32 value with a float64 threshold, the middle between
two training values. The converter rounds it to the nearest float32, which can be the upper of the
two values; then ``value <= threshold`` holds for rows where it did not. Rounding down to a float32
changes nothing: no float32 lies between a number and the greatest float32 below it
(onnx/sklearn-onnx issue 1192). The converter does as much itself for scikit-learn's other trees.

*Missing values.* Those other trees remember for each split which way a NaN goes; the converter
sends all of them to the right. `missing_directions` says where they really go.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from functions.contracts.errors import WindvaneError

_PARTS = (
    "steps",
    "estimators_",
    "calibrated_classifiers_",
    "final_estimator_",
    "estimator_",
    "estimator",
)


class UnexportableTreeError(WindvaneError):
    """A tree does something that its ONNX operator cannot do."""


def snap_down(thresholds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the greatest float32 that is not above each threshold, as float64.

    For every float32 ``x``: ``x <= threshold`` if and only if ``x <= snap_down(threshold)``.

    Examples
    --------
    >>> float(snap_down(np.array([16777217.0]))[0])
    16777216.0
    """
    with np.errstate(over="ignore"):
        nearest = thresholds.astype(np.float32)
    below = np.nextafter(nearest, np.float32(-np.inf))
    return np.where(nearest > thresholds, below, nearest).astype(np.float64)


def snap_histogram_trees(estimator: object) -> None:
    """Round the thresholds of all histogram trees within a fitted estimator down, in place.

    Raises UnexportableTreeError for splits of `categorical_features`, which the converter would
    read as splits of numbers.
    """
    for part in _walk(estimator):
        for predictor in _histogram_predictors(part):
            nodes = predictor.nodes
            if nodes["is_categorical"].any():
                msg = (
                    f"{type(part).__name__} with categorical_features cannot be exported to ONNX; "
                    "give each category a column with OneHotEncoder(handle_unknown='ignore')"
                )
                raise UnexportableTreeError(msg)
            nodes["num_threshold"] = snap_down(nodes["num_threshold"])


def missing_directions(estimator: object) -> Iterator[tuple[list[int], list[int]]]:
    """Yield of each tree or forest its nodes' features and whether a NaN goes to the true branch.

    Both lists are as the converter numbers the nodes; a leaf has feature 0. Histogram trees are
    left out, because theirs are exported as they are.
    """
    for part in _walk(estimator):
        trees = _node_trees(part)
        if trees:
            features = np.concatenate([np.maximum(tree.feature, 0) for tree in trees])
            to_left = np.concatenate(
                [tree.missing_go_to_left.astype(bool) & (tree.feature >= 0) for tree in trees]
            )
            yield features.tolist(), to_left.astype(int).tolist()


def split_thresholds(estimator: object) -> dict[int, NDArray[np.float64]]:
    """Return the thresholds of all trees within a fitted estimator, by the index of the feature."""
    found: dict[int, list[NDArray[np.float64]]] = {}
    for part in _walk(estimator):
        for features, thresholds in _splits(part):
            for feature in np.unique(features):
                found.setdefault(int(feature), []).append(thresholds[features == feature])
    return {feature: np.unique(np.concatenate(parts)) for feature, parts in found.items()}


def _splits(part: Any) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float64]]]:  # noqa: ANN401 - scikit-learn has no types
    for tree in _node_trees(part):
        # A split that only parts missing values from the others has an infinite threshold.
        inner = (tree.feature >= 0) & np.isfinite(tree.threshold)
        yield tree.feature[inner], tree.threshold[inner]
    for predictor in _histogram_predictors(part):
        nodes = predictor.nodes[predictor.nodes["is_leaf"] == 0]
        finite = np.isfinite(nodes["num_threshold"])
        yield nodes["feature_idx"][finite].astype(np.int64), nodes["num_threshold"][finite]


def _walk(estimator: Any) -> Iterator[Any]:  # noqa: ANN401 - scikit-learn has no types
    """Yield an estimator and every fitted estimator that it is made of."""
    yield estimator
    for name in _PARTS:
        value = getattr(estimator, name, None)
        if isinstance(value, np.ndarray):
            value = value.ravel().tolist()
        for part in value if isinstance(value, list) else [value]:
            inner = part[1] if isinstance(part, tuple) else part
            if inner is not None and not isinstance(inner, str):
                yield from _walk(inner)


def _node_trees(part: Any) -> list[Any]:  # noqa: ANN401 - scikit-learn has no types
    """Return the trees that one ONNX operator is made of: a tree's own, or a forest's."""
    if hasattr(part, "tree_"):
        return [part.tree_]
    trees = getattr(part, "estimators_", None)
    if isinstance(trees, list) and all(hasattr(tree, "tree_") for tree in trees):
        return [tree.tree_ for tree in trees]
    return []


def _histogram_predictors(part: Any) -> Iterator[Any]:  # noqa: ANN401 - scikit-learn has no types
    for iteration in getattr(part, "_predictors", ()):
        yield from iteration
