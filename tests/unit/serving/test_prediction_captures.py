"""What POST /models/{model}/predict leaves on standard output."""

from typing import Any

import numpy as np

from functions.contracts.capture import CaptureLine, row_inference_ids
from functions.core.capture_encoding import decode_floats
from functions.core.encoding import encode_columns
from tests.unit.serving.asking import body_of, predict
from tests.unit.serving.graphs import logistic_graph
from tests.unit.serving.world import (
    GOOD_LOAN,
    LOAN_FEATURES,
    LOAN_GRAPH,
    LOAN_WEIGHTS,
    NOW,
    World,
    artifact_spec,
    loan_world,
)


def test_says_which_version_answered_and_no_other() -> None:
    world = loan_world()
    before = body_of(predict(GOOD_LOAN, world))
    world.publish(artifact_spec(), logistic_graph(LOAN_WEIGHTS, bias=2.0), number=2)

    world.clock.seconds = 60
    after = body_of(predict(GOOD_LOAN, world))

    assert (before["version"], after["version"]) == (1, 2)
    assert before["predictions"] != after["predictions"]
    assert [line["version"] for line in world.lines()] == [1, 2]


def test_captures_what_it_answered() -> None:
    """Several hundred requests, single and in batches: each captured row is the answered one."""
    world = loan_world()
    rng = np.random.default_rng(11)
    answered: dict[str, tuple[dict[str, object], dict[str, Any]]] = {}
    for index in range(400):
        records = [random_loan(rng) for _ in range(1 if index % 3 else int(rng.integers(2, 60)))]
        document = records[0] if index % 2 and len(records) == 1 else {"records": records}
        answer = body_of(predict(document, world))
        rows = zip(records, answer["predictions"], strict=True)
        answered |= dict(zip(answer["inference_ids"], rows, strict=True))

    captured = {}
    for line in map(CaptureLine.model_validate, world.lines()):
        rows, outputs = decode_floats(line.rows, line.n), decode_floats(line.outputs, line.n)
        captured |= dict(zip(row_inference_ids(line), zip(rows, outputs, strict=True), strict=True))
        assert (line.model, line.version, line.at) == ("loan_default", 1, NOW)
        assert line.schema_id == LOAN_FEATURES.schema_id

    assert captured.keys() == answered.keys()
    assert len(captured) > 3000
    for inference_id, (record, prediction) in answered.items():
        row, output = captured[inference_id]
        columns = {name: [record.get(name)] for name in LOAN_FEATURES.names}
        expected = encode_columns(LOAN_FEATURES, {**columns, "salary": [None]})[0]
        np.testing.assert_array_equal(row, expected)
        assert np.float32(prediction["probability"]) == output[1]


def random_loan(rng: np.random.Generator) -> dict[str, object]:
    return {
        "car_value": float(rng.normal(20_000, 9_000)),
        "age": None if rng.random() < 0.1 else int(rng.integers(18, 90)),
        "is_member": bool(rng.random() < 0.5),
        "region": str(rng.choice(["north", "south", "west"])),
        "salary": float(rng.normal(40_000, 9_000)),
    }


def test_captures_before_it_answers_and_in_one_request_of_many_lines() -> None:
    world = World()
    world.publish(artifact_spec(maximum_rows=20_000), LOAN_GRAPH)

    response = predict({"records": [GOOD_LOAN] * 20_000}, world)

    lines = world.lines()
    assert len(body_of(response)["predictions"]) == 20_000
    assert len(lines) > 1
    assert sum(line["n"] for line in lines) == 20_000


def test_captures_no_personal_value() -> None:
    world = loan_world()

    predict({**GOOD_LOAN, "salary": 98765.0}, world)

    (line,) = world.lines()
    (row,) = decode_floats(line["rows"], 1)
    assert np.isnan(row[LOAN_FEATURES.names.index("salary")])
    assert np.isfinite(row[:-1]).all()


def test_answers_even_if_the_capture_cannot_be_written() -> None:
    world = loan_world()
    world.stdout.close()

    response = predict({"records": [GOOD_LOAN] * 3}, world)

    assert response.status == 200
    assert world.ports.captures.lost_rows == 3
    assert world.logged("capture.lost") == [
        {"model": "loan_default", "rows": 3, "error": "ValueError"}
    ]
