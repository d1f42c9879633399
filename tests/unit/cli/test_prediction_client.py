"""The prediction API, called."""

import json

import pytest

from functions.aws.signed_http import HttpAnswer
from functions.cli.errors import RefusedError
from functions.cli.prediction_client import PredictionClient, problem_text
from tests.fakes.documents import NOW


class FakeHttp:
    """Answers predictions of 0, or one fixed answer."""

    def __init__(self, fixed: HttpAnswer | None = None) -> None:
        self.fixed = fixed
        self.requests: list[tuple[str, str, object]] = []

    def request(
        self, method: str, path: str, body: bytes | None = None, *, headers: dict[str, str]
    ) -> HttpAnswer:
        content = json.loads(body or b"null")
        self.requests.append((method, path, content))
        assert headers == {"Content-Type": "application/json"}
        return self.fixed or HttpAnswer(200, json.dumps(self._predictions(content)).encode(), {})

    def _predictions(self, content: dict[str, list[object]]) -> dict[str, object]:
        count = len(content["records"])
        return {
            "model": "m",
            "version": 3,
            "inference_ids": [f"i/{len(self.requests)}/{i}" for i in range(count)],
            "predictions": [{"label": 0}] * count,
        }


def test_sends_records_in_batches_and_keeps_their_order() -> None:
    http = FakeHttp()

    batches = list(PredictionClient(http, "m").predict_batches([{"a": i} for i in range(5)], 2))

    assert [len(batch.predictions) for batch in batches] == [2, 2, 1]
    assert [request[1] for request in http.requests] == ["/models/m/predict"] * 3
    assert http.requests[2][2] == {"records": [{"a": 4}]}


def test_reports_ground_truth_with_its_moment() -> None:
    http = FakeHttp(HttpAnswer(202, b'{"accepted": 1}', {}))

    PredictionClient(http, "m").send_ground_truth([("i/0", 1)], observed_at=NOW)

    assert http.requests == [
        (
            "POST",
            "/models/m/ground-truth",
            [{"inference_id": "i/0", "value": 1, "observed_at": "2026-03-01T12:00:00+00:00"}],
        )
    ]


def test_repeats_the_problem_that_the_api_describes() -> None:
    problem = {
        "title": "does not fit",
        "detail": "2 values do not fit the schema",
        "errors": [{"pointer": f"/records/{i}/a", "detail": "expected a number"} for i in range(5)],
    }
    http = FakeHttp(HttpAnswer(422, json.dumps(problem).encode(), {}))

    with pytest.raises(RefusedError) as caught:
        PredictionClient(http, "m").predict([{"a": "x"}])

    first, second = str(caught.value).splitlines()
    assert first == "the API answered 422: 2 values do not fit the schema"
    assert second.startswith("/records/0/a expected a number; ")
    assert second.endswith("and 2 more")


def test_shows_an_answer_that_is_no_problem_document() -> None:
    assert problem_text(HttpAnswer(502, b"Bad Gateway", {})) == (
        "the API answered 502: Bad Gateway"
    )
