"""How answered rows become log lines, 300 bytes for a row of 25 numbers (D10).

A line is the JSON ``{"windvane":[…]}`` of one array, in this order:

======================  ==========================================================================
model, version,         once for every version; the number of features tells rows from outputs
schema id, features
moment                  milliseconds since 1970
variant                 ``""`` is the champion
inference id            32 hexadecimal digits are ``=`` and the base64 of their 16 bytes
caller                  or null; ``~u123456789012ann`` stands for
                        ``arn:aws:iam::123456789012:user/ann``, ``~r`` for an assumed role
latency                 microseconds, or null
numbers                 base64 of little-endian float32: all rows, then all outputs, row-major
n, first, n_request     only where the request has several rows
routing key             only where it is not the caller (the inference id, where there is no
                        caller); ``""`` is the inference id
======================  ==========================================================================

`core.capture_expansion` reads it. The path to the first answer imports this module: it knows
schemas by their shape alone, and nothing of pydantic.
"""

import binascii
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quote
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from functions.contracts.log_lines import (
    DEFAULT_VARIANT,
    MAX_LINE_BYTES,
    MAXIMUM_ID_CHARACTERS,
    MAXIMUM_NAME_CHARACTERS,
    MAXIMUM_VARIANT_CHARACTERS,
    RECORD_KEY,
)
from functions.core.capture_names import shorten_caller, shorten_id

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
_REMEMBERED = 1024
"""Callers and variants come again and again."""

_COUNTS_BYTES = 40
"""More than three numbers of rows and the line's end take."""


class FeatureLike(Protocol):
    """What capturing reads of a feature."""

    @property
    def name(self) -> str:
        """The column's name."""
        ...

    @property
    def pii(self) -> bool:
        """Whether its values are personal."""
        ...

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories of a string feature, in code order."""
        ...


class SchemaLike(Protocol):
    """What capturing reads of a feature schema."""

    @property
    def features(self) -> Sequence[FeatureLike]:
        """The columns, in order."""
        ...

    @property
    def schema_id(self) -> str:
        """What tells this encoding from all others."""
        ...


class PolicyLike(Protocol):
    """What a model says of its captures."""

    @property
    def sample_percent(self) -> float:
        """How many requests in a hundred are captured."""
        ...

    @property
    def pii(self) -> str:
        """Whether personal features are dropped, or captured as a hash."""
        ...


class AnsweredRows(NamedTuple):
    """One request's rows and what one version answered, to whom and in what time.

    A tuple, because a frozen dataclass takes three times as long to make, on the way of every
    answer. `policy` None captures every request and drops what is personal.
    """

    inference_id: str
    model: str
    version: int
    schema: SchemaLike
    matrix: NDArray[np.float32]
    outputs: NDArray[np.float32]
    at: datetime
    variant: str = DEFAULT_VARIANT
    routing_key: str | None = None
    caller: str | None = None
    latency_us: int | None = None
    policy: PolicyLike | None = None


class LineStart(NamedTuple):
    """What every line of a version begins with, written once."""

    text: str
    personal: tuple[int, ...]


def line_start(model: str, version: int, schema: SchemaLike) -> LineStart:
    """Return the beginning of a version's lines, and which of its columns are personal."""
    return LineStart(
        f'{{"{RECORD_KEY}":[{quote(model)},{version},{quote(schema.schema_id)},'
        f"{len(schema.features)},",
        tuple(index for index, feature in enumerate(schema.features) if feature.pii),
    )


def encode_captures(
    answered: AnsweredRows,
    start: LineStart | None = None,
    *,
    matrix: NDArray[np.float32] | None = None,
    maximum_bytes: int = MAX_LINE_BYTES,
) -> list[str]:
    """Return the capture lines of one request, each with its end, none over `maximum_bytes`.

    Parameters
    ----------
    answered : AnsweredRows
        What is captured; its inference id has at most 128 characters, its variant at most 64.
    start : LineStart, optional
        Of the version; made anew if it is left out.
    matrix : ndarray of float32, shape (n, n_features), optional
        The rows without anything personal; by default those of `answered`, where every feature
        marked `pii` becomes missing (NaN).
    maximum_bytes : int
        A line holds one row at least, however long that is.

    Raises
    ------
    ValueError
        If the inference id or the variant is too long to be read again.
    """
    if start is None:
        start = line_start(answered.model, answered.version, answered.schema)
    if matrix is None:
        matrix = mask_columns(answered.matrix, start.personal)
    head = f"{start.text}{_write_head(answered)}"
    key = _write_key(answered)
    if len(matrix) == 1:
        return [f'{head}"{_pack(matrix, answered.outputs)}"{key}]}}\n']
    return _encode_several(
        head,
        key,
        matrix,
        answered.outputs,
        maximum_bytes=maximum_bytes,
    )


