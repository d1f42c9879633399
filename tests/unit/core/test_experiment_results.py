from datetime import timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.capture import GroundTruthLine
from functions.contracts.experiment import Experiment
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.contracts.model_spec import Label, Task
from functions.core import experiments
from functions.core.experiment_results import compare_arms, join_arms
from functions.core.experiments import ExperimentPlan
from functions.core.promotion import Cause
from functions.core.sequential import ScoredRows
from functions.core.traffic import Traffic, VersionTraffic
from tests.fakes.documents import NOW


def experiment(*challengers: int, minimum_rows: int = 100) -> Experiment:
    plan = ExperimentPlan(
        model="loan_default",
        name="deeper",
        shares=dict.fromkeys(challengers or (2,), 20.0),
        metric="roc_auc_score",
        minimum_rows=minimum_rows,
        ends_at=NOW + timedelta(days=7),
    )
    return experiments.begin(plan, 1, Task.BINARY_CLASSIFICATION, Cause("ann", "why not", NOW))


def scored(rows: int, *, noise: float, seed: int) -> ScoredRows:
    """Rows of both classes; the less noise, the better the answers."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, rows)
    p = 1 / (1 + np.exp(-(2.0 * truth - 1.0 + noise * rng.normal(size=rows))))
    return ScoredRows(truth, np.stack([1 - p, p], axis=1).astype(np.float32))


@pytest.mark.parametrize(
    ("champion_noise", "challenger_noise", "verdict"),
    [(2.0, 0.7, "better"), (0.7, 2.0, "worse"), (1.0, 1.0, "no_difference_proven")],
)
def test_says_which_version_is_better(
    champion_noise: float, challenger_noise: float, verdict: str
) -> None:
    arms = {
        1: scored(3000, noise=champion_noise, seed=1),
        2: scored(1000, noise=challenger_noise, seed=2),
    }

    result = compare_arms(experiment(2), Task.BINARY_CLASSIFICATION, arms, at=NOW)

    (comparison,) = result.comparisons
    assert (comparison.number, comparison.verdict) == (2, verdict)
    assert [(arm.number, arm.percent, arm.labelled_rows) for arm in result.arms] == [
        (1, 80.0, 3000),
        (2, 20.0, 1000),
    ]
    champion, challenger = (arm.score for arm in result.arms)
    assert champion is not None
    assert challenger is not None
    if verdict != "no_difference_proven":
        assert (challenger > champion) == (verdict == "better")


@pytest.mark.parametrize(
    ("champion_rows", "challenger_rows", "fewest"),
    [(3000, 99, "loan_default/2 has 99"), (0, 3000, "loan_default/1 has 0"), (0, 0, "/2 has 0")],
)
def test_says_nothing_below_the_minimum_sample(
    champion_rows: int, challenger_rows: int, fewest: str
) -> None:
    arms = {
        1: scored(champion_rows, noise=2.0, seed=1),
        2: scored(challenger_rows, noise=0.1, seed=2),
    }

    result = compare_arms(experiment(2), Task.BINARY_CLASSIFICATION, arms, at=NOW)

    assert result.comparisons[0].verdict == "too_few_rows"
    assert "too few rows yet" in result.comparisons[0].reason
    assert fewest in result.comparisons[0].reason
    assert result.arms[0].score is None or champion_rows


def test_compares_each_challenger_with_the_champion() -> None:
    arms = {
        1: scored(3000, noise=1.0, seed=1),
        2: scored(3000, noise=3.0, seed=2),
        3: scored(10, noise=1.0, seed=3),
    }

    result = compare_arms(experiment(2, 3), Task.BINARY_CLASSIFICATION, arms, at=NOW)

    assert [each.verdict for each in result.comparisons] == ["worse", "too_few_rows"]


@pytest.mark.slow
def test_is_wrong_about_equal_versions_as_seldom_as_it_says() -> None:
    wrong = 0
    for seed in range(40):
        champion, challenger = (
            scored(4000, noise=1.0, seed=2 * seed + 1000),
            scored(4000, noise=1.0, seed=2 * seed + 1001),
        )
        verdicts = {
            compare_arms(
                experiment(2),
                Task.BINARY_CLASSIFICATION,
                {1: first(champion, rows), 2: first(challenger, rows)},
                at=NOW,
            )
            .comparisons[0]
            .verdict
            for rows in range(500, 4001, 500)
        }
        wrong += bool(verdicts & {"better", "worse"})

    assert wrong <= 5  # P(more than 5 of 40 at 5%) is 1.4%


def first(rows: ScoredRows, count: int) -> ScoredRows:
    return ScoredRows(rows.truth[:count], rows.outputs[:count])


def spec(task: Task, classes: tuple[Label, ...]) -> ArtifactSpec:
    return ArtifactSpec(
        model="loan_default",
        task=task,
        feature_schema=FeatureSchema(features=(Feature(name="age", type="number"),)),
        target="repaid",
        classes=classes,
        maximum_rows=100,
        model_sha256="a" * 64,
    )


def part(version: int, variant: str, outputs: NDArray[np.float32], *ids: str) -> VersionTraffic:
    nothing = np.empty(0, dtype=np.int64)
    return VersionTraffic(version, variant, len(ids), 0, ids, outputs, nothing)


def truth(inference_id: str, value: Label | float) -> GroundTruthLine:
    return GroundTruthLine(
        model="loan_default",
        inference_id=inference_id,
        value=value,
        observed_at=NOW,
        received_at=NOW,
    )


def test_joins_the_rows_of_the_test_with_what_came_true() -> None:
    outputs = np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]], dtype=np.float32)
    traffic = Traffic(
        {
            (1, "champion"): part(1, "champion", outputs, "a", "b", "c"),
            (2, "ab-deeper"): part(2, "ab-deeper", outputs[:2], "d", "e"),
            (2, "by-number"): part(2, "by-number", outputs[:1], "f"),
        }
    )
    truths = {name: truth(name, value) for name, value in (("a", 0), ("c", 1.0), ("f", 1))}
    specs = dict.fromkeys((1, 2), spec(Task.BINARY_CLASSIFICATION, (0, 1)))

    arms = join_arms(experiment(2), traffic, truths, specs)

    assert arms[1].truth.tolist() == [0, 1]
    assert arms[1].outputs.tolist() == outputs[[0, 2]].tolist()
    assert len(arms[2].truth) == 0
    assert arms[2].outputs.shape == (0, 2)


def test_leaves_out_a_truth_that_is_no_class() -> None:
    outputs = np.array([[0.9, 0.1], [0.2, 0.8]], dtype=np.float32)
    traffic = Traffic({(1, "champion"): part(1, "champion", outputs, "a", "b")})
    truths = {"a": truth("a", "maybe"), "b": truth("b", 1)}
    specs = dict.fromkeys((1, 2), spec(Task.BINARY_CLASSIFICATION, (0, 1)))

    arms = join_arms(experiment(2), traffic, truths, specs)

    assert arms[1].truth.tolist() == [1]


def test_joins_the_values_of_a_regression() -> None:
    outputs = np.array([[1.5], [2.5]], dtype=np.float32)
    traffic = Traffic({(1, "champion"): part(1, "champion", outputs, "a", "b")})
    specs = dict.fromkeys((1, 2), spec(Task.REGRESSION, ()))

    arms = join_arms(experiment(2), traffic, {"b": truth("b", 3)}, specs)

    assert (arms[1].truth.tolist(), arms[1].outputs.tolist()) == ([3.0], [[2.5]])
    assert arms[2].outputs.shape == (0, 1)
