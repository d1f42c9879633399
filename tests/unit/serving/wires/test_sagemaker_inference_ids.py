"""Every id that SageMaker takes is captured, and outcomes join with it."""

import pytest

from functions.contracts.capture import row_inference_ids
from functions.contracts.naming import captured_id
from functions.core.capture_expansion import expand_capture
from functions.core.ground_truth import read_ground_truth
from tests.unit.serving.wires.asking import ask, said
from tests.unit.serving.wires.test_sagemaker import ENDPOINT, LOANS, invoke
from tests.unit.serving.world import GOOD_LOAN, NOW, artifact_spec, loan_world


@pytest.mark.parametrize("rows", [1, 2])
@pytest.mark.parametrize(
    "name", ["order-7", "a/b", "a/0", "~1", 'say "x y"', "=", "{\\", "/" * 64, "0" * 32]
)
def test_captures_the_inference_by_the_callers_name(name: str, rows: int) -> None:
    world = loan_world()

    response = invoke(
        {"instances": [GOOD_LOAN] * rows}, world=world, x_amzn_sagemaker_inference_id=name
    )

    captured = response.headers["x-inference-id"]
    assert captured == captured_id(name)
    line = expand_capture(world.stdout.getvalue().encode())
    ids = row_inference_ids(line)
    assert ids == ([captured] if rows == 1 else [f"{captured}/0", f"{captured}/1"])
    outcomes = [{"inference_id": i, "value": 1, "observed_at": NOW.isoformat()} for i in ids]
    assert [t.inference_id for t in read_ground_truth(outcomes, artifact_spec(), now=NOW)] == ids


def test_tells_a_row_of_one_request_from_another_request() -> None:
    world = loan_world()

    invoke(world=world, x_amzn_sagemaker_inference_id="a")
    invoke({"instances": [GOOD_LOAN]}, world=world, x_amzn_sagemaker_inference_id="a/1")

    lines = world.stdout.getvalue().encode().splitlines()
    assert [row_inference_ids(expand_capture(line)) for line in lines] == [["a/0", "a/1"], ["a~11"]]


@pytest.mark.parametrize("value", ["", "a" * 65, " a", "é", "a\tb"])
def test_refuses_an_inference_id_that_sagemaker_would_not_take(value: str) -> None:
    headers = {"content-type": "application/json", "x-amzn-sagemaker-inference-id": value}

    response = ask(loan_world(), ENDPOINT, LOANS, headers)

    assert response.status == 400
    assert said(response)["message"] == (
        "X-Amzn-SageMaker-Inference-Id: expected 1 to 64 printable ASCII characters, "
        "the first of them no space"
    )
