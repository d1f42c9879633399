"""Calls by Triton's own client, printed as JSON: python triton_calls.py URL HEADERS ROWS."""

import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput
from tritonclient.utils import InferenceServerException, np_to_triton_dtype

MODEL = "car_price"
DTYPES = {
    "car_age": np.int64,
    "km_driven": np.float64,
    "price_new": np.float32,
    "accident_count": np.int8,
    "door_count": np.float16,
    "fuel": np.object_,
    "transmission": np.object_,
}


def tensor(name: str, array: np.ndarray, *, binary: bool) -> InferInput:
    made = InferInput(name, list(array.shape), np_to_triton_dtype(array.dtype))
    made.set_data_from_numpy(array, binary_data=binary)
    return made


def matrices(rows: list[dict[str, Any]], *, binary: bool = True) -> list[InferInput]:
    numbers = [[value for value in row.values() if not isinstance(value, str)] for row in rows]
    texts = [[value for value in row.values() if isinstance(value, str)] for row in rows]
    return [
        tensor("texts", np.array(texts, dtype=np.object_), binary=binary),
        tensor("numbers", np.array(numbers, dtype=np.float64), binary=binary),
    ]


def by_feature(rows: list[dict[str, Any]], *, binary: bool = True) -> list[InferInput]:
    return [
        tensor(name, np.array([row[name] for row in rows], dtype=dtype), binary=binary)
        for name, dtype in DTYPES.items()
    ]


def message_of(call: Callable[[], object]) -> str:
    try:
        call()
    except InferenceServerException as error:
        return f"{error.status()} {error.message()}"
    return "no error"


def main(url: str, headers: dict[str, str], rows: list[dict[str, Any]]) -> dict[str, Any]:
    for row in rows:
        row["km_driven"] = np.nan if row["km_driven"] is None else row["km_driven"]
    client = InferenceServerClient(url.removeprefix("http://"))
    in_json = [InferRequestedOutput("value", binary_data=False)]

    def values(inputs: list[InferInput], **more: Any) -> list[float]:
        # A copy each time: the client writes the length of its JSON into the headers it is given.
        answer = client.infer(MODEL, inputs, headers=dict(headers), **more)
        return answer.as_numpy("value").tolist()

    default = client.infer(MODEL, matrices(rows), request_id="mine", headers=dict(headers))
    tier = [tensor("x", np.array([[3, 40]], dtype=np.int32), binary=True)]
    label = [InferRequestedOutput("label", binary_data=True)]
    return {
        "live": client.is_server_live(headers),
        "ready": client.is_server_ready(headers),
        "model_ready": client.is_model_ready(MODEL, headers=headers),
        "no_model_ready": client.is_model_ready("nobody", headers=headers),
        "server": client.get_server_metadata(headers),
        "model": client.get_model_metadata(MODEL, headers=headers),
        "answer": default.get_response(),
        "values": {
            "matrices": default.as_numpy("value").tolist(),
            "matrices_in_json": values(matrices(rows, binary=False), outputs=in_json),
            "by_feature": values(by_feature(rows)),
            "by_feature_in_json": values(by_feature(rows, binary=False), outputs=in_json),
            "of_a_version": values(matrices(rows), model_version="1"),
            "gzip": values(matrices(rows), request_compression_algorithm="gzip"),
            "deflate": values(matrices(rows), request_compression_algorithm="deflate"),
        },
        "label": client.infer("wire_tier", tier, outputs=label, headers=dict(headers))
        .as_numpy("label")
        .astype(str)
        .tolist(),
        "errors": {
            "missing": message_of(lambda: values(matrices(rows)[:1])),
            "unknown": message_of(lambda: client.infer("nobody", tier, headers=dict(headers))),
        },
    }


if __name__ == "__main__":
    url, headers, rows = sys.argv[1:]
    print(json.dumps(main(url, json.loads(headers), json.loads(rows))))  # noqa: T201 - its answer
