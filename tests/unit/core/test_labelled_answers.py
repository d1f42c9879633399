import numpy as np
import pytest
from numpy.typing import NDArray

from functions.contracts.model_spec import Task
from functions.core import labelled_answers
from functions.core.labelled_answers import LabelledAnswers, compare_paired, score_both
from tests.unit.core.rollout_world import METRIC, answers

BINARY = Task.BINARY_CLASSIFICATION


def both(
    rows: int, *, seed: int = 1, noise: float = 0.0
) -> tuple[NDArray[np.float64], NDArray[np.float32], NDArray[np.float32]]:
    """Labelled rows, and a challenger that answers as the champion does but for some noise."""
    rng = np.random.default_rng(seed)
    sample = answers(rng, rows, roc_auc=0.85, positive_rate=0.3)
    logit = np.log(sample.outputs[:, 1] / sample.outputs[:, 0])
    positive = 1 / (1 + np.exp(-(logit + noise * rng.standard_normal(rows))))
    challenger = np.stack([1 - positive, positive], axis=1).astype(np.float32)
    return sample.truth.astype(np.float64), sample.outputs, challenger


def test_keeps_every_bit() -> None:
    arrays = both(50, noise=1.0)

    answered = LabelledAnswers.of(*arrays)

    read = LabelledAnswers.model_validate_json(answered.model_dump_json())
    assert (read.seen, read.kept) == (50, 50)
    for kept, given in zip(read.arrays(), arrays, strict=True):
        assert kept.dtype == given.dtype
        np.testing.assert_array_equal(kept, given)


def test_parts_follow_each_other() -> None:
    truth, champion, challenger = both(90, noise=1.0)
    parts = [
        LabelledAnswers.of(truth[part], champion[part], challenger[part])
        for part in (slice(0, 20), slice(20, 20), slice(20, 90))
    ]

    joined = parts[0].followed_by(parts[1]).followed_by(parts[2])

    assert joined == LabelledAnswers.of(truth, champion, challenger)
    assert LabelledAnswers().followed_by(joined) == joined == joined.followed_by(LabelledAnswers())


def test_keeps_the_first_rows_and_counts_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labelled_answers, "MAXIMUM_LABELLED_ROWS", 30)
    arrays = both(50)
    whole = LabelledAnswers.of(*arrays)

    joined = LabelledAnswers.of(*(part[:20] for part in arrays)).followed_by(
        LabelledAnswers.of(*(part[20:] for part in arrays))
    )

    assert (whole.seen, whole.kept) == (50, 30)
    assert joined == whole


def test_scores_both_versions_on_the_same_rows() -> None:
    champion, challenger = score_both(BINARY, LabelledAnswers.of(*both(2000, noise=2.0)))

    assert champion[METRIC] == pytest.approx(0.85, abs=0.02)
    assert challenger[METRIC] < champion[METRIC] - 0.02
    assert score_both(BINARY, LabelledAnswers()) == ({}, {})


@pytest.mark.slow
def test_a_paired_interval_holds_the_difference_as_often_as_it_says() -> None:
    found = [
        compare_paired(METRIC, BINARY, LabelledAnswers.of(*both(400, seed=seed, noise=1.0)))
        for seed in range(600)
    ]
    truth = np.mean([each.difference for each in found if each])

    below = np.mean([each.lower <= truth for each in found if each and each.lower is not None])
    above = np.mean([each.upper >= truth for each in found if each and each.upper is not None])

    assert below == pytest.approx(0.95, abs=0.025)
    assert above == pytest.approx(0.95, abs=0.025)


def test_pairing_shows_with_a_thousand_rows_what_two_samples_would_not() -> None:
    comparison = compare_paired(METRIC, BINARY, LabelledAnswers.of(*both(1000, noise=1.0)))

    assert comparison is not None
    assert comparison.upper is not None
    assert comparison.upper < 0.0
    assert "on the same 1,000 rows" in comparison.reason


def test_a_thousand_replayed_rows_show_a_loss_of_three_points() -> None:
    """A challenger that is the champion plus noise, ROC AUC 0.85 against 0.82."""
    found = [
        compare_paired(METRIC, BINARY, LabelledAnswers.of(*both(1000, seed=seed, noise=0.8)))
        for seed in range(100)
    ]

    assert np.mean([each.difference for each in found if each]) == pytest.approx(-0.03, abs=0.005)
    assert np.mean([each.upper < 0.0 for each in found if each and each.upper is not None]) > 0.95


def test_equal_answers_differ_by_exactly_nothing() -> None:
    truth, champion, _ = both(500)

    comparison = compare_paired(METRIC, BINARY, LabelledAnswers.of(truth, champion, champion))

    assert comparison is not None
    assert (comparison.lower, comparison.difference, comparison.upper) == (0.0, 0.0, 0.0)


def test_few_rows_have_a_difference_without_bounds() -> None:
    comparison = compare_paired(METRIC, BINARY, LabelledAnswers.of(*both(99, noise=1.0)))

    assert comparison is not None
    assert comparison.lower is None
    assert comparison.reason.endswith("of 99 labelled rows, 100 needed to tell")


def test_undetermined_scores_have_no_comparison() -> None:
    truth, champion, challenger = both(200)
    of_one_class = LabelledAnswers.of(np.zeros_like(truth), champion, challenger)

    assert compare_paired(METRIC, BINARY, LabelledAnswers()) is None
    assert compare_paired(METRIC, BINARY, of_one_class) is None
