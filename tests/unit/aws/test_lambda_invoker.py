"""Functions, called."""

import io
import json
from typing import Any

import pytest

from functions.aws.lambda_invoker import FunctionFailedError, LambdaInvoker


class FakeClient:
    def __init__(self, content: object, **more: object) -> None:
        self.answer = {"Payload": io.BytesIO(json.dumps(content).encode()), **more}
        self.called: dict[str, Any] = {}

    def invoke(self, **call: Any) -> dict[str, Any]:
        self.called = call
        return self.answer


def test_returns_what_the_function_answers() -> None:
    client = FakeClient({"decision": "started"})

    assert LambdaInvoker(client).invoke("start", '{"model": "m"}') == {"decision": "started"}
    assert client.called == {"FunctionName": "start", "Payload": b'{"model": "m"}'}


def test_repeats_the_functions_own_error() -> None:
    error = {"errorType": "UnknownModelError", "errorMessage": "no model m"}
    client = FakeClient(error, FunctionError="Unhandled")

    with pytest.raises(FunctionFailedError, match="start failed: UnknownModelError: no model m"):
        LambdaInvoker(client).invoke("start", "{}")


def test_repeats_an_error_that_is_no_object() -> None:
    client = FakeClient("out of memory", FunctionError="Unhandled")

    with pytest.raises(FunctionFailedError, match="Unhandled: out of memory"):
        LambdaInvoker(client).invoke("start", "{}")
