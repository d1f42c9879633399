"""The fast way from a body's bytes to its matrix: decoders made for one version's features.

They read ordinary bodies: objects of the model's own features, each once, with values of their
types. They step aside for everything else, and the strict reader (`strict_json`, `records`) decides
and says why. What is read here the strict reader reads to the same values; a test with generated
bodies holds both to that. What JSON leaves to chance cannot pass:

- `NaN`, `Infinity`, numbers beyond a float32, truth values as numbers, unknown features, broken
  UTF-8 and raw control characters do not fit the decoders' types.
- A key that stands twice: quotation marks are counted. Each key and each text that a decoder
  returned explains two of them, and whatever it passed over would take more.
- Escapes, which could hide a quotation mark or half a surrogate pair: no backslash is ordinary.
"""

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from struct import Struct
from struct import error as PackError  # noqa: N812 - it is a class
from typing import Any, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from functions.core.feature_values import LARGEST_NUMBER
from functions.core.number_arrays import LONG_BYTES
from functions.core.problem import TooManyRowsError
from functions.core.records import COLUMNS, RECORDS, ColumnBatch, RecordBatch, RecordReader
from functions.core.row_types import batch_decoder, columns_type, row_type

HEAD_BYTES = 64
"""Where the key of a batch stands, if there is one; a batch that begins later is read strictly."""

MAXIMUM_CATEGORIES = 1000
"""Of a feature; with more of them, making the decoder takes longer than it saves."""

_MARKS = 2
"""Quotation marks of a key, and of a text."""

_NEXT_LINE = b"}\n{"
_FLOAT32 = np.dtype(np.float32)
_NAN = float("nan")
_FIRST_COLUMN = re.compile(rb'\s*\{\s*"columns"\s*:\s*\{\s*"([^"]*)"')
_NOT_ORDINARY = (
    msgspec.MsgspecError,
    UnicodeDecodeError,
    RecursionError,
    PackError,
    OverflowError,
)

_as_tuple = msgspec.structs.astuple

Batch: TypeAlias = RecordBatch | ColumnBatch
Values: TypeAlias = tuple[Any, ...]
"""A row's numbers; None for null, UNSET for a feature that is left out."""


def compile_reader(reader: RecordReader) -> "CompiledReader | None":
    """Return the fast reader of a version, or None where the strict one has to read everything."""
    features = reader.schema.features
    if {RECORDS, COLUMNS} & reader.names:  # a record of such a feature looks like a batch
        return None
    if max(len(feature.categories) for feature in features) > MAXIMUM_CATEGORIES:
        return None
    return CompiledReader(reader)


