"""The ONNX file as a BentoML service, the way of its documentation."""

import os

import bentoml
import numpy as np
import onnxruntime as ort


@bentoml.service(workers=1)
class Bench:
    """One model."""

    def __init__(self) -> None:
        path = os.environ["BENCH_MODEL"]
        self.session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])

    @bentoml.api
    def predict(self, rows: np.ndarray) -> np.ndarray:
        """Return the probabilities of rows."""
        return self.session.run(["probabilities"], {"rows": rows.astype(np.float32)})[0]
