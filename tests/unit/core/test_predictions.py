import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.contracts.model_spec import Task
from functions.core.predictions import NotFiniteError, describe_predictions, shortest_number


def outputs(rows: list[list[float]]) -> np.ndarray:
    return np.array(rows, dtype=np.float32)


def test_says_the_positive_class_from_one_half_on() -> None:
    found = describe_predictions(
        Task.BINARY_CLASSIFICATION,
        ("no", "yes"),
        outputs([[0.5, 0.5], [0.50000006, 0.49999997], [0.1, 0.9]]),
    )

    assert [prediction["label"] for prediction in found] == ["yes", "no", "yes"]
    assert found[2] == {"label": "yes", "probability": 0.9}


def test_says_the_likeliest_of_several_classes_and_all_probabilities() -> None:
    (found,) = describe_predictions(
        Task.MULTICLASS_CLASSIFICATION, (1, 2, 3), outputs([[0.2, 0.7, 0.1]])
    )

    assert found == {
        "label": 2,
        "probability": 0.7,
        "probabilities": {"1": 0.2, "2": 0.7, "3": 0.1},
    }


def test_says_the_first_of_equally_likely_classes() -> None:
    (found,) = describe_predictions(
        Task.MULTICLASS_CLASSIFICATION, ("a", "b", "c"), outputs([[0.2, 0.4, 0.4]])
    )

    assert found["label"] == "b"


def test_says_a_value() -> None:
    assert describe_predictions(Task.REGRESSION, (), outputs([[12.3]])) == [{"value": 12.3}]


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_refuses_rows_without_a_finite_answer(odd: float) -> None:
    with pytest.raises(NotFiniteError) as refused:
        describe_predictions(Task.REGRESSION, (), outputs([[1.0], [odd], [odd]]))

    assert refused.value.rows == (1, 2)


@settings(derandomize=True, deadline=None)
@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_writes_a_float32_so_that_it_reads_back(number: float) -> None:
    value = np.float32(number)

    assert np.float32(shortest_number(value)) == value
    assert len(repr(shortest_number(value))) <= len(repr(float(value)))
