"""The fast way from an inference request's bytes to its matrix: a decoder with the wire's types.

It reads ordinary requests: known keys, each once, tensors that are the model's features in numbers
and texts of their datatypes. It steps aside for everything else, and the careful reader
(`inference_request`, `tensor_data`, `tensor_columns`) decides and says why. What is read here the
careful reader reads to the same matrix; a test with generated requests holds both to that. Keys
that stand twice and escapes cannot pass, for the reasons that `compiled_records` gives: here too
each quotation mark has to be explained by what was read.
"""

from struct import error as PackError  # noqa: N812 - it is a class
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from functions.contracts.feature_types import FeatureType, FeatureView
from functions.core.gathered_columns import Data, GatheredColumns, PlainData, UnlikeError
from functions.core.inference_request import AnswerForm
from functions.core.number_arrays import LONG_BYTES, NotPlainError
from functions.core.records import RecordReader
from functions.core.tensor_document import (
    MAXIMUM_PARAMETERS,
    TensorDocument,
    TensorInput,
    count_texts,
    read_form,
    size_of,
)
from functions.core.tensor_matrix import MatrixRules
from functions.core.tensors import BOOL, BYTES, MAXIMUM_DIMENSIONS, TensorError

MAXIMUM_VALUES = 900_000
"""Of an ordinary request; the careful reader counts what is nearer to the limit of a body."""

_MARKS = 2
"""Quotation marks of a key, and of a text."""

_BYTES_OF_HEAD, _BYTES_OF_TENSOR = 512, 192
"""More than a request of one row has, even with a tensor for each feature; several rows may."""

_SHAPE = b'"shape"'
"""A key that each tensor has: there are no more tensors than features."""

_MOST_KEYS = 4 * MAXIMUM_PARAMETERS
"""Keys and texts of an ordinary tensor, or of what is around all of them."""

_decode = msgspec.json.Decoder(TensorDocument[PlainData]).decode
_decode_truth_values = msgspec.json.Decoder(TensorDocument[Data]).decode
_NOT_ORDINARY = (
    UnlikeError,
    msgspec.MsgspecError,
    UnicodeDecodeError,
    RecursionError,
    PackError,
    OverflowError,
    TensorError,
)


class TensorMatrix(NamedTuple):
    """The encoded rows of a request, and in which form they are answered."""

    matrix: NDArray[np.float32]
    form: AnswerForm


class TensorRow(NamedTuple):
    """The one encoded row of a request, and in which form it is answered."""

    row: list[float]
    form: AnswerForm


