"""One model's answer is the same number on every wire of the deployed API."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from tests.unit.serving.world import GOOD_LOAN
from tests.wires.published import MODELS
from tests.wires.ways import Asker, Reply, answers

CARS = [{"door_count": 4, "mileage": 1000.1}, {"door_count": 3, "mileage": 0.7}]
ROWS: dict[str, list[dict[str, Any]]] = {
    "loan_default": [
        GOOD_LOAN,
        {"car_value": 0.1, "age": None, "is_member": False, "region": None, "salary": 1e5},
        {"car_value": 3e4, "age": 7, "is_member": True, "region": 'süd, "süd"', "salary": -0.0},
    ],
    "car_price": CARS,
    "tier": CARS,
}


@pytest.mark.parametrize("model", sorted(ROWS))
def test_answers_the_same_number_on_every_wire(api_url: str, model: str) -> None:
    with httpx.Client(timeout=30.0) as http:

        def send(path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
            asked = {"x-routing-key": "one-caller", **headers}
            response = http.post(f"{api_url}{path}", content=body, headers=asked)
            return Reply(response.status_code, response.headers, response.content)

        asker = Asker(send, MODELS[model][0], ROWS[model])
        found, labels = answers(asker), asker.labels()

    assert found == dict.fromkeys(found, found["windvane_records"])
    assert labels == dict.fromkeys(labels, labels["windvane"])
