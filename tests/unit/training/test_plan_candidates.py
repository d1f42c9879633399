import pytest

from functions.contracts.messages import PlanOutput
from functions.training import plan_candidates as step
from tests.unit.training.world import EXECUTION, PREPARED, spec

GRID = {"leaves": (7, 15), "trees": (10, 20)}


def test_plans_the_points_of_the_model_s_search_space() -> None:
    output = step.plan_candidates(spec(parameters=GRID))

    assert [candidate.index for candidate in output.candidates] == [0, 1, 2, 3]
    assert output.candidates[1].parameters == {"leaves": 7, "trees": 20}


def test_answers_the_workflow_with_plain_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "load_model_spec", lambda _name: spec(parameters=GRID, candidates=2))
    event = {
        "model": "tiny",
        "execution": EXECUTION,
        "prepare": PREPARED.model_dump(mode="json"),
        "trigger": {"ignored": True},
    }

    answer = step.handler(event, None)

    assert len(PlanOutput.model_validate(answer).candidates) == 2
