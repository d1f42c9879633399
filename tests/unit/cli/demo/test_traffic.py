"""Production traffic, replayed."""

import json
from collections.abc import Mapping

from functions.aws.signed_http import HttpAnswer
from functions.cli.demo.traffic import ROWS_PER_REQUEST, serve
from functions.cli.prediction_client import PredictionClient


class EchoingApi:
    """Names each inference after its record."""

    def request(
        self, method: str, path: str, body: bytes | None = None, *, headers: Mapping[str, str]
    ) -> HttpAnswer:
        assert (method, path) == ("POST", "/models/m/predict")
        assert headers["Content-Type"] == "application/json"
        records = json.loads(body or b"")["records"]
        answer = {
            "model": "m",
            "version": 1,
            "inference_ids": [f"of {record['a']}" for record in records],
            "predictions": [{"label": 0}] * len(records),
        }
        return HttpAnswer(200, json.dumps(answer).encode(), {})


def test_keeps_ids_in_the_order_of_the_records() -> None:
    rows = 2 * ROWS_PER_REQUEST + 1

    served = serve(PredictionClient(EchoingApi(), "m"), [{"a": i} for i in range(rows)])

    assert served.inference_ids == tuple(f"of {i}" for i in range(rows))
    assert (served.rows, served.requests, served.versions) == (rows, 3, frozenset({1}))
