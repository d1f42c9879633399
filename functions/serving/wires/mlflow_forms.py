"""The four forms in which MLflow's clients write a table as JSON; SageMaker's callers use them too.

`dataframe_split` and `dataframe_records` are pandas' own, `instances` and `inputs` are TensorFlow
Serving's. Rows without names are taken in the order of the model's features.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any, TypeGuard, cast

import numpy as np
from numpy.typing import NDArray

from functions.contracts.served import Task
from functions.core.feature_values import show_value
from functions.core.problem import Problem, json_pointer
from functions.core.records import (
    Place,
    RecordReader,
    RecordsError,
    check_columns,
    locate_in_columns,
)
from functions.serving.bodies import read_body
from functions.serving.exchange import Request
from functions.serving.served_version import ServedVersion

SPLIT, RECORDS, INSTANCES, INPUTS = "dataframe_split", "dataframe_records", "instances", "inputs"
FORMS = (SPLIT, RECORDS, INSTANCES, INPUTS)
PARAMS = "params"
METHOD = "predict_method"
_SPLIT_KEYS = ("columns", "data", "index")
_WANTED = f"an object with exactly one of {', '.join(FORMS)}"


class Method(StrEnum):
    """What is asked of a model, by the names of scikit-learn's methods."""

    PREDICT = "predict"
    PREDICT_PROBA = "predict_proba"


@dataclass(frozen=True, slots=True)
class FormRows:
    """The rows of one request; `method` is None where the body does not say."""

    matrix: NDArray[np.float32]
    locate: Callable[[int], str]
    method: Method | None = None

    def pointer(self, row: int) -> str:
        """Return where a row stands in the body."""
        return self.locate(row)


def read_form_body(request: Request, version: ServedVersion) -> FormRows:
    """Return the rows of a JSON body; a literal NaN in it is a missing value."""
    from functions.core.strict_json import parse_json

    most = version.reader.maximum_containers
    document = parse_json(read_body(request), allow_nan=True, maximum_containers=most)
    return read_form(document, version)


def read_form(document: object, version: ServedVersion) -> FormRows:
    """Return the rows of a parsed body.

    Keys beside the form and `params` mean nothing and are not looked at, as MLflow does it. Raises
    RecordsError with a pointer to whatever does not fit, and TooManyRowsError.
    """
    body = _check_body(document)
    form = _find_form(body)
    content = body[form]
    method = _read_method(body.get(PARAMS), version.spec.task)
    reader = version.reader
    match form:
        case "dataframe_split":
            matrix, locate = _read_split(content, reader)
        case "dataframe_records":
            matrix = reader.read_records(content, (form,))
            locate = partial(_locate_item, (form,))
        case _:
            matrix, locate = _read_tensors(content, reader, (form,))
    return FormRows(matrix, locate, method)


_Table = tuple[NDArray[np.float32], Callable[[int], str]]


def _check_body(document: object) -> dict[str, Any]:
    if isinstance(document, dict):
        return document
    raise _refusal((), f"expected {_WANTED}, got {show_value(document)}")


def _find_form(body: Mapping[str, object]) -> str:
    found = [form for form in FORMS if form in body]
    if len(found) != 1:
        raise _refusal((), f"expected {_WANTED}, got {' and '.join(found) or 'none of them'}")
    return found[0]


def _read_method(params: object, task: Task) -> Method | None:
    if params is None:
        return None
    if not isinstance(params, dict):
        raise _refusal((PARAMS,), f"expected an object, got {show_value(params)}")
    if METHOD not in params:
        return None
    methods = tuple(Method)[: 1 if task is Task.REGRESSION else 2]
    if params[METHOD] not in methods:
        detail = f"expected one of {', '.join(methods)}, got {show_value(params[METHOD])}"
        raise _refusal((PARAMS, METHOD), detail)
    return Method(params[METHOD])


