"""The fast way from an inference request's bytes to its matrix: a decoder with the wire's types.

It reads ordinary requests: known keys, each once, tensors that are the model's features in numbers
and texts of their datatypes. It steps aside for everything else, and the careful reader
(`inference_request`, `tensor_data`, `tensor_columns`) decides and says why. What is read here the
careful reader reads to the same matrix; a test with generated requests holds both to that. Keys
that stand twice and escapes cannot pass, for the reasons that `compiled_records` gives: here too
each quotation mark has to be explained by what was read.
"""

from struct import error as PackError  # noqa: N812 - it is a class
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec
import numpy as np
from msgspec import UNSET, UnsetType
from numpy.typing import NDArray

from functions.contracts.feature_types import FeatureType, FeatureView
from functions.core.gathered_columns import Data, GatheredColumns, PlainData, UnlikeError
from functions.core.inference_request import (
    BINARY_OUTPUT,
    BINARY_OUTPUTS,
    BINARY_SIZE,
    MAXIMUM_ID,
    AnswerForm,
    RequestedOutput,
)
from functions.core.records import RecordReader
from functions.core.tensor_matrix import MatrixRules
from functions.core.tensors import BOOL, BYTES, MAXIMUM_DIMENSIONS, TensorError

MAXIMUM_VALUES = 900_000
"""Of an ordinary request; the careful reader counts what is nearer to the limit of a body."""

MAXIMUM_PARAMETERS = 16
"""Of one object."""

_MARKS = 2
"""Quotation marks of a key, and of a text."""

_BYTES_OF_HEAD, _BYTES_OF_TENSOR = 512, 192
"""More than a request of one row has, even with a tensor for each feature; several rows may."""

_SHAPE = b'"shape"'
"""A key that each tensor has: there are no more tensors than features."""

_MOST_KEYS = 4 * MAXIMUM_PARAMETERS
"""Keys and texts of an ordinary tensor, or of what is around all of them."""

_KEYS_OF_TENSOR = 5
"""`name`, `shape`, `datatype`, and two texts: what each tensor has."""

_Parameters = dict[str, float | int | str | bool | None] | None | UnsetType
DataT = TypeVar("DataT")
_Remark = float | str | None | UnsetType


class _Output(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    parameters: _Parameters = UNSET


class _Input(msgspec.Struct, Generic[DataT], forbid_unknown_fields=True):
    name: str
    shape: list[int]
    datatype: str
    data: DataT | UnsetType | None = UNSET
    parameters: _Parameters = UNSET


class _Document(msgspec.Struct, Generic[DataT], forbid_unknown_fields=True):
    inputs: list[_Input[DataT]]
    id: str | UnsetType | None = UNSET
    outputs: list[_Output] | UnsetType | None = UNSET
    parameters: _Parameters = UNSET
    model_name: _Remark = UNSET  # some clients send both, and nobody reads them
    model_version: _Remark = UNSET


_decode = msgspec.json.Decoder(_Document[PlainData]).decode
_decode_truth_values = msgspec.json.Decoder(_Document[Data]).decode
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
        if len(content) > self._row_bytes and content.count(_SHAPE) > self._width:
            raise UnlikeError
        try:
            gathered = self._gather(document := _decode(content), binary)
        except msgspec.ValidationError:
            document = _decode_truth_values(content)
            gathered = self._gather(document, binary, has_truth_values=True)
        form = _read_form(document)
        if marks != _MARKS * (_count_texts(document) + gathered.texts):
            raise UnlikeError
        return gathered, form

    def _gather(
        self, document: _Document[Any], binary: bytes, *, has_truth_values: bool = False
    ) -> GatheredColumns:
        inputs = document.inputs
        rows = inputs[0].shape[0] if inputs and inputs[0].shape else 0
        if not 0 < rows <= self._maximum_rows:
            raise UnlikeError
        gathered = GatheredColumns(rows, self._codes, has_truth_values=has_truth_values)
        start = 0
        for tensor in inputs:
            columns = self._columns_of(tensor, rows)
            size = _size_of(tensor)
            if size is None:
                gathered.add_data(tensor.data, tensor.datatype, columns, len(tensor.shape))
            else:
                gathered.add_binary(binary[start : start + size], tensor.datatype, columns)
                start += size
        if start != len(binary):
            raise UnlikeError
        return gathered

    def _columns_of(self, tensor: _Input[Any], rows: int) -> list[int]:
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


def _read_form(document: _Document[Any]) -> AnswerForm:
    """Return in which form a request is answered."""
    name, parameters, outputs = document.id, document.parameters, document.outputs
    if not parameters and not outputs and not name:  # as most requests are
        return AnswerForm("" if name == "" else None)
    if name is UNSET:
        name = None
    if name is not None and len(name) > MAXIMUM_ID:
        raise UnlikeError
    wanted = tuple(_read_output(output) for output in outputs or ())
    return AnswerForm(name, wanted, _flag(parameters, BINARY_OUTPUTS) or False)


def _read_output(output: _Output) -> RequestedOutput:
    parameters = output.parameters
    if parameters and parameters.get("classification"):
        raise UnlikeError
    return RequestedOutput(output.name, _flag(parameters, BINARY_OUTPUT))


def _flag(parameters: _Parameters, key: str) -> bool | None:
    value = parameters.get(key) if parameters else None
    if value is None or isinstance(value, bool):
        return value
    raise UnlikeError


def _size_of(tensor: _Input[Any]) -> int | None:
    """Return how many bytes a tensor has, or None for one in JSON."""
    parameters = tensor.parameters
    size = parameters.get(BINARY_SIZE) if parameters else None
    if size is None:
        return None
    if type(size) is not int or size < 0 or isinstance(tensor.data, list):
        raise UnlikeError
    return size


def _count_texts(document: _Document[Any]) -> int:
    """Return the keys and texts of a request without those among a tensor's data."""
    count = 1 + sum(
        _count_text(value) for value in (document.id, document.model_name, document.model_version)
    )
    count += _count_parameters(document.parameters)
    for tensor in document.inputs:
        count += _KEYS_OF_TENSOR + (tensor.data is not UNSET)
        if tensor.parameters is not UNSET:
            count += _count_parameters(tensor.parameters)
    if document.outputs is not UNSET:
        count += 1
        for output in document.outputs or ():
            count += 2 + _count_parameters(output.parameters)
    return count


def _count_text(value: object) -> int:
    return 0 if value is UNSET else 1 + (type(value) is str)


def _count_parameters(parameters: _Parameters) -> int:
    if parameters is UNSET:
        return 0
    if not parameters:
        return 1
    if len(parameters) > MAXIMUM_PARAMETERS:
        raise UnlikeError
    return 1 + sum(1 + (type(value) is str) for value in parameters.values())


def _codes_of(feature: FeatureView) -> dict[object, float]:
    codes: dict[object, float] = {text: float(i) for i, text in enumerate(feature.categories)}
    return codes | {None: float("nan"), "": float("nan")}
