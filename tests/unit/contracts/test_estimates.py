from collections.abc import Mapping

import pytest
from pydantic import ValidationError

from functions.contracts.estimates import (
    Calibration,
    Estimator,
    LossTree,
)

TREE: Mapping[str, object] = {
    "features": (0, -1, 1, -1, -1),
    "bins": (3, 0),
    "missing_left": (True, False),
    "values": (1.0, 2.0, 3.0),
}


def test_takes_a_tree_in_preorder() -> None:
    assert LossTree.model_validate(TREE).values == (1.0, 2.0, 3.0)


@pytest.mark.parametrize(
    "change",
    [
        {"features": (0, -1, -1, 1, -1)},
        {"features": (-1, 0, -1, 1, -1)},
        {"features": (0, -1, 1, -1)},
        {"features": (0, -2, 1, -1, -1)},
        {"bins": (3,)},
        {"missing_left": (True,)},
        {"values": (1.0, 2.0)},
        {"features": (0, -1) * 40 + (-1,), "bins": (0,) * 40, "missing_left": (True,) * 40}
        | {"values": (1.0,) * 41},
        {"features": (), "bins": (), "missing_left": (), "values": (1.0,)},
    ],
)
def test_refuses_what_is_no_tree(change: Mapping[str, object]) -> None:
    with pytest.raises(ValidationError, match="are no tree"):
        LossTree.model_validate({**TREE, **change})


@pytest.mark.parametrize(
    ("scores", "probabilities", "words"),
    [
        ((0.1, 0.2), (0.5,), "2 scores do not fit 1 probabilities"),
        ((0.2, 0.1), (0.5, 0.6), "scores must ascend"),
        ((0.1, 0.1), (0.5, 0.6), "scores must ascend"),
        ((0.1, 0.2), (0.6, 0.5), "probabilities must not descend"),
    ],
)
def test_refuses_what_is_no_calibration(
    scores: tuple[float, ...], probabilities: tuple[float, ...], words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        Calibration(scores=scores, probabilities=probabilities)


@pytest.mark.parametrize(
    ("task", "count"),
    [("binary_classification", 2), ("multiclass_classification", 1), ("regression", 0)],
)
def test_refuses_an_estimator_that_does_not_fit_its_task(task: str, count: int) -> None:
    with pytest.raises(ValidationError, match=f"{count} calibrations and no loss model"):
        Estimator.model_validate(
            {"task": task, "rows": 1, "references": (), "calibrations": ({},) * count}
        )
