"""Inference requests as clients make them, and what tests read of the answers."""

import json
from typing import Any

import numpy as np

from functions.core.tensors import write_numbers, write_texts
from functions.serving.app import answer_request
from functions.serving.exchange import Response
from tests.unit.serving.world import (
    World,
    loan_world,
    post,
)

INFER = "/v2/models/loan_default/infer"
NUMBERS = {"name": "x", "shape": [1, 4], "datatype": "FP64", "data": [22000.0, 40, 1, 51000.5]}
REGION = {"name": "region", "shape": [1], "datatype": "BYTES", "data": ["south"]}


def tensor(name: str, datatype: str, *data: object) -> dict[str, object]:
    return {"name": name, "shape": [len(data)], "datatype": datatype, "data": list(data)}


LOAN = [
    tensor("car_value", "FP32", 22000.0),
    tensor("age", "INT64", 40),
    tensor("is_member", "BOOL", True),
    REGION,
    tensor("salary", "FP64", 51000.5),
]


def infer(
    document: object, *, world: World | None = None, path: str = INFER, **headers: str
) -> Response:
    return answer_request(post(path, document, **headers), (world or loan_world()).ports)


def with_inputs(*inputs: object, **more: object) -> dict[str, object]:
    return {"inputs": list(inputs), **more}


def outputs(response: Response) -> dict[str, Any]:
    assert response.status == 200, response.body
    return {one["name"]: one["data"] for one in json.loads(response.body)["outputs"]}


def refusal(response: Response) -> str:
    assert 400 <= response.status < 500, response.body
    assert response.content_type == "application/json"
    (name,) = json.loads(response.body)
    assert name == "error"
    return f"{response.status} {json.loads(response.body)['error']}"


def in_binary(*tensors: tuple[str, str, list[int], bytes], **more: object) -> tuple[bytes, str]:
    """Return the body and the length of its JSON, as Triton's client makes them."""
    inputs = [
        {
            "name": name,
            "datatype": datatype,
            "shape": shape,
            "parameters": {"binary_data_size": len(content)},
        }
        for name, datatype, shape, content in tensors
    ]
    head = json.dumps({"inputs": inputs, **more}).encode()
    return b"".join([head, *(content for *_, content in tensors)]), str(len(head))


BINARY_LOAN = in_binary(
    ("x", "FP32", [1, 4], write_numbers(np.array([22000, 40, 1, 51000.5]), "FP32")),
    ("region", "BYTES", [1], write_texts(["south"])),
    parameters={"binary_data_output": True},
)
