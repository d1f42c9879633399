"""Callers during a rollout."""

import json
import threading
from collections.abc import Mapping

import pytest

from functions.aws.signed_http import HttpAnswer
from functions.cli.demo.crowd import CALLERS, ROWS_PER_REQUEST, Crowd
from functions.cli.demo.telling import BrokenLinkError
from functions.cli.prediction_client import PredictionClient

RECORDS = [{"a": i} for i in range(50)]
WAIT_SECONDS = 30.0
FIRST = "the first failure"


class DividingApi:
    """Answers every tenth caller with version 2; refuses from the request `refuses` on."""

    def __init__(self, *, refuses: int | None = None) -> None:
        self.keys: list[str] = []
        self.has_asked_often = threading.Event()
        self._refuses = refuses

    def request(
        self, _method: str, _path: str, body: bytes | None = None, *, headers: Mapping[str, str]
    ) -> HttpAnswer:
        self.keys.append(headers["X-Routing-Key"])
        if len(self.keys) > 12 or len(self.keys) == self._refuses:
            self.has_asked_often.set()
        if len(self.keys) == self._refuses:
            return HttpAnswer(503, b'{"detail": "nothing to serve"}', {})
        records = json.loads(body or b"")["records"]
        answer = {
            "model": "m",
            "version": 2 if self.keys[-1].endswith("0") else 1,
            "inference_ids": ["x"] * len(records),
            "predictions": [{"label": 0}] * len(records),
        }
        return HttpAnswer(200, json.dumps(answer).encode(), {})


def test_asks_with_many_keys_and_counts_who_answered() -> None:
    api = DividingApi()

    with Crowd(PredictionClient(api, "m"), RECORDS) as crowd:
        assert api.has_asked_often.wait(WAIT_SECONDS)

    assert len(set(api.keys[:CALLERS])) == len(api.keys[:CALLERS])
    assert crowd.rows.total() == len(api.keys) * ROWS_PER_REQUEST
    assert set(crowd.rows) == {1, 2}


def test_breaks_the_demo_when_a_caller_is_refused() -> None:
    api = DividingApi(refuses=3)

    with (
        pytest.raises(BrokenLinkError, match="nothing to serve"),
        Crowd(PredictionClient(api, "m"), RECORDS),
    ):
        assert api.has_asked_often.wait(WAIT_SECONDS)


def test_lets_an_earlier_failure_through() -> None:
    with (
        pytest.raises(ValueError, match=FIRST),
        Crowd(PredictionClient(DividingApi(refuses=1), "m"), RECORDS),
    ):
        raise ValueError(FIRST)
