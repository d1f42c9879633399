"""What came true, as callers report it: read and checked."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeGuard

from functions.contracts.naming import CAPTURED_ID_PATTERN
from functions.contracts.served import Label, SpecView, Task
from functions.core.feature_values import LARGEST_NUMBER, show_value
from functions.core.problem import Problem, RefusedError, TooManyRowsError, json_pointer

if TYPE_CHECKING:
    from functions.contracts.capture import GroundTruthLine

MAXIMUM_ITEMS = 5000
"""The most outcomes in one request: about a megabyte of lines."""

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far in the future an outcome may have been observed: clocks differ by that much."""

_ROW_ID = re.compile(rf"{CAPTURED_ID_PATTERN}(?:/[0-9]{{1,6}})?")
_FIELDS = ("inference_id", "value", "observed_at")


class GroundTruthError(RefusedError):
    """Reported outcomes cannot be taken."""


def read_ground_truth(
    document: object, spec: SpecView, *, now: datetime
) -> "tuple[GroundTruthLine, ...]":
    """Return the lines of a parsed body, all of them or none.

    Raises
    ------
    GroundTruthError
        If the body is no array of `{"inference_id", "value", "observed_at"}`, an id is none of
        ours, a value is not one of the model's classes (or no finite number, for a regression), or
        a moment has no offset or lies in the future.
    TooManyRowsError
        If there are more than `MAXIMUM_ITEMS`.
    """
    if not isinstance(document, list) or not document:
        detail = f"expected an array of at least one outcome, got {show_value(document)}"
        raise GroundTruthError([Problem("", detail)])
    if len(document) > MAXIMUM_ITEMS:
        raise TooManyRowsError(len(document), MAXIMUM_ITEMS)
    problems = (
        Problem(json_pointer(index, *place), detail)
        for index, item in enumerate(document)
        for place, detail in _problems_of(item, spec, now)
    )
    if first := next(problems, None):
        raise GroundTruthError(chain([first], problems))
    from functions.contracts.capture import GroundTruthLine

    return tuple(
        GroundTruthLine(
            model=spec.model,
            inference_id=item["inference_id"],
            value=_value(item["value"], spec),
            observed_at=_moment(item["observed_at"]),
            received_at=now,
        )
        for item in document
    )


def is_row_id(text: str) -> bool:
    """Return whether a text is an inference id as answers and captures hold it.

    Examples
    --------
    >>> is_row_id("order-1024/7"), is_row_id("2026/11/order")
    (True, False)
    """
    return _ROW_ID.fullmatch(text) is not None


def _problems_of(
    item: object, spec: SpecView, now: datetime
) -> Iterator[tuple[tuple[str, ...], str]]:
    if not isinstance(item, dict):
        yield (), f"expected an object with {', '.join(_FIELDS)}, got {show_value(item)}"
        return
    for name in item:
        if name not in _FIELDS:
            yield (name,), f"unknown; an outcome has {', '.join(_FIELDS)}"
    misfits = {
        "inference_id": _find_id_misfit(item.get("inference_id")),
        "value": _find_value_misfit(item.get("value"), spec),
        "observed_at": _find_moment_misfit(item.get("observed_at"), now),
    }
    for name, misfit in misfits.items():
        if misfit is not None:
            yield (name,), misfit if name in item else "is missing"


def _find_id_misfit(value: object) -> str | None:
    if isinstance(value, str) and _ROW_ID.fullmatch(value):
        return None
    detail = f"expected an inference id as a prediction's answer holds it, got {show_value(value)}"
    if isinstance(value, str) and ("/" in value or "~" in value):
        return f"{detail}; of SageMaker's InferenceId write ~ as ~0 and / as ~1"
    return detail


def _find_value_misfit(value: object, spec: SpecView) -> str | None:
    if spec.task is Task.REGRESSION:
        if _is_number(value) and -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
            return None
        return f"expected a number of at most 3.4e38, got {show_value(value)}"
    if _find_class(value, spec) is not None:
        return None
    known = ", ".join(show_value(label) for label in spec.classes)
    return f"expected one of the classes {known}, got {show_value(value)}"


def _find_moment_misfit(value: object, now: datetime) -> str | None:
    try:
        moment = _moment(value)
    except (TypeError, ValueError, OverflowError):
        return (
            "expected a moment with its offset, such as 2026-01-31T10:00:00Z, "
            f"got {show_value(value)}"
        )
    if moment > now + CLOCK_TOLERANCE:
        return f"lies in the future of {now:%Y-%m-%dT%H:%M:%SZ}, got {show_value(value)}"
    return None


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _find_class(value: object, spec: SpecView) -> Label | None:
    """Return the class that a JSON value names; 1.0 names the class 1, true does not."""
    for label in spec.classes:
        same_kind = type(label) is type(value) or (_is_number(label) and _is_number(value))
        if same_kind and label == value:
            return label
    return None


def _value(value: Any, spec: SpecView) -> Label | float:  # noqa: ANN401 - JSON is anything
    label = _find_class(value, spec)
    return float(value) if label is None else label


def _moment(value: Any) -> datetime:  # noqa: ANN401 - JSON is anything
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        msg = f"{value} has no offset"
        raise ValueError(msg)
    return moment.astimezone(UTC)