class CompiledTensors:
    """Reads the ordinary inference requests of one version, and gives None for any other."""

    def __init__(self, reader: RecordReader) -> None:
        features = reader.schema.features
        self._maximum_rows = min(reader.maximum_rows, MAXIMUM_VALUES // len(features))
        self._width = len(features)
        self._row_bytes = _BYTES_OF_HEAD + _BYTES_OF_TENSOR * len(features)
        self._is_text = [feature.is_categorical for feature in features]
        self._is_truth = [feature.type is FeatureType.BOOLEAN for feature in features]
        self._indices = {feature.name: index for index, feature in enumerate(features)}
        self._texts = [index for index in range(self._width) if self._is_text[index]]
        # More texts than that are too many to be a request's, and decoding them only takes time.
        self._most_marks = _MARKS * (
            self._maximum_rows * len(self._texts) + _MOST_KEYS * (self._width + 1)
        )
        self._others = [index for index in range(self._width) if not self._is_text[index]]
        self._codes = {index: _codes_of(features[index]) for index in self._texts}
        self._rules = MatrixRules(features)

    def read(self, content: bytes, binary: bytes) -> TensorMatrix | None:
        """Return the matrix of a request's JSON and of the bytes that follow it."""
        if len(content) >= LONG_BYTES and (long := self.read_long(content, binary)) is not None:
            return long
        try:
            gathered, form = self._read(content, binary)
            if gathered.rows == 1:
                row = self._rules.encode_row(gathered.row(self._width))
                matrix = None if row is None else np.array([row], dtype=np.float32)
            else:
                matrix = self._rules.encode(gathered.numbers(self._width))
        except _NOT_ORDINARY:
            return None
        return None if matrix is None else TensorMatrix(matrix, form)

    def read_long(self, content: bytes, binary: bytes) -> TensorMatrix | None:
        """Return what `read` does, in half the time for thousands of numbers; or None."""
        from functions.core.long_tensors import read_long_tensors

        try:
            document = read_long_tensors(content, most_inputs=self._width)
            numbers = self._gather(document, binary).numbers(self._width)
            matrix, form = self._rules.encode(numbers), read_form(document)
        except (*_NOT_ORDINARY, NotPlainError):
            return None
        return None if matrix is None else TensorMatrix(matrix, form)

    def read_row(self, content: bytes) -> TensorRow | None:
        """Return the row of a request of one row in JSON, or None for any other."""
        if len(content) > self._row_bytes:
            return None
        try:
            gathered, form = self._read(content, b"")
            row = self._rules.encode_row(gathered.row(self._width)) if gathered.rows == 1 else None
        except _NOT_ORDINARY:
            return None
        return None if row is None else TensorRow(row, form)

    def _read(self, content: bytes, binary: bytes) -> tuple[GatheredColumns, AnswerForm]:
        marks = content.count(b'"')
        if content.find(b"\\") >= 0 or marks > self._most_marks:
            raise UnlikeError
        if marks > _MOST_KEYS and content.count(_SHAPE) > self._width:
            raise UnlikeError
        try:
            gathered = self._gather(document := _decode(content), binary)
        except msgspec.ValidationError:
            document = _decode_truth_values(content)
            gathered = self._gather(document, binary, has_truth_values=True)
        form = read_form(document)
        if marks != _MARKS * (count_texts(document) + gathered.texts):
            raise UnlikeError
        return gathered, form

    def _gather(
        self, document: TensorDocument[Any], binary: bytes, *, has_truth_values: bool = False
    ) -> GatheredColumns:
        inputs = document.inputs
        rows = inputs[0].shape[0] if inputs and inputs[0].shape else 0
        if not 0 < rows <= self._maximum_rows:
            raise UnlikeError
        gathered = GatheredColumns(rows, self._codes, has_truth_values=has_truth_values)
        start = 0
        for tensor in inputs:
            columns = self._columns_of(tensor, rows)
            size = size_of(tensor)
            if isinstance(tensor.data, np.ndarray):
                gathered.add_numbers(tensor.data, tensor.datatype, columns)
            elif size is None:
                gathered.add_data(tensor.data, tensor.datatype, columns, len(tensor.shape))
            else:
                gathered.add_binary(binary[start : start + size], tensor.datatype, columns)
                start += size
        if start != len(binary):
            raise UnlikeError
        return gathered

    def _columns_of(self, tensor: TensorInput[Any], rows: int) -> list[int]:
        """Return which features a tensor is, as `tensor_columns.names_of` has it."""
        shape, is_text = tensor.shape, tensor.datatype == BYTES
        is_matrix = len(shape) == MAXIMUM_DIMENSIONS
        if not (is_matrix or len(shape) == 1) or shape[0] != rows:
            raise UnlikeError
        width = shape[1] if is_matrix else 1
        columns = self._texts if is_text else self._others
        if width == 1 and (index := self._indices.get(tensor.name)) is not None:
            columns, is_matrix = [index], True
        if not is_matrix or width != len(columns) or self._is_text[columns[0]] != is_text:
            raise UnlikeError
        if tensor.datatype == BOOL and not all(self._is_truth[column] for column in columns):
            raise UnlikeError
        return columns


def _codes_of(feature: FeatureView) -> dict[object, float]:
    codes: dict[object, float] = {text: float(i) for i, text in enumerate(feature.categories)}
    return codes | {None: float("nan"), "": float("nan")}
