"""Captured rows in the formats of others."""

from datetime import timedelta

import numpy as np
import pytest

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.capture import CaptureLine, GroundTruthLine
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.contracts.model_spec import Task
from functions.core.capture_encoding import AnsweredRows
from functions.core.capture_export import (
    ExportedRow,
    LineExporter,
    output_names,
    plain_record,
    sagemaker_capture,
    sagemaker_capture_path,
    sagemaker_ground_truth,
    sagemaker_ground_truth_path,
)
from functions.core.capture_redaction import hash_columns
from tests.fakes.captures import stored_lines
from tests.fakes.documents import NOW

SCHEMA = FeatureSchema(
    features=(
        Feature(name="age", type="integer"),
        Feature(name="fuel", type="string", categories=("diesel, old", "gas")),
        Feature(name="member", type="boolean"),
        Feature(name="salary", type="number", pii=True),
    )
)
SPEC = ArtifactSpec(
    model="car",
    task=Task.BINARY_CLASSIFICATION,
    feature_schema=SCHEMA,
    target="sold",
    classes=("no", "yes"),
    maximum_rows=10,
    model_sha256="0" * 64,
)
ROWS = np.array([[40, 0, 1, 5], [np.nan, -1, 0, 6]], dtype=np.float32)
OUTPUTS = np.array([[0.25, 0.75], [0.5, 0.5]], dtype=np.float32)


def lines(rows: np.ndarray = ROWS, **changes: object) -> list[CaptureLine]:
    answered = AnsweredRows("a", "car", 1, SCHEMA, rows, OUTPUTS, NOW, caller="ann", latency_us=7)
    return [CaptureLine.model_validate_json(t) for t in stored_lines(answered._replace(**changes))]


def exported(*captured: CaptureLine) -> list[ExportedRow]:
    return list(LineExporter({1: SPEC}).rows(captured))


def test_says_each_row_in_the_words_of_the_model() -> None:
    first, second = exported(*lines())

    assert first.inference_id == "a/0"
    assert first.values == {"age": 40, "fuel": "diesel, old", "member": True, "salary": None}
    assert first.outputs == {"probability_no": 0.25, "probability_yes": 0.75}
    assert second.values == {"age": None, "fuel": None, "member": False, "salary": None}


def test_exports_each_row_once() -> None:
    rows = exported(*lines(), *lines(), *lines(inference_id="b"))

    assert [row.inference_id for row in rows] == ["a/0", "a/1", "b/0", "b/1"]


def test_shows_the_hash_of_what_is_personal() -> None:
    hashed = hash_columns(SCHEMA, ROWS, (3,), secret=b"k")
    (line,) = lines()
    open_schema = SCHEMA.model_copy(
        update={"features": tuple(f.model_copy(update={"pii": False}) for f in SCHEMA.features)}
    )
    (raw,) = lines(hashed, schema=open_schema)

    rows = exported(line.model_copy(update={"rows": raw.rows}))

    assert [row.values["salary"] for row in rows] == hashed[:, 3].astype(int).tolist()


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"schema_id": "another"},
        {"rows": "AAAA"},
        {"rows": "AAAAAAAAAAA="},
        {"outputs": "AAAAAAAAAAA="},
    ],
)
def test_leaves_out_and_counts_what_no_version_explains(change: dict[str, object]) -> None:
    (line,) = lines()
    exporter = LineExporter({1: SPEC})

    rows = list(exporter.rows([line.model_copy(update=change), line]))

    assert [row.inference_id for row in rows] == ["a/0", "a/1"]
    assert exporter.left_out == 2


def test_names_a_value_a_value() -> None:
    regression = SPEC.model_copy(update={"task": Task.REGRESSION, "classes": ()})

    assert output_names(regression) == ("value",)
    assert output_names(SPEC.model_copy(update={"classes": (False, True)})) == (
        "probability_0",
        "probability_1",
    )


def test_makes_one_flat_record_with_what_came_true() -> None:
    first, second = (plain_record(row, {"a/1": "yes"}) for row in exported(*lines()))

    assert first == {
        "inference_id": "a/0",
        "at": "2026-03-01T12:00:00+00:00",
        "version": 1,
        "variant": "champion",
        "caller": "ann",
        "latency_us": 7,
        "age": 40,
        "fuel": "diesel, old",
        "member": True,
        "salary": None,
        "probability_no": 0.25,
        "probability_yes": 0.75,
        "ground_truth": None,
    }
    assert second["ground_truth"] == "yes"


def test_speaks_sagemakers_data_capture() -> None:
    first, second = exported(*lines(variant="ab-1"))

    assert sagemaker_capture(first) == {
        "captureData": {
            "endpointInput": {
                "observedContentType": "text/csv",
                "mode": "INPUT",
                "data": '40,"diesel, old",1,',
                "encoding": "CSV",
            },
            "endpointOutput": {
                "observedContentType": "text/csv",
                "mode": "OUTPUT",
                "data": "0.25,0.75",
                "encoding": "CSV",
            },
        },
        "eventMetadata": {
            "eventId": "a/0",
            "inferenceId": "a/0",
            "inferenceTime": "2026-03-01T12:00:00Z",
        },
        "eventVersion": "0",
    }
    assert sagemaker_capture(second)["captureData"]["endpointInput"]["data"] == ",,0,"
    assert sagemaker_capture_path(first) == "captures/car/ab-1/2026/03/01/12/captures.jsonl"


def test_speaks_sagemakers_ground_truth() -> None:
    line = GroundTruthLine(
        model="car",
        inference_id="a/1",
        value=True,
        observed_at=NOW,
        received_at=NOW + timedelta(hours=1),
    )

    assert sagemaker_ground_truth(line) == {
        "groundTruthData": {"data": "1", "encoding": "CSV"},
        "eventMetadata": {"eventId": "a/1"},
        "eventVersion": "0",
    }
    assert sagemaker_ground_truth_path(line) == "ground_truth/2026/03/01/13/ground_truth.jsonl"
