import pytest

from tests.unit.serving.wires.inferring import (
    BINARY_LOAN,
    LOAN,
    NUMBERS,
    REGION,
    infer,
    refusal,
    tensor,
    with_inputs,
)
from tests.unit.serving.world import (
    three_models,
)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b"", "400 not JSON"),
        (b"[" * 1_000_000, "400 nested deeper than 32 levels"),
        (b'{"inputs": [], "inputs": []}', "400 /inputs: this key stands more than once"),
        (b"\xff", "400 not UTF-8"),
        ([], "400 expected an object with inputs"),
        (with_inputs(), "400 /inputs: expected an array of at least one tensor"),
        (with_inputs(*LOAN[1:]), "422 /inputs: car_value: is missing"),
        (with_inputs(*LOAN, tensor("agee", "FP32", 1)), "422 /inputs/5: agee: the model has no"),
        (with_inputs(*LOAN, LOAN[0]), "422 /inputs/5: holds car_value, and so does input 0"),
        (
            with_inputs(NUMBERS | {"data": [1, 1.5, 1, 2]}, REGION),
            "422 /inputs/0: age, row 0: expected a whole number, got 1.5",
        ),
        (
            with_inputs(NUMBERS | {"data": [1, 2, 2, 2]}, REGION),
            "422 /inputs/0: is_member, row 0: expected true or false, got 2",
        ),
        (
            with_inputs(NUMBERS | {"data": [None, 2, 1, 2]}, REGION),
            "422 /inputs/0: car_value, row 0: is missing",
        ),
        (
            with_inputs(NUMBERS | {"data": [1e39, 2, 1, 2]}, REGION),
            "422 /inputs/0: car_value, row 0: expected a number of at most 3.4e38",
        ),
        (
            with_inputs(tensor("car_value", "FP16", 7e4), *LOAN[1:]),
            '400 /inputs/0/data/0: tensor "car_value": expected a number from -65504.0 to 65504.0 '
            "of FP16, got 70000.0",
        ),
        (
            with_inputs(NUMBERS | {"datatype": "FP32", "data": [1e39, 2, 1, 2]}, REGION),
            '400 /inputs/0/data/0: tensor "x": expected a number from -3.4028235e+38 to',
        ),
        (
            with_inputs(LOAN[0], tensor("age", "UINT8", 256), *LOAN[2:]),
            '400 /inputs/1/data/0: tensor "age": expected a whole number from 0 to 255 of UINT8',
        ),
        (
            with_inputs(tensor("age", "BOOL", True), *LOAN[2:], LOAN[0]),
            "422 /inputs/0: age, row 0: expected a whole number, got true",
        ),
        (
            with_inputs(tensor("region", "FP32", 1), *LOAN[:3], LOAN[4]),
            "422 /inputs/0: region, row 0: expected a text, got 1",
        ),
        (with_inputs(NUMBERS, REGION | {"shape": [2]}), "400 /inputs/1/shape: has 2 rows"),
        (
            with_inputs(*LOAN, outputs=[{"name": "scores"}]),
            "400 /outputs/0/name: the model has no such output; it has probabilities, label",
        ),
        (with_inputs(*LOAN, outputs=[{"name": "label"}] * 2), "400 /outputs/1/name: this output"),
        (
            b'{"inputs": [{"name": "x", "shape": [1], "datatype": "FP32", "data": [Infinity]}]}',
            "400 /inputs/0/data/0: Infinity is no JSON number",
        ),
    ],
)
def test_refuses_in_one_sentence(document: object, said: str) -> None:
    assert refusal(infer(document)).startswith(said)


def test_refuses_rows_by_their_shape_before_it_reads_them() -> None:
    response = infer(with_inputs(NUMBERS | {"shape": [2**40, 4]}))

    assert refusal(response).startswith("413 1099511627776 rows in one request, the most is 5000")


@pytest.mark.parametrize("length", ["", "0", "-1", "+5", "1.0", "99999", "9" * 5000, "٣", "x"])
def test_refuses_a_length_that_the_body_has_not(length: str) -> None:
    response = infer(BINARY_LOAN[0], inference_header_content_length=length)

    assert refusal(response).startswith("400 Inference-Header-Content-Length: expected the length")


def test_refuses_other_types_and_other_models() -> None:
    unknown = infer(with_inputs(*LOAN), path="/v2/models/nobody/infer")
    version = infer(with_inputs(*LOAN), path="/v2/models/loan_default/versions/9/infer")

    assert refusal(infer(b"a,b", content_type="text/csv")).startswith("415")
    assert refusal(unknown).startswith("404 there is no model nobody")
    assert refusal(version).startswith("404")


def test_says_which_row_has_no_finite_answer() -> None:
    rows = {"name": "any", "shape": [2, 2], "datatype": "FP64", "data": [1, 1, 3e38, 1]}

    response = infer(with_inputs(rows), world=three_models(), path="/v2/models/car_price/infer")

    assert refusal(response).startswith("422 row 1: the model has no finite answer")
