import pytest

from functions.contracts.messages import PlanOutput, TriggerKind
from functions.training import plan_candidates as step
from tests.fakes.documents import NOW
from tests.fakes.retraining import trigger
from tests.unit.training.world import EXECUTION, PREPARED, spec

GRID = {"leaves": (7, 15), "trees": (10, 20)}
LARGE = PREPARED.model_copy(update={"train_rows": 1600, "holdout_rows": 100})


def test_plans_the_points_of_the_model_s_search_space() -> None:
    output = step.plan_candidates(spec(parameters=GRID), PREPARED)

    assert [candidate.index for candidate in output.candidates] == [0, 1, 2, 3]
    assert output.candidates[1].parameters == {"leaves": 7, "trees": 20}


def test_tries_each_point_with_each_number_of_rows() -> None:
    listed = spec(parameters={"leaves": (7, 15)}, window_rows=(300, 600))

    output = step.plan_candidates(listed, LARGE)

    assert [(each.parameters["leaves"], each.rows) for each in output.candidates] == [
        (7, 500),
        (7, 200),
        (15, 500),
        (15, 200),
    ]
    assert [each.index for each in output.candidates] == [0, 1, 2, 3]


def test_halves_all_rows_down_to_the_fewest() -> None:
    output = step.plan_candidates(spec(window_rows="auto"), LARGE)

    assert [candidate.rows for candidate in output.candidates] == [1600, 800, 400, 200, 100]


@pytest.mark.parametrize(
    ("window_rows", "rows", "counts"),
    [
        ("auto", 750, [1600, 800, 650, 400, 200, 100]),
        ("auto", 150, [1600, 800, 400, 200, 100]),
        ("auto", 9000, [1600, 800, 400, 200, 100]),
        (None, 750, [None]),
    ],
)
def test_tries_the_rows_since_a_change_that_are_not_held_out(
    window_rows: str | None, rows: int, counts: list[int | None]
) -> None:
    told = trigger().model_copy(update={"since": NOW, "labelled_rows": rows})

    output = step.plan_candidates(spec(window_rows=window_rows), LARGE, told)

    assert [candidate.rows for candidate in output.candidates] == counts


def test_tries_the_rows_of_earlier_times_that_are_not_held_out() -> None:
    told = trigger().model_copy(update={"since": NOW, "labelled_rows": 300, "earlier": (1100, 700)})

    output = step.plan_candidates(spec(window_rows="auto"), LARGE, told)

    spans = [(each.rows, each.skipped) for each in output.candidates if each.skipped]
    assert spans == [(600, 1000), (400, 600)]


def test_tries_one_point_on_shuffled_labels_for_a_fire_drill() -> None:
    output = step.plan_candidates(spec(parameters=GRID), PREPARED, trigger(kind=TriggerKind.DRILL))

    assert [(each.parameters["leaves"], each.shuffled) for each in output.candidates] == [(7, True)]


def test_answers_the_workflow_with_plain_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "load_model_spec", lambda _name: spec(parameters=GRID, candidates=2))
    event = {
        "model": "tiny",
        "execution": EXECUTION,
        "prepare": PREPARED.model_dump(mode="json"),
        "trigger": trigger().model_dump(mode="json"),
        "again": False,
    }
    drill = trigger(kind=TriggerKind.DRILL).model_dump(mode="json")

    answer = step.handler(event, None)
    drilled = step.handler({**event, "trigger": drill}, None)

    assert len(PlanOutput.model_validate(answer).candidates) == 2
    assert len(PlanOutput.model_validate(drilled).candidates) == 1
