"""Calls by the protocol's own client: python open_inference_calls.py URL HEADERS ROWS."""

import json
import sys
from collections.abc import Callable
from typing import Any

import httpx
from open_inference.openapi.client import OpenInferenceClient
from open_inference.openapi.core.api_error import ApiError
from open_inference.openapi.errors import NotFoundError
from open_inference.openapi.types import InferenceRequest, RequestInput, TensorData

MODEL = "car_price"
DATATYPES = {
    "car_age": "INT64",
    "km_driven": "FP32",
    "price_new": "FP64",
    "accident_count": "INT64",
    "door_count": "UINT16",
    "fuel": "BYTES",
    "transmission": "BYTES",
}


def request_of(rows: list[dict[str, Any]]) -> InferenceRequest:
    """Return one tensor a feature; one that is missing in all rows is left out."""
    inputs = [
        RequestInput(
            name=name,
            shape=[len(rows)],
            datatype=datatype,
            data=TensorData(__root__=[row[name] for row in rows]),
        )
        for name, datatype in DATATYPES.items()
        if rows[0][name] is not None
    ]
    return InferenceRequest(id="mine", inputs=inputs)


def message_of(call: Callable[[], object]) -> str:
    try:
        call()
    except ApiError as error:
        return f"{error.status_code} {error.body['error']}"
    return "no error"


def is_ready(client: OpenInferenceClient, model: str) -> bool:
    try:
        client.check_model_readiness(model)
    except NotFoundError:
        return False
    return True


def main(url: str, headers: dict[str, str], rows: list[dict[str, Any]]) -> dict[str, Any]:
    client = OpenInferenceClient(base_url=url, httpx_client=httpx.Client(headers=headers))
    client.check_server_liveness()
    client.check_server_readiness()
    answers = [client.model_infer(MODEL, request=request_of([row])) for row in rows]
    pinned = [client.model_version_infer(MODEL, "1", request=request_of([row])) for row in rows]
    broken = InferenceRequest(inputs=request_of(rows[:1]).inputs[:3])
    return {
        "server": client.read_server_metadata().dict(),
        "model": client.read_model_metadata(MODEL).dict(),
        "model_ready": is_ready(client, MODEL),
        "no_model_ready": is_ready(client, "nobody"),
        "answer": answers[0].dict(),
        "values": {
            "by_row": [answer.outputs[0].data.__root__[0] for answer in answers],
            "of_a_version": [answer.outputs[0].data.__root__[0] for answer in pinned],
        },
        "errors": {
            "missing": message_of(lambda: client.model_infer(MODEL, request=broken)),
            "unknown": message_of(lambda: client.model_infer("nobody", request=broken)),
        },
    }


if __name__ == "__main__":
    url, headers, rows = sys.argv[1:]
    print(json.dumps(main(url, json.loads(headers), json.loads(rows))))  # noqa: T201 - its answer
