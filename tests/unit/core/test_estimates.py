import json
from pathlib import Path

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
    QualityEstimate,
    QualityVerdict,
)
from functions.contracts.model_spec import Task
from functions.core.estimates import (
    EstimateMismatchError,
    estimate_quality,
    merge_sums,
    summarize_answers,
)
from functions.core.profile import profile_predictions

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
BINARY, MULTICLASS, REGRESSION = Task
NO_FEATURES = np.empty((0, 0), np.float32)


def reference(metric: str, mean: float, deviation: float = 0.01) -> MetricReference:
    return MetricReference(
        metric=metric, mean=mean, deviation=deviation, chunk_rows=1000, row_deviation=0.3
    )


def binary(*references: MetricReference) -> Estimator:
    return Estimator(task=BINARY, rows=10_000, references=references, calibrations=(Calibration(),))


def regression() -> Estimator:
    learned = LossTrees(
        baseline=0.0,
        trees=(LossTree(features=(0, -1, -1), bins=(0,), missing_left=(True,), values=(2.0, 4.0)),),
    )
    return Estimator(
        task=REGRESSION,
        rows=1000,
        references=(reference("mean_absolute_error", 2.0),),
        loss_model=LossModel(edges=((0.5,), ()), absolute=learned, squared=learned),
    )


def multiclass(classes: int = 3) -> Estimator:
    return Estimator(
        task=MULTICLASS,
        rows=1000,
        references=(reference("accuracy_score", 0.6),),
        calibrations=(Calibration(),) * classes,
    )


def judge(probability: float, rows: int, mean: float) -> QualityEstimate:
    """Judge the accuracy of a window in which every answer is the same."""
    outputs = np.tile(np.float32([1 - probability, probability]), (rows, 1))
    (found,) = estimate_quality(
        binary(reference("accuracy_score", mean)), profile_predictions(BINARY, outputs)
    )
    return found


def test_estimates_a_binary_classifier_from_the_profile_of_its_answers_alone() -> None:
    found = judge(0.75, 1000, mean=0.75)

    assert (found.value, found.rows) == (0.75, 1000)
    assert found.sampling_error == pytest.approx(0.3 / np.sqrt(1000))
    assert (found.lower, found.upper) == pytest.approx(
        (0.75 - 0.9 / np.sqrt(1000), 0.75 + 0.9 / np.sqrt(1000))
    )
    assert (found.lower_threshold, found.upper_threshold) == pytest.approx((0.72, 0.78))
    assert found.verdict is QualityVerdict.OK
    assert found.reason == (
        "accuracy_score is estimated 0.75 on 1,000 rows without labels, within 0.72 to 0.78 "
        "(0.75 on held-out rows)"
    )


@pytest.mark.parametrize(
    ("probability", "verdict", "words"),
    [(0.7, QualityVerdict.LOSS, "below 0.72"), (0.8, QualityVerdict.GAIN, "above 0.78")],
)
def test_tells_a_loss_from_a_gain(probability: float, verdict: QualityVerdict, words: str) -> None:
    found = judge(probability, 1000, mean=0.75)

    assert found.verdict is verdict
    assert words in found.reason


def test_knows_that_more_of_an_error_is_a_loss() -> None:
    sums = summarize_answers(
        regression(), np.ones((900, 1), np.float32), np.zeros((900, 1), np.float32)
    )

    (found,) = estimate_quality(regression(), None, sums)

    assert found.value == 4.0
    assert found.verdict is QualityVerdict.LOSS
    assert found.upper_threshold is not None
    assert found.value > found.upper_threshold


SAMPLING = 0.3**2 / 1000
LASTING = 0.02**2 - SAMPLING


@pytest.mark.parametrize(
    ("rows", "deviation", "variance"),
    [
        (1000, 0.01, 0.01**2),
        (1000, 0.02, 0.02**2),
        (100, 0.02, 0.02**2 + 9 * SAMPLING),
        (100, 0.005, 0.005**2 + 9 * SAMPLING),
        (1001, 0.02, 0.02**2),  # what is known of the mean outweighs one row
        (100_000, 0.02, LASTING + SAMPLING / 100 + SAMPLING / 10),
        (100_000, 0.009, SAMPLING / 100 + SAMPLING / 10),
    ],
)
def test_has_thresholds_for_as_many_rows_as_there_are(
    rows: int, deviation: float, variance: float
) -> None:
    outputs = np.tile(np.float32([0.25, 0.75]), (rows, 1))
    estimator = binary(reference("accuracy_score", 0.5, deviation))

    (found,) = estimate_quality(estimator, profile_predictions(BINARY, outputs))

    assert found.lower_threshold == pytest.approx(max(0.0, 0.5 - 3 * np.sqrt(variance)))


