"""Labels in files, ours and SageMaker's, as the lines that the API would have made of them."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from functions.contracts.capture import GroundTruthLine
from functions.contracts.errors import WindvaneError
from functions.contracts.model_spec import Task
from functions.contracts.naming import captured_id
from functions.contracts.served import SpecView
from functions.core.encoding import canonical_label
from functions.core.feature_values import show_value
from functions.core.ground_truth import (
    MAXIMUM_ITEMS,
    GroundTruthError,
    is_row_id,
    read_ground_truth,
)

Record = Mapping[str, object]

ID_NAMES = ("inference_id", "id")
VALUE_NAMES = ("value", "label")
TIME_NAMES = ("observed_at", "time")

_SAGEMAKER = "groundTruthData"


class LabelFileError(WindvaneError):
    """A file's row is no label of the model; no row of it was taken."""


class _Label(NamedTuple):
    """A row's label before its values are checked."""

    inference_id: object
    value: object
    observed_at: object


def read_labels(
    records: Sequence[Record], spec: SpecView, *, now: datetime
) -> tuple[GroundTruthLine, ...]:
    """Return the lines of a file's rows, all of them or none.

    Parameters
    ----------
    records : sequence of mapping
        Rows with `inference_id` (or `id`), `value` (or `label`) and, if it is known, `observed_at`
        (or `time`; without an offset it is UTC), else `now`. Or records of SageMaker's Model
        Monitor, `{"groundTruthData": {"data", "encoding"}, "eventMetadata": {"eventId"}}`.
    spec : SpecView
        What the model's champion says of itself. A class may be written as any spelling of it that
        a table knows (`1` of "1", `true` of 1).
    now : datetime

    Raises
    ------
    LabelFileError
        If a row is no label of the model: the first, with its number, counted from 1, and what to
        do.
    """
    lines: list[GroundTruthLine] = []
    for start in range(0, len(records), MAXIMUM_ITEMS):
        part = records[start : start + MAXIMUM_ITEMS]
        items = [_item(record, spec, now, number) for number, record in enumerate(part, start + 1)]
        try:
            lines += read_ground_truth(items, spec, now=now)
        except GroundTruthError as error:
            index, _, field = error.problems[0].pointer.removeprefix("/").partition("/")
            number, detail = start + int(index) + 1, error.problems[0].detail
            msg = f"row {number}: {field or 'the row'}: {detail}"
            raise LabelFileError(msg) from error
    return tuple(lines)


def inference_id_of(event_id: str) -> str:
    """Return the inference id that an `eventId` of SageMaker's names.

    An id as our answers hold it stays as it is, `order/7` too, which is row 7 of the request
    `order`. Any other is a client's own InferenceId, and is written as captures hold it.

    Examples
    --------
    >>> inference_id_of("order/7"), inference_id_of("2026/11/order")
    ('order/7', '2026~111~1order')
    """
    return event_id if is_row_id(event_id) else captured_id(event_id)


def _item(record: Record, spec: SpecView, now: datetime, number: int) -> dict[str, object]:
    label = (
        _sagemaker_label(record, number) if _SAGEMAKER in record else _table_label(record, number)
    )
    observed = now.isoformat() if label.observed_at is None else _with_offset(label.observed_at)
    inference_id = label.inference_id
    return {
        "inference_id": str(inference_id) if isinstance(inference_id, int) else inference_id,
        "value": _value(label.value, spec),
        "observed_at": observed,
    }


def _table_label(record: Record, number: int) -> _Label:
    found = []
    for names in (ID_NAMES, VALUE_NAMES):
        held = [record[name] for name in names if record.get(name) is not None]
        if not held:
            msg = f"row {number} has no {' or '.join(names)}, got {', '.join(record) or 'nothing'}"
            raise LabelFileError(msg)
        found.append(held[0])
    times = [record[name] for name in TIME_NAMES if record.get(name) is not None]
    return _Label(found[0], found[1], times[0] if times else None)


def _sagemaker_label(record: Record, number: int) -> _Label:
    data, event = record[_SAGEMAKER], record.get("eventMetadata")
    if not isinstance(data, dict) or not isinstance(event, dict):
        msg = f"row {number}: groundTruthData and eventMetadata must be objects"
        raise LabelFileError(msg)
    if data.get("encoding", "CSV") != "CSV":
        msg = f"row {number}: groundTruthData.encoding must be CSV, got {data['encoding']!r}"
        raise LabelFileError(msg)
    name = event.get("inferenceId") or event.get("eventId")
    if not isinstance(name, str):
        msg = f"row {number}: eventMetadata has no eventId, got {show_value(event)}"
        raise LabelFileError(msg)
    cells = list(_cells(str(data.get("data", ""))))
    if len(cells) != 1:
        shown = show_value(data.get("data"))
        msg = f"row {number}: groundTruthData.data must be one value, got {shown}"
        raise LabelFileError(msg)
    return _Label(inference_id_of(name), cells[0], None)


def _cells(text: str) -> Iterator[str]:
    for row in csv.reader(text.splitlines()):
        yield from row


def _value(value: object, spec: SpecView) -> object:
    """Return a label in the type that the model's classes have; what fits none stays as it is."""
    if spec.task is Task.REGRESSION:
        return _number(value) if isinstance(value, str) else value
    names = {canonical_label(label): label for label in spec.classes}
    text = canonical_label(value)
    if text not in names and isinstance(value, str):
        text = canonical_label(_number(value))
    return names.get(text, value)


def _number(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text


def _with_offset(moment: object) -> object:
    """Return a moment as JSON writes it, in UTC if it says nothing else."""
    try:
        read = moment if isinstance(moment, datetime) else datetime.fromisoformat(str(moment))
    except ValueError:
        return moment
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).isoformat()
