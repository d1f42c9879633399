import numpy as np
import pytest
from numpy.typing import NDArray

from functions.contracts.estimates import (
    Calibration,
    Estimator,
    LossModel,
    LossTree,
    LossTrees,
    MetricReference,
)
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.contracts.model_spec import Task
from functions.contracts.profile import Profile
from functions.core.attribution_loss import explain_loss
from functions.core.estimates import estimate_quality, summarize_answers
from functions.core.profile import profile_matrix, profile_predictions
from functions.core.reference_rows import ReferenceRows

Matrix = NDArray[np.float32]

SCHEMA = FeatureSchema(
    features=(
        Feature(name="amount", type="number"),
        Feature(name="noise", type="number"),
        Feature(name="kind", type="string", categories=("easy", "hard")),
    )
)
RMSE = "root_mean_squared_error"


def rows(
    count: int, seed: int, *, mean: float = 0.0, hard: float = 0.3, other: float = 0.0
) -> Matrix:
    rng = np.random.default_rng(seed)
    columns = (
        rng.normal(mean, 1.0, count),
        rng.normal(other, 1.0, count),
        rng.random(count) < hard,
    )
    return np.stack(columns, axis=1).astype(np.float32)


def answers(matrix: Matrix) -> Matrix:
    """Rows of a large amount are certain, hard ones are not."""
    slope = np.where(matrix[:, 2] == 1.0, 0.3, 3.0)
    positive = 1.0 / (1.0 + np.exp(-slope * matrix[:, 0]))
    return np.stack([1.0 - positive, positive], axis=1).astype(np.float32)


def three_answers(matrix: Matrix) -> Matrix:
    """Rows of a large amount are of one class, of a small one of another, near 0 of any."""
    slope = np.where(matrix[:, 2] == 1.0, 0.3, 3.0)
    likely = np.exp(slope * np.stack([-matrix[:, 0], 0.0 * matrix[:, 0], matrix[:, 0]]))
    return (likely / likely.sum(axis=0)).T.astype(np.float32)


def profile(matrix: Matrix) -> Profile:
    return profile_matrix(SCHEMA, matrix)


def classifier(metric: str, classes: int = 1) -> Estimator:
    reference = MetricReference(
        metric=metric, mean=0.8, deviation=0.01, chunk_rows=100, row_deviation=0.4
    )
    task = Task.BINARY_CLASSIFICATION if classes == 1 else Task.MULTICLASS_CLASSIFICATION
    return Estimator(
        task=task, rows=100, references=(reference,), calibrations=(Calibration(),) * classes
    )


def regression() -> Estimator:
    """Expects an error of 4 of hard rows, of 2 of others."""
    absolute, squared = (
        LossTrees(
            baseline=0.0,
            trees=(LossTree(features=(2, -1, -1), bins=(0,), missing_left=(True,), values=values),),
        )
        for values in ((2.0, 4.0), (4.0, 16.0))
    )
    reference = MetricReference(
        metric=RMSE, mean=3.0, deviation=0.1, chunk_rows=100, row_deviation=1.0
    )
    return Estimator(
        task=Task.REGRESSION,
        rows=100,
        references=(reference,),
        loss_model=LossModel(edges=((), (), (0.5,), ()), absolute=absolute, squared=squared),
    )


REFERENCE = rows(20_000, 1)


@pytest.mark.parametrize("metric", ["roc_auc_score", "log_loss_error", "accuracy_score"])
def test_finds_the_one_feature_that_costs(metric: str) -> None:
    past = ReferenceRows(REFERENCE, answers(REFERENCE))
    now = rows(20_000, 2, hard=0.8, other=1.0)
    estimator = classifier(metric)

    found = explain_loss(estimator, SCHEMA, past, profile(now), metric=metric)

    assert found is not None
    values = []
    for matrix in (REFERENCE, now):
        prediction = profile_predictions(Task.BINARY_CLASSIFICATION, answers(matrix))
        values.append(estimate_quality(estimator, prediction)[0].value)
    loss = abs(values[0] - values[1])
    assert found.by_feature["kind"] == pytest.approx(loss, rel=0.1)
    assert abs(found.by_feature["noise"]) < 0.1 * loss
    assert abs(found.by_feature["amount"]) < 0.1 * loss


