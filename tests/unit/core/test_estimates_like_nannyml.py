"""Estimates of quality beside those of NannyML 0.13.1, on its own sets, from profiles alone."""

from functools import cache

import numpy as np
import pytest

from functions.contracts.estimates import (
    Calibration,
    Estimator,
    QualityEstimate,
    QualityVerdict,
)
from functions.contracts.model_spec import Task
from functions.core.calibration import fit_calibration
from functions.core.estimate_fitting import fit_estimator
from functions.core.estimates import estimate_quality, summarize_answers
from functions.core.profile import profile_predictions
from functions.core.scores import score_outputs
from tests.unit.core.nannyml_world import as_outputs, chunks, nannyml_arrays, nannyml_estimates

NO_ROWS = np.empty((0, 0), dtype=np.float32)
BINARY, MULTICLASS = Task.BINARY_CLASSIFICATION, Task.MULTICLASS_CLASSIFICATION


@cache
def estimator_of(name: str) -> Estimator:
    """Return an estimator that calibrates what NannyML has decided to calibrate."""
    stored = nannyml_arrays(name)
    scores = stored["reference_scores"]
    estimator = fit_estimator(
        BINARY if scores.ndim == 1 else MULTICLASS,
        stored["reference_truth"].astype(np.int64),
        as_outputs(scores) if scores.ndim == 1 else scores,
        chunk_rows=nannyml_estimates(name)["chunk_rows"],
    )
    decided = zip(estimator.calibrations, nannyml_estimates(name)["calibrated"], strict=True)
    kept = tuple(own if is_calibrated else Calibration() for own, is_calibrated in decided)
    return estimator.model_copy(update={"calibrations": kept})


@cache
def estimates_of(name: str) -> tuple[dict[str, QualityEstimate], ...]:
    """Return each chunk's estimates by metric, from the profile of its answers and its sums."""
    estimator = estimator_of(name)
    estimated = []
    for (scores,) in chunks(name, "scores"):
        outputs = as_outputs(scores) if scores.ndim == 1 else scores
        profile = profile_predictions(estimator.task, outputs)
        sums = summarize_answers(estimator, NO_ROWS, outputs)
        found = estimate_quality(estimator, profile, sums)
        estimated.append({each.metric: each for each in found})
    return tuple(estimated)


def values(name: str, metric: str) -> list[float]:
    return [chunk[metric].value for chunk in estimates_of(name)]


def theirs(name: str, metric: str, column: str) -> list[float]:
    found: list[float] = nannyml_estimates(name)["metrics"][metric][column]
    return found


@pytest.mark.parametrize(("name", "bound"), [("car_loan", 1e-8), ("census", 2e-4), ("cards", 1e-4)])
def test_estimates_what_nannyml_estimates(name: str, bound: float) -> None:
    for metric in nannyml_estimates(name)["metrics"]:
        ours = values(name, metric)

        assert ours == pytest.approx(theirs(name, metric, "value"), abs=bound), metric


@pytest.mark.parametrize("name", ["car_loan", "census"])
def test_calibrates_what_nannyml_calibrates(name: str) -> None:
    stored = nannyml_arrays(name)
    scores, positive = stored["reference_scores"].astype(np.float64), stored["reference_truth"] == 1

    calibration = fit_calibration(scores, positive)

    assert nannyml_estimates(name)["calibrated"] == [True]
    assert calibration.error_after < 0.3 * calibration.error_before


@pytest.mark.parametrize("name", ["car_loan", "census"])
def test_has_the_thresholds_of_nannyml_where_the_chunks_are_of_one_size(name: str) -> None:
    for metric in ("roc_auc_score", "accuracy_score", "f1_score"):
        first = estimates_of(name)[0][metric]

        assert first.lower_threshold == pytest.approx(theirs(name, metric, "lower_threshold")[0])
        assert first.upper_threshold == pytest.approx(theirs(name, metric, "upper_threshold")[0])


def test_alarms_on_the_two_bad_chunks_of_the_census_and_on_no_other() -> None:
    verdicts = [chunk["roc_auc_score"].verdict for chunk in estimates_of("census")]

    assert len(verdicts) == 42
    assert [
        index for index, verdict in enumerate(verdicts) if verdict is not QualityVerdict.OK
    ] == [
        27,
        28,
    ]
    assert {verdicts[27], verdicts[28]} == {QualityVerdict.LOSS}
    realised = theirs("census", "roc_auc_score", "realised")
    assert sorted(np.argsort(realised)[:2].tolist()) == [27, 28]


@pytest.mark.parametrize("name", ["car_loan", "census", "cards"])
def test_alarms_where_nannyml_alarms(name: str) -> None:
    for metric in ("roc_auc_score", "accuracy_score"):
        alarms = [chunk[metric].verdict is not QualityVerdict.OK for chunk in estimates_of(name)]

        assert alarms == [bool(each) for each in theirs(name, metric, "alert")], metric


@pytest.mark.parametrize(("name", "bound"), [("census", 0.005), ("car_loan", 0.003)])
def test_is_near_what_the_labels_say(name: str, bound: float) -> None:
    real = [
        score_outputs(BINARY, truth.astype(np.int64), as_outputs(scores))["roc_auc_score"]
        for scores, truth in chunks(name, "scores", "truth")
    ]

    errors = np.abs(np.array(values(name, "roc_auc_score")) - real)

    assert errors.mean() <= bound


def test_sees_only_a_part_of_what_comes_of_other_outcomes_for_the_same_rows() -> None:
    estimated = np.array(values("cards", "roc_auc_score"))
    realised = np.array(theirs("cards", "roc_auc_score", "realised"))

    assert np.abs(estimated - realised)[:5].max() < 0.006
    assert (estimated - realised)[5:].min() > 0.05


@pytest.mark.parametrize(
    "metric", ["accuracy_score", "precision_score", "recall_score", "specificity_score"]
)
def test_has_the_sampling_error_of_nannyml_where_that_is_a_shares(metric: str) -> None:
    ours = [chunk[metric].sampling_error for chunk in estimates_of("census")]

    assert ours == pytest.approx(theirs("census", metric, "sampling_error"), rel=1e-7)


@pytest.mark.slow
def test_has_twice_its_sampling_error_of_the_roc_auc_for_it_counts_both_classes() -> None:
    stored = nannyml_arrays("census")
    scores, truth = stored["reference_scores"], stored["reference_truth"].astype(np.int64)
    rng = np.random.default_rng(1)
    drawn = []
    for _ in range(200):
        rows = rng.integers(0, len(truth), 5000)
        outputs = as_outputs(scores[rows])
        drawn.append(score_outputs(BINARY, truth[rows], outputs)["roc_auc_score"])

    ours = estimates_of("census")[0]["roc_auc_score"].sampling_error

    assert ours == pytest.approx(np.std(drawn), rel=0.15)
    assert theirs("census", "roc_auc_score", "sampling_error")[0] < 0.6 * np.std(drawn)
