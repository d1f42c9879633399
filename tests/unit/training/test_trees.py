import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import (
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    RandomForestRegressor,
)
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeRegressor

from functions.training.trees import (
    UnexportableTreeError,
    missing_directions,
    snap_down,
    snap_histogram_trees,
    split_thresholds,
)
from tests.unit.training.world import rows

NUMBERS = st.floats(allow_nan=False, width=64)


@given(NUMBERS, st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_decides_about_every_float32_as_the_threshold_did(threshold: float, value: float) -> None:
    snapped = float(snap_down(np.array([threshold]))[0])

    assert (value <= snapped) == (value <= threshold)


@given(st.floats(-1e38, 1e38), st.integers(-2, 2))
def test_decides_so_beside_the_threshold_too(threshold: float, steps: int) -> None:
    value = np.float32(threshold)
    for _ in range(abs(steps)):
        value = np.nextafter(value, np.float32(np.sign(steps) * np.inf))

    assert (value <= snap_down(np.array([threshold]))[0]) == (np.float64(value) <= threshold)


@given(NUMBERS)
def test_gives_a_float32(threshold: float) -> None:
    snapped = snap_down(np.array([threshold]))

    assert snapped.astype(np.float32).astype(np.float64) == snapped


def test_leaves_the_pipeline_s_answers_as_they_are() -> None:
    held = rows(2_000)
    pipeline = Pipeline([("trees", HistGradientBoostingClassifier(max_iter=30, random_state=0))])
    pipeline.fit(held.x, held.y)
    before = pipeline.predict_proba(held.x)

    snap_histogram_trees(pipeline)

    np.testing.assert_array_equal(pipeline.predict_proba(held.x), before)


def test_refuses_splits_of_categories() -> None:
    held = rows(500)
    trees = HistGradientBoostingClassifier(max_iter=5, categorical_features=[4], random_state=0)
    signal = (held.x[:, 4] == 1).astype(int)

    with pytest.raises(UnexportableTreeError, match="categorical_features cannot be exported"):
        snap_histogram_trees(trees.fit(held.x, signal))


@pytest.mark.parametrize("estimator", [DecisionTreeRegressor(), RandomForestRegressor(3)])
def test_tells_where_missing_values_go(estimator: object) -> None:
    held = rows(500, 0, missing=0.3)
    estimator.fit(held.x, held.y)  # type: ignore[attr-defined]

    features, to_true = next(missing_directions(estimator))

    assert len(features) == len(to_true)
    assert set(to_true) == {0, 1}


@pytest.mark.parametrize(
    "estimator",
    [
        DecisionTreeRegressor(max_depth=3),
        GradientBoostingRegressor(n_estimators=3),
        HistGradientBoostingClassifier(max_iter=3),
    ],
)
def test_finds_the_thresholds_of_each_feature(estimator: object) -> None:
    held = rows(500, 2, missing=0.0)
    estimator.fit(held.x, held.y)  # type: ignore[attr-defined]

    found = split_thresholds(estimator)

    assert found.keys() <= set(range(6))
    for feature, thresholds in found.items():
        column = held.x[:, feature]
        assert ((thresholds >= column.min()) & (thresholds <= column.max())).all()
