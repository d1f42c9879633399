"""The handler of a textbook: FastAPI and Mangum, pydantic in and out; imports nothing of ours."""

from collections.abc import Callable
from typing import Any

import numpy as np
import onnxruntime as ort
from fastapi import FastAPI
from mangum import Mangum
from pydantic import BaseModel, create_model


class Prediction(BaseModel):
    """One row's answer."""

    label: int
    probability: float


class Predictions(BaseModel):
    """The answer."""

    predictions: list[Prediction]


def make_handler(
    content: bytes, names: list[str], *, texts: int = 0, asynchronous: bool = False
) -> Callable[[Any, Any], Any]:
    """Return a Lambda handler of a model; the first `texts` features are categories."""
    session = ort.InferenceSession(content, providers=["CPUExecutionProvider"])
    codes = {f"category_{code}": float(code) for code in range(10)}
    kinds = {name: (str if index < texts else float, ...) for index, name in enumerate(names)}
    record_type: Any = create_model("Record", **kinds)  # type: ignore[call-overload] # made here
    batch_type: Any = create_model("Batch", records=(list[record_type], ...))  # type: ignore[valid-type] # made here
    app = FastAPI()

    def run(records: list[Any]) -> Predictions:
        rows = [[getattr(record, name) for name in names] for record in records]
        matrix = np.array(
            [[codes.get(v, -1.0) if isinstance(v, str) else v for v in row] for row in rows],
            dtype=np.float32,
        )
        probabilities = session.run(["probabilities"], {"rows": matrix})[0][:, 1]
        return Predictions(
            predictions=[
                Prediction(label=int(p >= 0.5), probability=float(p)) for p in probabilities
            ]
        )

    if asynchronous:

        @app.post("/models/bench/predict")
        async def predict(record: record_type) -> Predictions:
            return run([record])

        @app.post("/models/bench/predict_batch")
        async def predict_batch(batch: batch_type) -> Predictions:
            return run(batch.records)

    else:

        @app.post("/models/bench/predict")
        def predict(record: record_type) -> Predictions:
            return run([record])

        @app.post("/models/bench/predict_batch")
        def predict_batch(batch: batch_type) -> Predictions:
            return run(batch.records)

    return Mangum(app, lifespan="off")
