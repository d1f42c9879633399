"""Calls by KServe's own client, printed as JSON: python kserve_calls.py URL HEADERS ROWS."""

import asyncio
import json
import sys
from collections.abc import Awaitable
from typing import Any

import httpx
import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig

MODEL = "car_price"
DATATYPES = {
    "car_age": "INT64",
    "km_driven": "FP32",
    "price_new": "FP64",
    "accident_count": "INT32",
    "door_count": "UINT8",
    "fuel": "BYTES",
    "transmission": "BYTES",
}


def in_json(rows: list[dict[str, Any]]) -> InferRequest:
    inputs = [
        InferInput(name, [len(rows)], datatype, data=[row[name] for row in rows])
        for name, datatype in DATATYPES.items()
    ]
    return InferRequest(MODEL, inputs, request_id="mine")


def in_binary(rows: list[dict[str, Any]]) -> InferRequest:
    numbers = np.array(
        [[value for value in row.values() if not isinstance(value, str)] for row in rows],
        dtype=np.float32,
    )
    texts = np.array(
        [[value for value in row.values() if isinstance(value, str)] for row in rows],
        dtype=np.object_,
    )
    inputs = [
        InferInput("numbers", list(numbers.shape), "FP32"),
        InferInput("texts", list(texts.shape), "BYTES"),
    ]
    for made, array in zip(inputs, (numbers, texts), strict=True):
        made.set_data_from_numpy(array, binary_data=True)
    return InferRequest(MODEL, inputs, parameters={"binary_data_output": True})


async def message_of(call: Awaitable[object]) -> str:
    try:
        await call
    except httpx.HTTPStatusError as error:
        return str(error)
    return "no error"


async def main(url: str, headers: dict[str, str], rows: list[dict[str, Any]]) -> dict[str, Any]:
    async with InferenceRESTClient(RESTConfig(protocol="v2")) as client:

        async def infer(request: InferRequest, model: str = MODEL) -> Any:
            return await client.infer(url, request, model_name=model, headers=dict(headers))

        answer = await infer(in_json(rows))
        binary = await infer(in_binary(rows))
        return {
            "live": await client.is_server_live(url, headers=headers),
            "ready": await client.is_server_ready(url, headers=headers),
            "model_ready": await client.is_model_ready(url, MODEL, headers=headers),
            "no_model_ready": await client.is_model_ready(url, "nobody", headers=headers),
            "answer": {
                "id": answer.id,
                "model_name": answer.model_name,
                "model_version": answer.model_version,
            },
            "values": {
                "in_json": answer.outputs[0].as_numpy().tolist(),
                "in_binary": binary.outputs[0].as_numpy().tolist(),
            },
            "errors": {
                "missing": await message_of(infer(InferRequest(MODEL, in_json(rows).inputs[:3]))),
                "unknown": await message_of(infer(in_json(rows), "nobody")),
            },
        }


if __name__ == "__main__":
    url, headers, rows = sys.argv[1:]
    print(json.dumps(asyncio.run(main(url, json.loads(headers), json.loads(rows)))))  # noqa: T201 - its answer