def test_allows_a_faultless_model_the_errors_that_its_held_out_rows_cannot_rule_out() -> None:
    faultless = MetricReference(
        metric="accuracy_score", mean=1.0, deviation=0.0, chunk_rows=1000, row_deviation=0.0
    )
    outputs = np.tile(np.float32([0.0002, 0.9998]), (5000, 1))

    (found,) = estimate_quality(binary(faultless), profile_predictions(BINARY, outputs))

    assert found.lower_threshold == pytest.approx(1.0 - 3 / 10_000)
    assert found.verdict is QualityVerdict.OK


def test_tells_and_does_not_judge_what_comes_of_few_rows() -> None:
    found = judge(0.6, 29, mean=0.99)

    assert found.verdict is QualityVerdict.NOT_JUDGED
    assert (found.lower_threshold, found.upper_threshold) == (None, None)
    assert "too few to judge; 30 are needed" in found.reason


def test_keeps_bounds_within_the_possible() -> None:
    found = judge(0.99, 40, mean=0.99)

    assert (found.upper, found.upper_threshold) == (1.0, 1.0)


def test_says_nothing_without_an_estimator_without_rows_or_without_answers() -> None:
    nothing = profile_predictions(BINARY, np.full((5, 2), np.nan, np.float32))
    empty = summarize_answers(multiclass(), NO_FEATURES, np.empty((0, 3), np.float32))

    assert summarize_answers(None, NO_FEATURES, np.ones((2, 2), np.float32)) is None
    assert estimate_quality(None, nothing) == ()
    assert estimate_quality(binary(reference("accuracy_score", 0.5)), nothing) == ()
    assert estimate_quality(binary(reference("accuracy_score", 0.5)), None) == ()
    assert estimate_quality(multiclass(), None, None) == ()
    assert estimate_quality(multiclass(), None, empty) == ()


def test_leaves_out_a_score_that_the_rows_do_not_determine() -> None:
    certain = profile_predictions(BINARY, np.tile(np.float32([1, 0]), (50, 1)))
    estimator = binary(reference("roc_auc_score", 0.9), reference("accuracy_score", 0.9))

    assert [each.metric for each in estimate_quality(estimator, certain)] == ["accuracy_score"]


def test_needs_no_sums_of_a_binary_classifier_and_merges_those_of_others() -> None:
    outputs = np.tile(np.float32([0.5, 0.3, 0.2]), (10, 1))
    sums = summarize_answers(multiclass(), NO_FEATURES, outputs)
    binary_sums = summarize_answers(binary(), NO_FEATURES, np.ones((2, 2), np.float32))
    together = merge_sums(sums, sums)

    assert binary_sums is None
    assert merge_sums(None, None) is None
    assert merge_sums(None, sums) is merge_sums(sums, None) is sums
    assert together is not None
    assert together.rows == 20


def test_refuses_sums_and_profiles_of_another_model() -> None:
    classes = summarize_answers(multiclass(), NO_FEATURES, np.ones((4, 3), np.float32))
    four = summarize_answers(multiclass(4), NO_FEATURES, np.ones((4, 4), np.float32))
    losses = summarize_answers(
        regression(), np.ones((4, 1), np.float32), np.ones((4, 1), np.float32)
    )
    likeliest = profile_predictions(MULTICLASS, np.ones((4, 3), np.float32))

    with pytest.raises(EstimateMismatchError, match="sums of classes do not merge"):
        merge_sums(classes, losses)
    with pytest.raises(
        EstimateMismatchError, match="have 4 classes, the estimator was fitted on 3"
    ):
        merge_sums(classes, four)
    with pytest.raises(EstimateMismatchError, match="sums of losses are none of a multiclass"):
        estimate_quality(multiclass(), None, losses)
    with pytest.raises(EstimateMismatchError, match="a categorical prediction is none"):
        estimate_quality(binary(), likeliest)
    with pytest.raises(
        EstimateMismatchError, match="have 3 columns, the estimator was fitted on 2"
    ):
        summarize_answers(regression(), np.ones((4, 2), np.float32), np.ones((4, 1), np.float32))


@pytest.mark.parametrize("name", ["estimator_v1_classes", "estimator_v1_losses"])
def test_reads_what_was_stored(name: str) -> None:
    text = (GOLDEN / f"{name}.json").read_text(encoding="utf-8")

    estimator = Estimator.model_validate_json(text)

    assert json.loads(estimator.model_dump_json()) == json.loads(text)
    outputs: NDArray[np.float32] = np.tile(np.float32([0.2, 0.5, 0.3]), (40, 1))
    if estimator.task is REGRESSION:
        outputs = outputs[:, :1]
    sums = summarize_answers(estimator, np.ones((40, 1), np.float32), outputs)
    (found,) = estimate_quality(estimator, None, sums)
    assert found.value == (4.0 if estimator.task is REGRESSION else pytest.approx(5 / 7))
