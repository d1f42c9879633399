from datetime import datetime, timedelta

import pytest

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.model_spec import Task
from functions.core.labelled_records import LabelFileError, Record, inference_id_of, read_labels
from tests.fakes.documents import NOW
from tests.unit.core.drift_world import spec

NAMED = spec().model_copy(update={"classes": ("no", "yes")})
VALUED = spec().model_copy(update={"task": Task.REGRESSION, "classes": ()})


def _sagemaker(data: object, event: object = None, encoding: str = "CSV") -> Record:
    """As AWS documents it under "Ingest Ground Truth labels and merge them with predictions"."""
    return {
        "groundTruthData": {"data": data, "encoding": encoding},
        "eventMetadata": event or {"eventId": "aaaa-bbbb-cccc"},
        "eventVersion": "0",
    }


@pytest.mark.parametrize(
    ("described", "record", "value"),
    [
        (spec(), {"inference_id": "a/1", "value": 1}, 1),
        (spec(), {"id": "a/1", "label": "1"}, 1),
        (spec(), {"inference_id": "a", "value": True}, 1),
        (spec(), {"inference_id": "a", "value": "0.0"}, 0),
        (NAMED, {"inference_id": "a", "value": "yes"}, "yes"),
        (VALUED, {"inference_id": "a", "value": "12.5"}, 12.5),
        (VALUED, {"inference_id": "a", "value": 12}, 12.0),
        (spec(), _sagemaker("1"), 1),
        (NAMED, _sagemaker("yes"), "yes"),
        (VALUED, _sagemaker("12.5"), 12.5),
    ],
)
def test_reads_a_label_in_the_type_of_the_models_classes(
    described: ArtifactSpec, record: Record, value: object
) -> None:
    (line,) = read_labels([record], described, now=NOW)

    assert line.value == value
    assert type(line.value) is type(value)
    assert (line.model, line.received_at) == ("car", NOW)


@pytest.mark.parametrize(
    ("written", "observed"),
    [
        ({}, NOW),
        ({"observed_at": (NOW - timedelta(days=1)).isoformat()}, NOW - timedelta(days=1)),
        ({"time": "2026-01-02T03:04:05+02:00"}, datetime.fromisoformat("2026-01-02T01:04:05Z")),
        ({"time": "2026-01-02 03:04:05"}, datetime.fromisoformat("2026-01-02T03:04:05Z")),
        ({"time": None}, NOW),
    ],
)
def test_takes_the_time_of_a_label_as_utc_unless_it_says_otherwise(
    written: Record, observed: datetime
) -> None:
    (line,) = read_labels([{"inference_id": "a", "value": 1, **written}], spec(), now=NOW)

    assert line.observed_at == observed


@pytest.mark.parametrize(
    ("event_id", "inference_id"),
    [
        ("aaaa-bbbb-cccc", "aaaa-bbbb-cccc"),
        ("order/7", "order/7"),
        ("2026/11/order", "2026~111~1order"),
        ("order~x", "order~0x"),
        ("2026~111~1order", "2026~111~1order"),
    ],
)
def test_reads_sagemakers_ids_as_captures_hold_them(event_id: str, inference_id: str) -> None:
    record = _sagemaker("1", {"eventId": event_id})

    (line,) = read_labels([record], spec(), now=NOW)

    assert line.inference_id == inference_id_of(event_id) == inference_id


def test_prefers_the_id_that_the_caller_chose() -> None:
    record = _sagemaker("1", {"eventId": "theirs", "inferenceId": "mine"})

    (line,) = read_labels([record], spec(), now=NOW)

    assert line.inference_id == "mine"


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"value": 1}, "row 2 has no inference_id or id, got value"),
        ({}, "row 2 has no inference_id or id, got nothing"),
        ({"id": "a", "outcome": 1}, "row 2 has no value or label, got id, outcome"),
        ({"id": "a", "value": 2}, "row 2: value: expected one of the classes 0, 1, got 2"),
        ({"id": "", "value": 1}, "row 2: inference_id: expected an inference id"),
        ({"id": "a", "value": 1, "time": "soon"}, "row 2: observed_at: expected a moment"),
        (_sagemaker("1", encoding="JSON"), "row 2: groundTruthData.encoding must be CSV"),
        (_sagemaker("1,0"), 'row 2: groundTruthData.data must be one value, got "1,0"'),
        (_sagemaker("1", {"id": "a"}), "row 2: eventMetadata has no eventId"),
        ({"groundTruthData": 1}, "row 2: groundTruthData and eventMetadata must be objects"),
    ],
)
def test_takes_no_row_of_a_file_with_one_that_is_no_label(record: Record, message: str) -> None:
    with pytest.raises(LabelFileError, match=f"^{message}"):
        read_labels([{"id": "a", "value": 1}, record], spec(), now=NOW)


def test_counts_the_rows_of_a_long_file() -> None:
    records: list[Record] = [{"id": f"a/{row}", "value": row % 2} for row in range(5002)]

    assert len(read_labels(records, spec(), now=NOW)) == 5002
    with pytest.raises(LabelFileError, match=r"^row 5003: value: expected one of"):
        read_labels([*records, {"id": "a", "value": 9}], spec(), now=NOW)
