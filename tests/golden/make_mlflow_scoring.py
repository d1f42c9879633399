"""Write mlflow_scoring.json: what MLflow's scoring server answers to the request matrix.

Needs an environment of its own, for MLflow is no dependency of ours:

    python3.11 -m venv mlflow-environment
    mlflow-environment/bin/pip install mlflow==3.14.0 pandas==2.3.3 numpy==2.4.6 \
        onnxruntime==1.31.1 onnx==1.23.2 httpx==0.28.1 msgspec==0.22.0
    mlflow-environment/bin/python -m tests.golden.make_mlflow_scoring

The models behind it are a `PythonModel` each that is given a DataFrame, makes the matrix and runs
the same ONNX graph as our serving does. They answer like MLflow's scikit-learn flavor: `predict`
gives labels or values, and a parameter asks for `predict_proba`.
"""

import base64
import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
from fastapi.testclient import TestClient
from mlflow.models import ModelSignature
from mlflow.pyfunc import PythonModel, scoring_server
from mlflow.types import ColSpec, ParamSchema, ParamSpec, Schema

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.feature_schema import Feature, FeatureType
from functions.contracts.model_spec import Task
from functions.core.encoding import encode_columns
from functions.inference.onnx_model import load_onnx_model
from tests.golden.mlflow_requests import CASES, Case
from tests.unit.serving.world import (
    LOAN_GRAPH,
    PRICE_GRAPH,
    PRICE_SPEC,
    TIER_GRAPH,
    TIER_SPEC,
    artifact_spec,
)

TARGET = Path(__file__).with_name("mlflow_scoring.json")
METHODS = ("predict", "predict_proba")
MODELS = {
    "loan_default": (artifact_spec(), LOAN_GRAPH),
    "tier": (TIER_SPEC, TIER_GRAPH),
    "car_price": (PRICE_SPEC, PRICE_GRAPH),
}
WITH_SIGNATURE = ("loan_default", "tier")
TYPES = {
    FeatureType.NUMBER: "double",
    FeatureType.BOOLEAN: "boolean",
    FeatureType.STRING: "string",
}


class GraphBehindPandas(PythonModel):  # type: ignore[misc] # mlflow has no types for it
    """Our graph as a data scientist's MLflow model: a DataFrame comes in."""

    def __init__(self, spec: ArtifactSpec, content: bytes) -> None:
        self._spec = spec.model_dump_json()
        self._content = content

    def predict(self, model_input: Any, params: Any = None) -> Any:
        """Answer labels or values, or what `predict_method` asks for."""
        spec = ArtifactSpec.model_validate_json(self._spec)
        method = (params or {}).get("predict_method", "predict")
        if method not in METHODS or (method == "predict_proba" and not spec.classes):
            msg = f"there is no method {method}"
            raise ValueError(msg)
        graph = load_onnx_model(
            self._content, expected_sha256=hashlib.sha256(self._content).hexdigest()
        )
        outputs = graph.run(encode_columns(spec.feature_schema, _columns(model_input, spec)))
        if spec.task is Task.REGRESSION:
            return outputs[:, 0]
        if method == "predict_proba":
            return outputs
        return np.array(spec.classes, dtype=object)[outputs.argmax(axis=1)]


def _columns(data: Any, spec: ArtifactSpec) -> dict[str, list[object]]:
    """Return what a pipeline of named columns sees; unnamed ones are taken in order."""
    frame = data if isinstance(data, pd.DataFrame) else pd.DataFrame(data)
    names = spec.feature_schema.names
    if list(frame.columns) == list(range(len(names))):
        frame = frame.set_axis(list(names), axis=1)
    columns: dict[str, list[object]] = {}
    for feature in spec.feature_schema.features:
        if feature.allows_missing and feature.name not in frame:
            columns[feature.name] = [None] * len(frame)
        else:
            values = frame[feature.name].tolist()
            columns[feature.name] = [None if pd.isna(value) else value for value in values]
    return columns


def _column(feature: Feature) -> ColSpec:
    if feature.type is FeatureType.INTEGER:
        # MLflow's advice where values may be missing: pandas has no whole number for that.
        kind = "double" if feature.allows_missing else "long"
    else:
        kind = TYPES[feature.type]
    return ColSpec(kind, feature.name, required=not feature.allows_missing)


def _signature(spec: ArtifactSpec) -> ModelSignature | None:
    if spec.model not in WITH_SIGNATURE:
        return None
    features = spec.feature_schema.features
    params = [ParamSpec("predict_method", "string", "predict")]
    return ModelSignature(
        inputs=Schema([_column(feature) for feature in features]), params=ParamSchema(params)
    )


def _serve(spec: ArtifactSpec, content: bytes) -> TestClient:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        mlflow.pyfunc.save_model(
            path,
            python_model=GraphBehindPandas(spec, content),
            signature=_signature(spec),
            pip_requirements=[],
        )
        application = scoring_server.init(mlflow.pyfunc.load_model(str(path)))
    return TestClient(application, raise_server_exceptions=False)


def _ask(client: TestClient, case: Case) -> dict[str, Any]:
    headers = {} if case.content_type is None else {"content-type": case.content_type}
    response = client.post("/invocations", content=case.body, headers=headers)
    answer: dict[str, Any] = {"status": response.status_code}
    media_type = response.headers.get("content-type", "").partition(";")[0]
    if media_type == "application/json":
        document = response.json()
        answer |= {key: document[key] for key in ("predictions", "error_code") if key in document}
    return {**_store(case), "mlflow": {**answer, "content_type": media_type}}


def _store(case: Case) -> dict[str, Any]:
    stored: dict[str, Any] = {
        "name": case.name,
        "model": case.model,
        "content_type": case.content_type,
    }
    try:
        return {**stored, "body": case.body.decode()}
    except UnicodeDecodeError:
        return {**stored, "body_base64": base64.b64encode(case.body).decode()}


def main() -> None:
    """Ask MLflow everything, and write its answers down."""
    mlflow.set_tracking_uri(Path(tempfile.gettempdir(), "unused").as_uri())
    clients = {name: _serve(spec, content) for name, (spec, content) in MODELS.items()}
    document = {
        "mlflow_version": mlflow.__version__,
        "cases": [_ask(clients[case.model], case) for case in CASES],
    }
    TARGET.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
