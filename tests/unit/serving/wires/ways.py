"""The same rows, asked for in every way that there is; what comes back is the same numbers."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.feature_schema import Feature, FeatureType
from functions.contracts.model_spec import Task
from functions.core.predictions import shortest_number

Row = Mapping[str, Any]
Numbers = list[Any]
"""A row each: the value, the probability of the positive class, or those of all classes."""

JSON_LENGTH = "inference-header-content-length"
JSON = {"content-type": "application/json"}
BINARY = "application/octet-stream"
PROBABLY = {"predict_method": "predict_proba"}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a request was answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def document(self) -> Any:
        """The JSON of a good answer."""
        assert self.status == 200, self.body
        return json.loads(self.body)


Send = Callable[[str, bytes, Mapping[str, str]], Reply]
"""Posts a body with headers to a path."""


@dataclass(frozen=True, slots=True)
class Asker:
    """One model, asked over and over for the same rows."""

    send: Send
    spec: ArtifactSpec
    rows: Sequence[Row]

    def windvane_records(self) -> Numbers:
        """Return Windvane's own answer to records."""
        return self._described(self._post(self._own, {"records": list(self.rows)}))

    def windvane_columns(self) -> Numbers:
        """Return Windvane's own answer to columns."""
        return self._described(self._post(self._own, {"columns": self._columns()}))

    def open_inference_json(self) -> Numbers:
        """Return the Open Inference Protocol's answer to tensors in JSON."""
        tensors = [{**tensor, "data": data} for tensor, data in self._tensors()]
        reply = self._post(self._infer, {"inputs": tensors})
        found = {output["name"]: output for output in reply.document()["outputs"]}
        output = found["probabilities" if self.spec.classes else "value"]
        return self._numbers(np.array(output["data"]).reshape(len(self.rows), -1).tolist())

    def open_inference_binary(self) -> Numbers:
        """Return the Open Inference Protocol's answer to bytes, in bytes."""
        parts = [(tensor, _packed(tensor, data)) for tensor, data in self._tensors()]
        inputs = [
            {**tensor, "parameters": {"binary_data_size": len(part)}} for tensor, part in parts
        ]
        name = "probabilities" if self.spec.classes else "value"
        outputs = [{"name": name, "parameters": {"binary_data": True}}]
        head = json.dumps({"inputs": inputs, "outputs": outputs}).encode()
        body = head + b"".join(part for _, part in parts)
        headers = {JSON_LENGTH: str(len(head)), "content-type": BINARY, "accept": BINARY}
        reply = self.send(self._infer, body, headers)
        assert reply.status == 200, reply.body
        numbers = np.frombuffer(reply.body[int(reply.headers[JSON_LENGTH]) :], dtype="<f4")
        rows = numbers.reshape(len(self.rows), -1)
        return self._numbers([[shortest_number(value) for value in row] for row in rows])

    def mlflow_split(self) -> Numbers:
        """Return MLflow's answer to `dataframe_split`, with the literal NaN of its client."""
        data = [
            [np.nan if value is None else value for value in self._values(row)] for row in self.rows
        ]
        return self._methods({"dataframe_split": {"columns": self._names, "data": data}})

    def mlflow_records(self) -> Numbers:
        """Return MLflow's answer to `dataframe_records`."""
        return self._methods({"dataframe_records": list(self.rows)})

    def mlflow_instances(self) -> Numbers:
        """Return MLflow's answer to rows without names."""
        return self._methods({"instances": [self._values(row) for row in self.rows]})

    def mlflow_inputs(self) -> Numbers:
        """Return MLflow's answer to columns."""
        return self._methods({"inputs": self._columns()})

    def sagemaker_json(self) -> Numbers:
        """Return SageMaker's answer to records."""
        return self._described(self._post(self._endpoint, {"instances": list(self.rows)}))

    def sagemaker_csv(self) -> Numbers:
        """Return SageMaker's answer in CSV to CSV."""
        headers = {"content-type": "text/csv", "accept": "text/csv"}
        reply = self.send(self._endpoint, self._csv(has_header=False).encode(), headers)
        assert reply.status == 200, reply.body
        first = {Task.REGRESSION: 0, Task.BINARY_CLASSIFICATION: 1}.get(self.spec.task, 2)
        lines = csv.reader(io.StringIO(reply.body.decode()))
        numbers = [list(map(float, line[first:])) for line in lines]
        return numbers if len(self.spec.classes) > 2 else [row[0] for row in numbers]

    def labels(self) -> dict[str, list[Any]]:
        """Return each row's label by Windvane's own wire and by MLflow's, from JSON and CSV."""
        own = self._post(self._own, {"records": list(self.rows)}).document()["predictions"]
        reply = self.send(
            self._invocations, self._csv(has_header=True).encode(), {"content-type": "text/csv"}
        )
        records = self._post(self._invocations, {"dataframe_records": list(self.rows)})
        return {
            "windvane": [row.get("label", row.get("value")) for row in own],
            "mlflow csv": reply.document()["predictions"],
            "mlflow json": records.document()["predictions"],
        }

    @property
    def _own(self) -> str:
        return f"/models/{self.spec.model}/predict"

    @property
    def _infer(self) -> str:
        return f"/v2/models/{self.spec.model}/infer"

    @property
    def _invocations(self) -> str:
        return f"/models/{self.spec.model}/invocations"

    @property
    def _endpoint(self) -> str:
        return f"/endpoints/{self.spec.model}/invocations"

    @property
    def _names(self) -> list[str]:
        return list(self.spec.feature_schema.names)

    def _values(self, row: Row) -> list[Any]:
        return [row[name] for name in self._names]

    def _columns(self) -> dict[str, list[Any]]:
        return {name: [row[name] for row in self.rows] for name in self._names}

    def _post(self, path: str, document: object) -> Reply:
        return self.send(path, json.dumps(document).encode(), JSON)

    def _methods(self, form: dict[str, Any]) -> Numbers:
        params = PROBABLY if self.spec.classes else {}
        reply = self._post(self._invocations, {**form, "params": params})
        predictions: Numbers = reply.document()["predictions"]
        return self._numbers(predictions) if self.spec.classes else predictions

    def _described(self, reply: Reply) -> Numbers:
        key = {
            Task.REGRESSION: "value",
            Task.BINARY_CLASSIFICATION: "probability",
            Task.MULTICLASS_CLASSIFICATION: "probabilities",
        }[self.spec.task]
        found = [row[key] for row in reply.document()["predictions"]]
        return [list(row.values()) if isinstance(row, dict) else row for row in found]

    def _numbers(self, outputs: list[list[float]]) -> Numbers:
        """Return of all outputs those that the other wires show."""
        return outputs if len(self.spec.classes) > 2 else [row[-1] for row in outputs]

    def _tensors(self) -> list[tuple[dict[str, Any], list[Any]]]:
        return [
            (
                {
                    "name": feature.name,
                    "shape": [len(self.rows)],
                    "datatype": _datatype(feature),
                },
                [_element(row[feature.name], feature) for row in self.rows],
            )
            for feature in self.spec.feature_schema.features
        ]

    def _csv(self, *, has_header: bool) -> str:
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerows([self._names] * has_header)
        writer.writerows(self._values(row) for row in self.rows)
        return text.getvalue()


