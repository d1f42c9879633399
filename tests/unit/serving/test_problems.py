import inspect
import json

import pytest

from functions.contracts.errors import WindvaneError
from functions.core.problem import MAXIMUM_PROBLEMS, Problem
from functions.core.records import RecordsError
from functions.serving import errors
from functions.serving.problems import PROBLEM_TYPES, describe_refusal, write_problem
from tests.unit.serving.test_prediction import body_of


def test_gives_every_refusal_of_the_api_a_status() -> None:
    raised = {
        error
        for _, error in inspect.getmembers(errors, inspect.isclass)
        if error.__module__ == errors.__name__ and error is not errors.TryAgainError
    }

    assert raised <= set(PROBLEM_TYPES)


def test_names_each_kind_of_problem_once() -> None:
    names = [kind.name for kind in PROBLEM_TYPES.values()]

    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("count", "detail"),
    [
        (1, "1 problem, listed under errors"),
        (3, "3 problems, listed under errors"),
        (MAXIMUM_PROBLEMS + 1, f"more than {MAXIMUM_PROBLEMS} problems, listed under errors"),
    ],
)
def test_counts_what_it_lists(count: int, detail: str) -> None:
    refusal = RecordsError(Problem(f"/records/{index}", "is odd") for index in range(count))

    assert body_of(write_problem(describe_refusal(refusal)))["detail"] == detail


def test_writes_what_is_no_text_as_json_can_carry_it() -> None:
    response = write_problem(describe_refusal(RecordsError([Problem("/\ud800", "is half a pair")])))

    assert json.loads(response.body)["errors"][0]["pointer"] == "/\ud800"
    assert response.body.isascii()


def test_has_no_status_for_what_is_nobodys_refusal() -> None:
    with pytest.raises(KeyError):
        describe_refusal(WindvaneError("something else"))