def _encode_several(
    head: str,
    key: str,
    matrix: NDArray[np.float32],
    outputs: NDArray[np.float32],
    *,
    maximum_bytes: int,
) -> list[str]:
    columns = matrix.shape[1] + outputs.shape[1]
    room = maximum_bytes - len(head) - len(key) - _COUNTS_BYTES
    step = rows_per_line(columns, room)
    lines = []
    for first in range(0, len(matrix), step):
        rows, answers = matrix[first : first + step], outputs[first : first + step]
        counts = f"{len(rows)},{first},{len(matrix)}"
        lines.append(f'{head}"{_pack(rows, answers)}",{counts}{key}]}}\n')
    return lines


def rows_per_line(columns: int, room_bytes: int) -> int:
    """Return how many rows of `columns` float32 fit as base64, at least 1.

    Examples
    --------
    >>> rows_per_line(columns=14, room_bytes=200_000)
    2678
    """
    return max(1, room_bytes // 4 * 3 // (4 * columns))


def mask_pii(schema: SchemaLike, matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the matrix with every `pii` feature missing; the matrix itself if there is none."""
    personal = tuple(index for index, feature in enumerate(schema.features) if feature.pii)
    return mask_columns(matrix, personal)


def mask_columns(matrix: NDArray[np.float32], columns: Sequence[int]) -> NDArray[np.float32]:
    """Return the matrix with those columns missing; the matrix itself if there are none."""
    if not columns:
        return matrix
    masked = matrix.copy()
    masked[:, columns] = np.nan
    return masked


def encode_floats(values: NDArray[np.float32]) -> str:
    """Return an array as base64 of little-endian float32, row-major."""
    return encode_bytes(values.astype("<f4", copy=False).tobytes())


def encode_bytes(content: bytes) -> str:
    """Return bytes as base64."""
    return binascii.b2a_base64(content, newline=False).decode()


def decode_floats(text: str, rows: int) -> NDArray[np.float32]:
    """Return the array of `rows` rows that `encode_floats` wrote; ValueError if it is none.

    Examples
    --------
    >>> decode_floats(encode_floats(np.float32([[1, 2], [3, 4]])), rows=2).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    content = binascii.a2b_base64(text, strict_mode=True)
    return np.frombuffer(content, dtype="<f4").astype(np.float32).reshape(rows, -1)


def _write_head(answered: AnsweredRows) -> str:
    """Return moment, variant, id, caller and latency, each followed by a comma."""
    inference_id, latency = answered.inference_id, answered.latency_us
    if len(inference_id) > MAXIMUM_ID_CHARACTERS:
        msg = f"an inference id of {len(inference_id)} characters is too long to be captured"
        raise ValueError(msg)
    return (
        f"{(answered.at - EPOCH) // MILLISECOND},{quote_variant(answered.variant)},"
        f"{quote(shorten_id(inference_id))},"
        f"{quote_caller(answered.caller)},{'null' if latency is None else latency},"
    )


@lru_cache(maxsize=_REMEMBERED)
def quote_variant(variant: str) -> str:
    """Return a variant as lines hold it; raise ValueError for one that is too long."""
    if len(variant) > MAXIMUM_VARIANT_CHARACTERS:
        msg = f"a variant of {len(variant)} characters is too long to be captured"
        raise ValueError(msg)
    return '""' if variant == DEFAULT_VARIANT else quote(variant)


@lru_cache(maxsize=_REMEMBERED)
def quote_caller(caller: str | None) -> str:
    """Return who asked as lines hold it."""
    return "null" if caller is None else quote(shorten_caller(_cut(caller)))


def _write_key(answered: AnsweredRows) -> str:
    """Return the routing key behind a comma, or nothing where it follows from the rest."""
    key, caller = answered.routing_key, answered.caller
    if key is None or key == (answered.inference_id if caller is None else caller):
        return ""
    if key == answered.inference_id:
        return ',""'
    return f",{quote(_cut(key))}"


def _cut(name: str) -> str:
    """Return who somebody is, not too long; half a surrogate pair becomes a question mark."""
    cut = name[:MAXIMUM_NAME_CHARACTERS]
    return cut if cut.isascii() else cut.encode(errors="replace").decode()


def _pack(rows: NDArray[np.float32], outputs: NDArray[np.float32]) -> str:
    # Every processor that Lambda has is little-endian.
    return encode_bytes(rows.tobytes() + outputs.tobytes())