@pytest.mark.parametrize(
    "metric", ["roc_auc_score", "log_loss_error", "accuracy_score", "f1_score", "brier_error"]
)
def test_finds_the_one_feature_that_costs_three_classes(metric: str) -> None:
    past = ReferenceRows(REFERENCE, three_answers(REFERENCE))
    now = rows(20_000, 2, hard=0.8, other=1.0)
    estimator = classifier(metric, classes=3)

    found = explain_loss(estimator, SCHEMA, past, profile(now), metric=metric)

    assert found is not None
    before, after = (
        estimate_quality(
            estimator, None, summarize_answers(estimator, matrix, three_answers(matrix))
        )[0].value
        for matrix in (REFERENCE, now)
    )
    loss = abs(before - after)
    assert loss > 0.05
    assert found.by_feature["kind"] == pytest.approx(loss, rel=0.1)
    assert abs(found.by_feature["noise"]) < 0.1 * loss
    assert abs(found.by_feature["amount"]) < 0.1 * loss


def test_rows_without_an_answer_of_each_class_explain_nothing() -> None:
    outputs = three_answers(REFERENCE)
    outputs[:10_000, 1] = np.nan
    estimator, now = classifier("accuracy_score", classes=3), profile(rows(9000, 2, hard=0.8))

    found, half = (
        explain_loss(estimator, SCHEMA, past, now, metric="accuracy_score")
        for past in (
            ReferenceRows(REFERENCE, outputs),
            ReferenceRows(REFERENCE[10_000:], outputs[10_000:]),
        )
    )

    assert found is not None
    assert half is not None
    assert found.by_feature["kind"] == pytest.approx(half.by_feature["kind"], rel=0.1)
    nothing = ReferenceRows(REFERENCE, np.full_like(outputs, np.nan))
    assert explain_loss(estimator, SCHEMA, nothing, now, metric="accuracy_score") is None


def test_calls_a_gain_less_than_nothing() -> None:
    past = ReferenceRows(REFERENCE, answers(REFERENCE))

    found = explain_loss(
        classifier("roc_auc_score"),
        SCHEMA,
        past,
        profile(rows(9000, 2, hard=0.0)),
        metric="roc_auc_score",
    )

    assert found is not None
    assert found.by_feature["kind"] < -0.02


def test_explains_the_errors_of_a_regression() -> None:
    past = ReferenceRows(REFERENCE, REFERENCE[:, :1])

    found = explain_loss(regression(), SCHEMA, past, profile(rows(9000, 2, hard=1.0)), metric=RMSE)

    assert found is not None
    usual = np.sqrt(np.where(REFERENCE[:, 2] == 1.0, 16.0, 4.0).mean())
    assert found.by_feature["kind"] == pytest.approx(4.0 - usual)
    assert abs(found.by_feature["amount"]) < 0.05


def test_estimates_nothing_of_an_unknown_metric() -> None:
    past = ReferenceRows(REFERENCE, answers(REFERENCE))

    assert explain_loss(regression(), SCHEMA, past, profile(REFERENCE), metric="r2_score") is None


def test_says_nothing_of_personal_features_and_of_what_no_row_resembles() -> None:
    hidden = SCHEMA.features[0].model_copy(update={"pii": True})
    schema = FeatureSchema(features=(hidden, *SCHEMA.features[1:]))
    past = ReferenceRows(REFERENCE, answers(REFERENCE))
    now = rows(500, 2)
    now[:, 2] = -1.0

    found = explain_loss(
        classifier("roc_auc_score"), schema, past, profile(now), metric="roc_auc_score"
    )

    assert found is not None
    assert set(found.by_feature) == {"noise", "kind"}
    assert found.by_feature["kind"] == 0.0