def _read_split(split: Any, reader: RecordReader) -> _Table:  # noqa: ANN401 - JSON is anything
    if not isinstance(split, dict):
        raise _refusal((SPLIT,), f"expected an object, got {show_value(split)}")
    for key in split:
        if key not in _SPLIT_KEYS:
            raise _refusal((SPLIT, key), f"unknown; a split has {', '.join(_SPLIT_KEYS)}")
    names = split.get("columns")
    if names is None:
        names = list(reader.schema.names)
    _check_names(names)
    table = _read_rows(split.get("data"), names, reader, (SPLIT, "data"))
    _check_index(split.get("index"), len(table[0]))
    return table


def _check_names(names: object) -> None:
    place = (SPLIT, "columns")
    if not isinstance(names, list) or not names:
        raise _refusal(place, f"expected an array of names, got {show_value(names)}")
    seen: set[str] = set()
    for index, name in enumerate(names):
        if not isinstance(name, str):
            raise _refusal((*place, index), f"expected a name, got {show_value(name)}")
        if name in seen:
            raise _refusal((*place, index), f"names the column {show_value(name)} again")
        seen.add(name)


def _check_index(index: object, rows: int) -> None:
    if index is None or (isinstance(index, list) and len(index) == rows):
        return
    raise _refusal((SPLIT, "index"), f"expected an array of {rows}, one for each row, or nothing")


def _read_tensors(content: Any, reader: RecordReader, place: Place) -> _Table:  # noqa: ANN401 - JSON is anything
    if isinstance(content, dict):
        return _read_columns(content, reader, place)
    if not isinstance(content, list) or not content:
        detail = f"expected an array of records or of rows, or columns, got {show_value(content)}"
        raise _refusal(place, detail)
    if isinstance(content[0], dict):
        return reader.read_records(content, place), partial(_locate_item, place)
    if len(reader.schema.features) == 1 and not isinstance(content[0], list):
        content = [[value] for value in content]
    return _read_rows(content, reader.schema.names, reader, place)


def _read_columns(columns: dict[str, Any], reader: RecordReader, place: Place) -> _Table:
    """Return the rows of an object of columns, or of plain values, which are one row."""
    if columns and not any(isinstance(value, list | dict) for value in columns.values()):
        one = {name: [value] for name, value in columns.items()}
        matrix = reader.read_table(one, lambda name, _row: json_pointer(*place, name))
        return matrix, lambda _row: json_pointer(*place)
    checked = check_columns(columns, place)
    first = next(iter(checked))
    matrix = reader.read_table(checked, partial(locate_in_columns, place))
    return matrix, lambda row: json_pointer(*place, first, row)


def _read_rows(rows: object, names: Sequence[str], reader: RecordReader, place: Place) -> _Table:
    if not isinstance(rows, list) or not rows:
        raise _refusal(place, f"expected an array of at least one row, got {show_value(rows)}")
    reader.check_count(len(rows))
    if not _are_rows(rows, len(names)):
        raise RecordsError(
            Problem(json_pointer(*place, index), _describe_row(row, len(names)))
            for index, row in enumerate(rows)
            if not _are_rows([row], len(names))
        )
    order = {name: index for index, name in enumerate(names)}

    def locate(name: str, row: int | None) -> str:
        if name not in order:
            return f"{json_pointer(SPLIT, 'columns')}: {name}"
        if row is None:
            return json_pointer(SPLIT, "columns", order[name])
        return json_pointer(*place, row, order[name])

    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    return reader.read_table(columns, locate), partial(_locate_item, place)


def _are_rows(rows: Sequence[object], width: int) -> TypeGuard[list[list[object]]]:
    if {*map(type, rows)} != {list}:
        return False
    return {*map(len, cast("Sequence[list[object]]", rows))} == {width}


def _describe_row(row: object, width: int) -> str:
    if isinstance(row, list):
        return f"expected a row of {width} values, one for each column, got {len(row)}"
    return f"expected a row, which is an array of {width} values, got {show_value(row)}"


def _locate_item(place: Place, row: int) -> str:
    return json_pointer(*place, row)


def _refusal(place: Place, detail: str) -> RecordsError:
    return RecordsError([Problem(json_pointer(*place), detail)])