WAYS: tuple[Callable[[Asker], Numbers], ...] = (
    Asker.windvane_records,
    Asker.windvane_columns,
    Asker.open_inference_json,
    Asker.open_inference_binary,
    Asker.mlflow_split,
    Asker.mlflow_records,
    Asker.mlflow_instances,
    Asker.mlflow_inputs,
    Asker.sagemaker_json,
    Asker.sagemaker_csv,
)


def answers(asker: Asker) -> dict[str, Numbers]:
    """Return what each way of asking gives."""
    return {way.__name__: way(asker) for way in WAYS}


def _datatype(feature: Feature) -> str:
    if feature.type is FeatureType.STRING:
        return "BYTES"
    if feature.type is FeatureType.BOOLEAN:
        return "BOOL"
    return "FP64" if feature.type is FeatureType.NUMBER or feature.allows_missing else "INT64"


def _element(value: Any, feature: Feature) -> Any:
    if value is None:
        return "" if feature.type is FeatureType.STRING else float("nan")
    return value


def _packed(tensor: Mapping[str, Any], data: Sequence[Any]) -> bytes:
    if tensor["datatype"] == "BYTES":
        texts = [text.encode() for text in data]
        return b"".join(len(text).to_bytes(4, "little") + text for text in texts)
    kinds = {"BOOL": "?", "FP64": "<f8", "INT64": "<i8"}
    return np.array(data, dtype=kinds[tensor["datatype"]]).tobytes()
