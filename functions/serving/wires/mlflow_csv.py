"""CSV bodies (RFC 4180), read as pandas reads them: MLflow's with a header, SageMaker's without."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from itertools import chain, islice

from functions.contracts.feature_types import FeatureType, FeatureView
from functions.core.problem import Problem, TooManyRowsError, TooManyValuesError
from functions.core.records import RecordReader, RecordsError
from functions.core.strict_json import MAXIMUM_COMMAS, MAXIMUM_VALUES, outside_quotes
from functions.serving.bodies import read_body
from functions.serving.exchange import Request
from functions.serving.served_version import ServedVersion
from functions.serving.wires.mlflow_forms import FormRows

MISSING = frozenset(
    {"", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN"}
    | {"<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"}
)
"""What pandas reads as missing; a category of such a name is that category here."""

_TRUTHS = {"true": True, "false": False, "1": True, "0": False, "1.0": True, "0.0": False}
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_OF_NUMBERS = frozenset("0123456789+-.eE")
_SPARE_LINES = 1000
_AT_ONCE = 512
"""Texts that are read as numbers together; where one is none, its neighbors are read one by one."""


def read_csv_body(request: Request, version: ServedVersion, *, has_header: bool) -> FormRows:
    """Return the rows of a CSV body; without a header the columns are the features, in order.

    Raises RecordsError with the row, counted from 1, and the column; TooManyRowsError and
    TooManyValuesError.
    """
    reader = version.reader
    rows = _split(read_body(request), reader.maximum_rows)
    names: Sequence[str] = reader.schema.names
    if has_header:
        names = _check_header(rows.pop(0)) if rows else ()
    if not rows:
        detail = "expected at least one row, got none"
        raise _refusal(detail)
    reader.check_count(len(rows))
    _check_widths(rows, len(names))
    table = dict(zip(names, zip(*rows, strict=True), strict=True))
    # pandas writes its index into a first column that has no name, unless it is told not to.
    if names[0] == "" and len(names) > 1:
        del table[""]
    return FormRows(reader.read_table(_typed(table, reader), _locate), _locate_row)


def parse_texts(feature: FeatureView, texts: Iterable[str]) -> list[object]:
    """Return what a column of texts says; a text that is no value of the feature stays a text.

    Examples
    --------
    >>> from functions.contracts.feature_schema import Feature
    >>> parse_texts(Feature(name="age", type="integer"), ["3", "4.0", "", "many"])
    [3.0, 4.0, None, 'many']
    """
    if feature.type is FeatureType.STRING:
        return [
            None if text in MISSING and text not in feature.categories else text for text in texts
        ]
    if feature.type is FeatureType.BOOLEAN:
        return [_parse(text, _TRUTHS.get(text.strip().lower())) for text in texts]
    texts = list(texts)
    parts = (texts[start : start + _AT_ONCE] for start in range(0, len(texts), _AT_ONCE))
    return list(chain.from_iterable(map(_parse_numbers, parts)))


def _parse_numbers(texts: Sequence[str]) -> Sequence[object]:
    if _OF_NUMBERS.issuperset("".join(texts)):
        try:
            return list(map(float, texts))
        except ValueError:
            pass
    return [_parse(text, _number(text.strip())) for text in texts]


def _split(body: bytes, maximum_rows: int) -> list[list[str]]:
    """Return the lines that are not empty; raise as soon as there are far too many of them."""
    _check_values(body)
    try:
        text = body.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        detail = f"not UTF-8: byte {error.start} cannot be read; encode the body as UTF-8"
        raise _refusal(detail) from error
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    most = 2 * maximum_rows + _SPARE_LINES
    try:
        rows = [row for row in islice(lines, most) if row]
        if next(lines, None) is not None:
            raise TooManyRowsError(most, maximum_rows, or_more=True)
    except csv.Error as error:
        detail = f"not CSV: {error}"
        raise _refusal(detail) from error
    return rows


def _check_values(body: bytes) -> None:
    if body.count(b",") <= MAXIMUM_COMMAS:
        return
    commas = len(outside_quotes(body, b","))
    if commas > MAXIMUM_COMMAS:
        what = "values"
        raise TooManyValuesError(what, commas + 1, MAXIMUM_VALUES)


def _check_header(names: list[str]) -> list[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            detail = f"the header names the column {name[:128]!r} twice"
            raise _refusal(detail)
        seen.add(name)
    return names


def _check_widths(rows: Sequence[Sequence[str]], width: int) -> None:
    if {*map(len, rows)} == {width}:
        return
    wrong = [(index, len(row)) for index, row in enumerate(rows) if len(row) != width]
    if wrong:
        raise RecordsError(
            Problem(_locate_row(index), f"expected {width} values, one for each column, got {got}")
            for index, got in wrong
        )


def _typed(table: dict[str, tuple[str, ...]], reader: RecordReader) -> dict[str, Sequence[object]]:
    features = {feature.name: feature for feature in reader.schema.features}
    return {
        name: parse_texts(features[name], texts) if name in features else texts
        for name, texts in table.items()
    }


def _parse(text: str, value: bool | float | None) -> object:
    if value is not None:
        return value
    return None if text.strip() in MISSING else text


def _number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text) else None


def _locate(name: str, row: int | None) -> str:
    shown = name[:128]
    return f"column {shown}" if row is None else f"{_locate_row(row)}, column {shown}"


def _locate_row(row: int) -> str:
    return f"row {row + 1}"


def _refusal(detail: str) -> RecordsError:
    return RecordsError([Problem("", detail)])
