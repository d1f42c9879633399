"""Mistakes of a model.toml about rollouts."""

import pytest

from functions.contracts.model_spec import CapturePolicy, ModelSpec, Target, Task, Training
from functions.contracts.rollout_policy import Rollout
from functions.contracts.rollout_rules import find_rollout_mistakes


def mistakes(sample_percent: float = 100.0, **rollout: object) -> list[tuple[str, str]]:
    spec = ModelSpec(
        name="kiln",
        task=Task.REGRESSION,
        owner="pottery",
        target=Target(name="y"),
        features=({"name": "x", "type": "number"},),
        training=Training(metric="r2_score"),
        rollout=Rollout.model_validate(rollout),
        capture=CapturePolicy(sample_percent=sample_percent),
    )
    return [(mistake.key, mistake.remedy) for mistake in find_rollout_mistakes(spec)]


@pytest.mark.parametrize(
    ("rollout", "key", "remedy"),
    [
        ({"strategy": "canary", "steps": ()}, "steps", "needs a share"),
        ({"strategy": "canary", "steps": (10, 100)}, "steps", "is no share"),
        ({"strategy": "canary", "steps": (0, 5)}, "steps", "is no share"),
        ({"strategy": "canary", "steps": (0.001,)}, "steps", "finer than 0.01"),
        ({"strategy": "canary", "steps": (20, 10)}, "steps", "must rise"),
        ({"strategy": "canary", "steps": (10, 10)}, "steps", "must rise"),
        ({"strategy": "linear", "step_percent": 0.5}, "step_percent", "at least 1"),
        (
            {"strategy": "linear", "bake_minutes": 90, "maximum_bake_minutes": 60},
            "maximum_bake_minutes",
            "bake_minutes = 90",
        ),
        (
            {"strategy": "linear", "step_percent": 5, "maximum_bake_minutes": 60 * 24 * 20},
            "maximum_bake_minutes",
            "19 shares, an execution may last a year: write at most 22737",
        ),
    ],
)
def test_explains_a_rollout_that_cannot_be(rollout: dict, key: str, remedy: str) -> None:
    ((found, words),) = mistakes(**rollout)

    assert found == f"rollout.{key}"
    assert remedy in words


@pytest.mark.parametrize(
    "rollout",
    [
        {},
        {"strategy": "all_at_once", "steps": ()},
        {"strategy": "canary", "steps": (0.01, 5, 12.5, 50)},
        {"strategy": "linear", "step_percent": 1},
    ],
)
def test_takes_a_rollout_that_can_be(rollout: dict) -> None:
    assert mistakes(**rollout) == []


def test_wants_captures_of_what_is_watched_by_them() -> None:
    ((key, words),) = mistakes(sample_percent=0.0, strategy="canary")

    assert key == "capture.sample_percent"
    assert "sample some requests" in words
    assert mistakes(sample_percent=0.0) == []
