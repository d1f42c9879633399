import numpy as np
import pytest

from functions.contracts.estimates import LossModel, QualityVerdict
from functions.contracts.model_spec import Task
from functions.core.dle import bin_rows, expected_losses
from functions.core.estimate_fitting import fit_estimator
from functions.core.estimates import estimate_quality, summarize_answers
from functions.training.loss_model import _fit_trees, fit_loss_model
from tests.unit.core.nannyml_world import chunks, nannyml_arrays, nannyml_estimates

FEATURES = (
    "car_age",
    "km_driven",
    "price_new",
    "accident_count",
    "door_count",
    "fuel",
    "transmission",
)
METRICS = ("mean_absolute_error", "mean_squared_error", "root_mean_squared_error")
pytestmark = pytest.mark.slow


def test_expects_in_numpy_what_the_trees_of_scikit_learn_expect() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(3000, 4)).astype(np.float32)
    x[rng.random(x.shape) < 0.1] = np.nan
    x[:, 3] = rng.integers(-1, 3, 3000)
    predictions = rng.normal(size=3000).astype(np.float32).astype(np.float64)
    truth = predictions + rng.normal(size=3000) * (1.0 + np.nan_to_num(x[:, 0]) ** 2)
    rows = np.column_stack([x, predictions]).astype(np.float32)

    model = fit_loss_model(x, predictions, truth)
    stored = LossModel.model_validate_json(model.model_dump_json())
    learner = _fit_trees(rows.astype(np.float64), np.abs(truth - predictions))

    fresh = rng.normal(scale=2.0, size=(2000, 5)).astype(np.float32)
    fresh[rng.random(fresh.shape) < 0.2] = np.nan
    for sample in (rows, fresh):
        theirs = np.maximum(learner.predict(sample.astype(np.float64)), 0.0)
        ours = expected_losses(stored.absolute, bin_rows(stored, sample))
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_gives_the_same_trees_for_the_same_rows() -> None:
    rng = np.random.default_rng(2)
    x, predictions = rng.normal(size=(500, 2)).astype(np.float32), rng.normal(size=500)
    truth = rng.normal(size=500)

    assert fit_loss_model(x, predictions, truth) == fit_loss_model(x, predictions, truth)


def test_learns_a_mean_from_fewer_rows_than_a_split_needs() -> None:
    model = fit_loss_model(np.ones((8, 1), np.float32), np.zeros(8), np.arange(8.0))

    bins = bin_rows(model, np.float32([[1, 0]]))
    assert expected_losses(model.absolute, bins).tolist() == pytest.approx([3.5])
    assert expected_losses(model.squared, bins).tolist() == pytest.approx([17.5])


def test_learns_nothing_of_a_column_without_values() -> None:
    rng = np.random.default_rng(3)
    x, truth = rng.normal(size=(500, 2)).astype(np.float32), rng.normal(size=500)
    x[:, 0] = np.nan

    model = fit_loss_model(x, np.zeros(500), truth)

    trees = (*model.absolute.trees, *model.squared.trees)
    assert {feature for tree in trees for feature in tree.features} <= {-1, 1, 2}
    assert model.edges[0] == ()


def test_estimates_what_nannyml_estimates_of_the_car_prices() -> None:
    stored = nannyml_arrays("car_price")
    x = np.column_stack([stored[f"reference_{name}"] for name in FEATURES])
    outputs = stored["reference_predictions"].reshape(-1, 1)
    truth = stored["reference_truth"].astype(np.float64)
    learned = fit_loss_model(x, outputs[:, 0].astype(np.float64), truth)
    estimator = fit_estimator(Task.REGRESSION, truth, outputs, loss_model=learned, chunk_rows=2000)

    estimated = []
    for *columns, predictions in chunks("car_price", *FEATURES, "predictions"):
        sums = summarize_answers(estimator, np.column_stack(columns), predictions.reshape(-1, 1))
        found = estimate_quality(estimator, None, sums)
        estimated.append({each.metric: each for each in found})

    theirs = nannyml_estimates("car_price")["metrics"]
    for metric, bound in zip(METRICS, (0.02, 0.04, 0.02), strict=True):
        values = [chunk[metric].value for chunk in estimated]
        assert values == pytest.approx(theirs[metric]["value"], rel=bound), metric
        alarms = [chunk[metric].verdict is not QualityVerdict.OK for chunk in estimated]
        assert alarms == [bool(each) for each in theirs[metric]["alert"]], metric
        real = np.array(theirs[metric]["realised"])
        off, off_theirs = (np.abs(each - real).mean() for each in (values, theirs[metric]["value"]))
        assert off < 1.05 * off_theirs, metric
    errors = [chunk["mean_absolute_error"].sampling_error for chunk in estimated]
    assert errors == pytest.approx(theirs["mean_absolute_error"]["sampling_error"], rel=1e-6)
