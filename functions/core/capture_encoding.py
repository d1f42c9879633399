"""How answered rows become capture lines, and back (D10)."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from functions.contracts.capture import MAX_LINE_BYTES, CaptureLine
from functions.contracts.feature_schema import FeatureSchema

_ENVELOPE_BYTES = 1024
"""More than all of a line but its rows and outputs: at most 430 bytes of names and ids."""


@dataclass(frozen=True, slots=True)
class AnsweredRows:
    """One request's rows and what one version answered, to whom and in what time."""

    inference_id: str
    model: str
    version: int
    schema: FeatureSchema
    matrix: NDArray[np.float32]
    outputs: NDArray[np.float32]
    at: datetime
    variant: str = "champion"
    routing_key: str | None = None
    caller: str | None = None
    latency_us: int | None = None


def encode_captures(
    answered: AnsweredRows, *, maximum_bytes: int = MAX_LINE_BYTES
) -> Iterator[str]:
    """Yield the capture lines of one request, none longer than `maximum_bytes`.

    Features marked `pii` are missing (NaN) in what is captured.
    """
    rows = mask_pii(answered.schema, answered.matrix)
    step = rows_per_line(rows.shape[1] + answered.outputs.shape[1], maximum_bytes)
    for first in range(0, len(rows), step):
        part = slice(first, first + step)
        yield CaptureLine(
            id=answered.inference_id,
            model=answered.model,
            version=answered.version,
            schema_id=answered.schema.schema_id,
            at=answered.at,
            variant=answered.variant,
            key=answered.routing_key,
            caller=answered.caller,
            latency_us=answered.latency_us,
            n=len(rows[part]),
            first=first,
            n_request=len(rows),
            rows=encode_floats(rows[part]),
            outputs=encode_floats(answered.outputs[part]),
        ).model_dump_json()


def rows_per_line(columns: int, maximum_bytes: int) -> int:
    """Return how many rows of `columns` float32 fit a line as base64, at least 1.

    Examples
    --------
    >>> rows_per_line(columns=14, maximum_bytes=200_000)
    2664
    """
    return max(1, (maximum_bytes - _ENVELOPE_BYTES) // 4 * 3 // (4 * columns))


def mask_pii(schema: FeatureSchema, matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the matrix with every `pii` feature missing; the matrix itself if there is none."""
    personal = [index for index, feature in enumerate(schema.features) if feature.pii]
    if not personal:
        return matrix
    masked = matrix.copy()
    masked[:, personal] = np.nan
    return masked


def encode_floats(values: NDArray[np.float32]) -> str:
    """Return an array as base64 of little-endian float32, row-major."""
    return base64.b64encode(values.astype("<f4", copy=False).tobytes()).decode()


def decode_floats(text: str, rows: int) -> NDArray[np.float32]:
    """Return the array of `rows` rows that `encode_floats` wrote; ValueError if it is none.

    Examples
    --------
    >>> decode_floats(encode_floats(np.float32([[1, 2], [3, 4]])), rows=2).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    content = base64.b64decode(text, validate=True)
    return np.frombuffer(content, dtype="<f4").astype(np.float32).reshape(rows, -1)
