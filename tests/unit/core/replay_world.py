"""A replay of a small model, its rows and both versions' answers."""

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.model_spec import Task
from functions.contracts.replay import ReplayReport
from functions.contracts.rollout_policy import ReplayPolicy
from functions.core.replay import ReplayedRows, compare_replay
from functions.core.replay_report import Replay, report_replay
from tests.unit.core.drift_world import Matrix, answers, rows, spec

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
REPLAY = Replay(execution="car-1", champion=7, challenger=8, metric="roc_auc_score", at=NOW)
POLICY = ReplayPolicy(minimum_agreement=0.9, maximum_prediction_psi=0.25, maximum_score_loss=0.01)


def higher(outputs: Matrix, factor: float) -> Matrix:
    """What a version says whose probabilities are higher."""
    positive = np.clip(outputs[:, 1] * factor, 0.0, 1.0)
    return np.stack([1.0 - positive, positive], axis=1).astype(np.float32)


def replayed(count: int, *, factor: float = 1.0, labelled: bool = True) -> ReplayedRows:
    """Return rows of which a third has no label yet."""
    matrix = rows(count, seed=1)
    champion = answers(matrix)
    truth: NDArray[np.float64] | None = None
    if labelled:
        truth = (np.random.default_rng(2).random(count) < champion[:, 1]).astype(np.float64)
        truth[::3] = np.nan
    ids = [f"r{index}" for index in range(count)]
    return ReplayedRows(ids, matrix, champion, higher(champion, factor), truth)


def part(whole: ReplayedRows, rows_: slice) -> ReplayedRows:
    return ReplayedRows(
        whole.ids[rows_],
        whole.matrix[rows_],
        whole.champion[rows_],
        whole.challenger[rows_],
        None if whole.truth is None else whole.truth[rows_],
    )


def regression_spec() -> ArtifactSpec:
    return spec().model_copy(update={"task": Task.REGRESSION, "classes": ()})


def multiclass_spec() -> ArtifactSpec:
    classes = ("bronze", "silver", "gold")
    return spec().model_copy(update={"task": Task.MULTICLASS_CLASSIFICATION, "classes": classes})


def report(
    whole: ReplayedRows,
    policy: ReplayPolicy = POLICY,
    of: ArtifactSpec | None = None,
    replay: Replay = REPLAY,
) -> ReplayReport:
    of = of or spec()
    return report_replay(of, replay, compare_replay(of, whole), policy)
