"""Good requests of every wire, which the mutations of `kinds` make bad."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.unit.serving.world import GOOD_LOAN

LOAN_COLUMNS = tuple(GOOD_LOAN)
ROW = list(GOOD_LOAN.values())
JSON_HEADERS = {"content-type": "application/json"}
CSV_HEADERS = {"content-type": "text/csv"}
V2_DATATYPES = ("FP64", "INT64", "BOOL", "BYTES", "FP32")


@dataclass(frozen=True, slots=True)
class Sample:
    """One good request: its wire, where it goes, and either a document or bytes."""

    wire: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    document: Any = None
    body: bytes = b""

    def bytes(self) -> bytes:
        """The body as it is sent."""
        return self.body if self.document is None else json.dumps(self.document).encode()


def tensors(rows: int) -> list[dict[str, Any]]:
    """Return a tensor for each feature, as Open Inference Protocol clients send them."""
    return [
        {"name": name, "shape": [rows], "datatype": datatype, "data": [value] * rows}
        for name, datatype, value in zip(LOAN_COLUMNS, V2_DATATYPES, ROW, strict=True)
    ]


def binary_sample(rows: int) -> Sample:
    """Return a request in Triton's binary extension."""
    text = GOOD_LOAN["region"].encode()
    parts = [
        np.full(rows, GOOD_LOAN["car_value"], dtype="<f8").tobytes(),
        np.full(rows, GOOD_LOAN["age"], dtype="<i8").tobytes(),
        np.full(rows, GOOD_LOAN["is_member"], dtype="?").tobytes(),
        (len(text).to_bytes(4, "little") + text) * rows,
        np.full(rows, GOOD_LOAN["salary"], dtype="<f4").tobytes(),
    ]
    inputs = [
        {
            "name": tensor["name"],
            "shape": tensor["shape"],
            "datatype": tensor["datatype"],
            "parameters": {"binary_data_size": len(part)},
        }
        for tensor, part in zip(tensors(rows), parts, strict=True)
    ]
    head = json.dumps({"inputs": inputs}).encode()
    return Sample(
        "v2 binary",
        "/v2/models/loan_default/infer",
        {"inference-header-content-length": str(len(head))},
        body=head + b"".join(parts),
    )


def csv(rows: int, *, header: bool) -> bytes:
    """Return rows as CSV."""
    lines = [",".join(LOAN_COLUMNS)] * header + [",".join(map(str, ROW))] * rows
    return ("\n".join(lines) + "\n").encode()


def _split(rows: int) -> dict[str, Any]:
    return {"columns": list(LOAN_COLUMNS), "data": [ROW] * rows}


_PREDICT = "/models/loan_default/predict"
_MLFLOW = "/models/loan_default/invocations"
_SAGEMAKER = "/endpoints/loan_default/invocations"
_OUTCOME = {"inference_id": "a", "value": 1, "observed_at": "2026-03-01T10:00:00Z"}

SAMPLES: tuple[Sample, ...] = (
    Sample("windvane", _PREDICT, JSON_HEADERS, GOOD_LOAN),
    Sample("windvane", _PREDICT, JSON_HEADERS, {"records": [GOOD_LOAN] * 3}),
    Sample("windvane", _PREDICT, JSON_HEADERS, {"columns": {k: [v] for k, v in GOOD_LOAN.items()}}),
    Sample("ground truth", "/models/loan_default/ground-truth", JSON_HEADERS, [_OUTCOME]),
    Sample("v2", "/v2/models/loan_default/infer", JSON_HEADERS, {"inputs": tensors(2), "id": "x"}),
    Sample("v2", "/v2/models/loan_default/versions/1/infer", {}, {"inputs": tensors(1)}),
    binary_sample(2),
    Sample("mlflow", _MLFLOW, JSON_HEADERS, {"dataframe_split": _split(2)}),
    Sample("mlflow", _MLFLOW, JSON_HEADERS, {"dataframe_records": [GOOD_LOAN] * 2}),
    Sample("mlflow", _MLFLOW, JSON_HEADERS, {"instances": [GOOD_LOAN]}),
    Sample("mlflow", _MLFLOW, JSON_HEADERS, {"inputs": {k: [v] for k, v in GOOD_LOAN.items()}}),
    Sample("mlflow csv", _MLFLOW, CSV_HEADERS, body=csv(2, header=True)),
    Sample("sagemaker", _SAGEMAKER, JSON_HEADERS, {"instances": [ROW]}),
    Sample("sagemaker csv", _SAGEMAKER, CSV_HEADERS, body=csv(2, header=False)),
)


def rest_event(sample: Sample, body: bytes, **changes: Any) -> dict[str, Any]:
    """Return a REST API's event, with the body as base64 as `binaryMediaTypes: */*` sends it."""
    return {
        "resource": sample.path,
        "path": sample.path,
        "httpMethod": "POST",
        "headers": dict(sample.headers),
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
        "requestContext": {"stage": "v1", "identity": {"userArn": "arn:aws:iam::1:user/abuser"}},
        **changes,
    }


def http_event(sample: Sample, body: bytes, **changes: Any) -> dict[str, Any]:
    """Return an HTTP API's event."""
    return {
        "version": "2.0",
        "rawPath": sample.path,
        "headers": dict(sample.headers),
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
        "requestContext": {"stage": "$default", "http": {"method": "POST", "path": sample.path}},
        **changes,
    }