class CompiledReader:
    """Reads the ordinary bodies of one version, and gives None for any other."""

    def __init__(self, reader: RecordReader) -> None:
        self._features = reader.schema.features
        self._maximum_rows = reader.maximum_rows
        self._texts = [i for i, feature in enumerate(self._features) if feature.is_categorical]
        self._has_optional = any(feature.allows_missing for feature in self._features)
        self._width = len(self._features)
        self._row_marks = _MARKS * (self._width + len(self._texts))
        self._row_bytes = _FLOAT32.itemsize * self._width
        self._pack = Struct(f"={self._width}f").pack
        self._row_type = row_type(self._features)
        self._lines = msgspec.json.Decoder(self._row_type)
        self._decode_row = self._lines.decode

    def read(self, body: bytes) -> Batch | None:
        """Return the rows of an ordinary body, or None for any other."""
        if body.find(b"\\") >= 0:
            return None
        read: Callable[[bytes], Batch | None] = self._read_row
        if body.find(b'"records"', 0, HEAD_BYTES) >= 0:
            read = self._read_rows
        elif body.find(b'"columns"', 0, HEAD_BYTES) >= 0:
            if len(body) >= LONG_BYTES and (long := self.read_long(body)) is not None:
                return long
            read = self._read_columns
        try:
            return read(body)
        except _NOT_ORDINARY:
            return None

    def read_long(self, body: bytes) -> ColumnBatch | None:
        """Return the columns that `read` does, in half the time for thousands of numbers."""
        from functions.core.long_columns import read_long_columns

        return read_long_columns(body, self._features, self._maximum_rows)

    def read_lines(self, text: bytes) -> NDArray[np.float32] | None:
        """Return the rows of JSON lines, an ordinary record in each; or None for any others.

        However many there are: `maximum_rows` is of requests.

        Returns
        -------
        ndarray of float32, shape (n, n_features), or None
        """
        text = text.strip(b"\n")
        # A record has no braces inside but in texts, and these end with their lines: so no line
        # holds two of as many records as there are lines, and no record takes two lines.
        lines = text.count(_NEXT_LINE) + 1
        if not text.startswith(b"{") or lines != text.count(b"\n") + 1 or b"\\" in text:
            return None
        try:
            return self._read_lines(text, lines)
        except _NOT_ORDINARY:
            return None

    def read_one(self, body: str) -> Values | None:
        """Return the row of one ordinary record, in which nulls are None; or None for any other.

        Raises MsgspecError or UnicodeError for most of those others.
        """
        values: Values = _as_tuple(self._decode_row(body))
        # A mark that nothing explains, or an escape: see the head of this module.
        if body.count('"') != self._row_marks or "\\" in body:
            return None
        return values

    def _read_row(self, body: bytes) -> RecordBatch | None:
        try:
            content = self._pack(*_as_tuple(self._decode_row(body)))
        except (msgspec.ValidationError, PackError):
            if not self._has_optional:
                return None
            return self._fill([_as_tuple(self._sparse_row.decode(body))], body)
        if body.count(b'"') != self._row_marks:
            return None
        return RecordBatch(self._matrix(bytearray(content)), False)

    def _read_rows(self, body: bytes) -> RecordBatch | None:
        as_row, pack = _as_tuple, self._pack
        try:
            rows = self._rows.decode(body).f0
            if len(rows) > self._maximum_rows:
                self._refuse(rows, body)
            content = bytearray().join([pack(*as_row(row)) for row in rows])
        except (msgspec.ValidationError, PackError):
            if not self._has_optional:
                return None
            rows = list(map(as_row, self._sparse_rows.decode(body).f0))
            return self._fill(rows, body, in_batch=True)
        if body.count(b'"') != _MARKS + len(rows) * self._row_marks:
            return None
        return RecordBatch(self._matrix(content), True) if self._is_few(rows) else None

    def _refuse(self, rows: Sequence[object], body: bytes) -> None:
        """Refuse an ordinary body of too many rows at once; reading it strictly takes far longer.

        Raises TooManyRowsError, as the strict reader does.
        """
        if body.count(b'"') == _MARKS + len(rows) * self._row_marks:
            raise TooManyRowsError(len(rows), self._maximum_rows)

    def _fill(
        self, rows: Sequence[Values], body: bytes, *, in_batch: bool = False
    ) -> RecordBatch | None:
        """Return rows of which some values are null or left out, unless a mark is unexplained."""
        matrix = self._fill_matrix(rows, body, int(in_batch)) if self._is_few(rows) else None
        return None if matrix is None else RecordBatch(matrix, in_batch)

    def _fill_matrix(
        self, rows: Sequence[Values], body: bytes, other_keys: int
    ) -> NDArray[np.float32] | None:
        absent = sum(row.count(msgspec.UNSET) for row in rows)
        texts = sum(_is_there(row[index]) for row in rows for index in self._texts)
        keys = other_keys + len(rows) * self._width - absent
        if body.count(b'"') != _MARKS * (keys + texts):
            return None
        return self._matrix(bytearray().join([self._pack(*map(_or_nan, row)) for row in rows]))

    def _read_lines(self, text: bytes, lines: int) -> NDArray[np.float32] | None:
        as_row, pack = _as_tuple, self._pack
        try:
            rows = self._lines.decode_lines(text)
            content = bytearray().join([pack(*as_row(row)) for row in rows])
        except (msgspec.ValidationError, PackError):
            if not self._has_optional:
                return None
            sparse = list(map(as_row, self._sparse_row.decode_lines(text)))
            return self._fill_matrix(sparse, text, 0) if len(sparse) == lines else None
        if len(rows) != lines or text.count(b'"') != lines * self._row_marks:
            return None
        return self._matrix(content)

    def _read_columns(self, body: bytes) -> ColumnBatch | None:
        columns = _as_tuple(self._columns.decode(body).f0)
        rows = len(columns[0])
        first = _FIRST_COLUMN.match(body)
        if first is None or not self._is_few(columns[0]) or {*map(len, columns)} != {rows}:
            return None
        texts = sum(rows - columns[index].count(None) for index in self._texts)
        if body.count(b'"') != _MARKS * (1 + self._width + texts):
            return None
        pack = Struct(f"={rows}f").pack
        content = b"".join([_pack_column(pack, column) for column in columns])
        by_column: NDArray[np.float32] = np.ndarray((self._width, rows), _FLOAT32, content)
        # The largest float32 is also what numbers a little beyond it become.
        if (np.abs(by_column) >= LARGEST_NUMBER).any():
            return None
        return ColumnBatch(np.ascontiguousarray(by_column.T), first[1].decode())

    def _is_few(self, rows: Sequence[object]) -> bool:
        return 0 < len(rows) <= self._maximum_rows

    def _matrix(self, content: bytearray) -> NDArray[np.float32]:
        return np.ndarray((len(content) // self._row_bytes, self._width), _FLOAT32, content)

    @cached_property
    def _rows(self) -> "msgspec.json.Decoder[Any]":
        return batch_decoder(RECORDS, list[self._row_type])  # type: ignore[name-defined] # made above

    @cached_property
    def _columns(self) -> "msgspec.json.Decoder[Any]":
        return batch_decoder(COLUMNS, columns_type(self._features))

    @cached_property
    def _sparse_type(self) -> Any:  # noqa: ANN401 - made by row_type
        return row_type(self._features, may_be_absent=True)

    @cached_property
    def _sparse_row(self) -> "msgspec.json.Decoder[Any]":
        return msgspec.json.Decoder(self._sparse_type)

    @cached_property
    def _sparse_rows(self) -> "msgspec.json.Decoder[Any]":
        return batch_decoder(RECORDS, list[self._sparse_type])  # type: ignore[name-defined] # made above


def _is_there(value: object) -> bool:
    return value is not None and value is not msgspec.UNSET


def _or_nan(value: Any) -> Any:  # noqa: ANN401 - a number of any kind
    return value if _is_there(value) else _NAN


def _pack_column(pack: Callable[..., bytes], values: list[Any]) -> bytes:
    """Return a column's numbers as float32."""
    try:
        return pack(*values)
    except PackError:  # there are nulls
        return pack(*map(_or_nan, values))
