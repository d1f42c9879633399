"""One model's answer is the same number on every wire."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from functions.serving.app import answer_request
from functions.serving.exchange import Request
from functions.serving.wires.mlflow_csv import MISSING
from tests.unit.serving.wires.ways import Asker, Reply, answers
from tests.unit.serving.world import PRICE_SPEC, TIER_SPEC, artifact_spec, three_models

WORLD = three_models()
NUMBERS = st.floats(-1e30, 1e30)
CARS = st.fixed_dictionaries({"door_count": st.integers(-(2**53), 2**53), "mileage": NUMBERS})
LOANS = st.fixed_dictionaries(
    {
        "car_value": NUMBERS,
        "age": st.none() | st.integers(-(2**53), 2**53),
        "is_member": st.booleans(),
        # An empty text is a missing one on the wires that cannot say null.
        "region": st.none()
        | st.sampled_from(["north", "south"])
        | st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(
            lambda text: text not in MISSING
        ),
        "salary": NUMBERS,
    }
)


def send(path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
    response = answer_request(Request("POST", path, headers, body), WORLD.ports)
    return Reply(response.status, response.headers, response.body)


def assert_one_answer(asker: Asker) -> None:
    found = answers(asker)
    labels = asker.labels()

    assert found == dict.fromkeys(found, found["windvane_records"])
    assert labels == dict.fromkeys(labels, labels["windvane"])


def rows_of(row: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(row, min_size=1, max_size=4)


@given(rows_of(LOANS))
def test_a_probability_is_the_same_number_on_every_wire(rows: list[dict[str, Any]]) -> None:
    assert_one_answer(Asker(send, artifact_spec(), rows))


@given(rows_of(CARS))
def test_a_value_is_the_same_number_on_every_wire(rows: list[dict[str, Any]]) -> None:
    assert_one_answer(Asker(send, PRICE_SPEC, rows))


@given(rows_of(CARS))
def test_probabilities_of_many_classes_are_the_same_on_every_wire(
    rows: list[dict[str, Any]],
) -> None:
    assert_one_answer(Asker(send, TIER_SPEC, rows))
