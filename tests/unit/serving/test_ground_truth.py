import json

import pytest

from functions.contracts.capture import GroundTruthLine
from functions.serving.app import answer_request
from tests.unit.serving.world import GOOD_LOAN, NOW, World, loan_world, post, three_models

PATH = "/models/loan_default/ground-truth"
GOOD = {"inference_id": "id-1", "value": 1, "observed_at": "2026-03-01T10:00:00Z"}


def test_writes_each_accepted_outcome_as_a_line() -> None:
    world = loan_world()
    predicted = answer_request(
        post("/models/loan_default/predict", {"records": [GOOD_LOAN] * 2}), world.ports
    )
    ids = json.loads(predicted.body)["inference_ids"]
    items = [{**GOOD, "inference_id": name, "value": index} for index, name in enumerate(ids)]

    response = answer_request(post(PATH, items), world.ports)

    assert response.status == 202
    assert json.loads(response.body) == {"model": "loan_default", "accepted": 2}
    lines = [GroundTruthLine.model_validate(line) for line in world.lines()[1:]]
    assert [(line.inference_id, line.value) for line in lines] == [(ids[0], 0), (ids[1], 1)]
    assert {line.received_at for line in lines} == {NOW}


def test_takes_all_or_nothing() -> None:
    world = loan_world()

    response = answer_request(post(PATH, [GOOD, {**GOOD, "value": 2}]), world.ports)

    assert response.status == 422
    assert json.loads(response.body)["errors"][0]["pointer"] == "/1/value"
    assert world.lines() == []


def test_checks_values_against_each_models_own_target() -> None:
    world = three_models()

    statuses = [
        answer_request(
            post(f"/models/{model}/ground-truth", [{**GOOD, "value": value}]), world.ports
        ).status
        for model, value in (
            ("car_price", 1234.5),
            ("car_price", "gold"),
            ("tier", "gold"),
            ("tier", "brass"),
        )
    ]

    assert statuses == [202, 422, 202, 422]


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"[NaN]", 400), (GOOD, 422), ([], 422), (None, 422), ([GOOD] * 5001, 413)],
)
def test_refuses_a_bad_body(body: object, status: int) -> None:
    assert answer_request(post(PATH, body), loan_world().ports).status == status


def test_refuses_another_media_type() -> None:
    request = post(PATH, [GOOD], content_type="text/plain")

    assert answer_request(request, loan_world().ports).status == 415


def test_says_so_when_outcomes_could_not_be_written() -> None:
    world = loan_world()
    world.stdout.close()

    response = answer_request(post(PATH, [GOOD]), world.ports)

    assert response.status == 503
    assert response.headers["retry-after"] == "5"


def test_has_nothing_to_compare_with_before_a_champion() -> None:
    assert answer_request(post(PATH, [GOOD]), World().ports).status == 404
