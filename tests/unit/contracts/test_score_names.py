"""The names that model.toml may use are those that are computed."""

import pytest

from functions.contracts.model_spec import Task
from functions.contracts.score_names import SCORE_TASKS, more_is_better, score_names
from functions.core.scores import METRICS, is_higher_better


@pytest.mark.parametrize("task", Task)
def test_names_what_is_computed(task: Task) -> None:
    assert score_names(task) == METRICS[task]


@pytest.mark.parametrize("name", SCORE_TASKS)
def test_knows_the_direction_of_each(name: str) -> None:
    assert more_is_better(name) == is_higher_better(name)
