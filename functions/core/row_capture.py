"""How one answered row becomes a log line: as `capture_encoding` has it, by the shortest way.

Of one row, numbers are nearer at hand as bytes than as matrices, and a moment as milliseconds than
as a date; a test holds both ways to the same lines. The path to the first answer imports this
module: nothing of pydantic.
"""

import binascii
from json.encoder import encode_basestring_ascii as quote

import msgspec
import numpy as np

from functions.core.capture_encoding import (
    EPOCH,
    MILLISECOND,
    AnsweredRows,
    LineStart,
    PolicyLike,
    SchemaLike,
    quote_caller,
    quote_variant,
)
from functions.core.capture_names import shorten_id

_HEX_DIGITS = 32
_ID_CHARACTERS = 22
"""Of 16 bytes as base64, without what fills it up."""


class AnsweredRow(msgspec.Struct, frozen=True):
    """`AnsweredRows` of one row, its numbers packed: float32 of the row, and the outputs behind it.

    The inference id is one that we gave: one of 32 characters is hexadecimal, in lower case. The
    routing key is who asks (where nobody is named, the id).
    """

    inference_id: str
    model: str
    version: int
    schema: SchemaLike
    numbers: bytes
    at_ms: int
    variant: str
    caller: str | None
    latency_us: int
    policy: PolicyLike

    def unpack(self) -> AnsweredRows:
        """Return the same with matrices."""
        numbers = np.frombuffer(self.numbers, dtype="<f4")[np.newaxis]
        width = len(self.schema.features)
        return AnsweredRows(
            inference_id=self.inference_id,
            model=self.model,
            version=self.version,
            schema=self.schema,
            matrix=numbers[:, :width],
            outputs=numbers[:, width:],
            at=EPOCH + self.at_ms * MILLISECOND,
            variant=self.variant,
            routing_key=self.caller,
            caller=self.caller,
            latency_us=self.latency_us,
            policy=self.policy,
        )


def encode_row(row: AnsweredRow, start: LineStart) -> str:
    """Return the line that `encode_captures` makes of a row in which nothing is personal."""
    name = row.inference_id
    if len(name) == _HEX_DIGITS:  # what `shorten_id` does, without asking whether it is one of ours
        packed = binascii.b2a_base64(binascii.unhexlify(name), newline=False)
        name = f'"={packed[:_ID_CHARACTERS].decode()}"'
    else:
        name = quote(shorten_id(name))
    return (
        f"{start.text}{row.at_ms},{quote_variant(row.variant)},{name},"
        f"{quote_caller(row.caller)},{row.latency_us},"
        f'"{binascii.b2a_base64(row.numbers, newline=False).decode()}"]}}\n'
    )
