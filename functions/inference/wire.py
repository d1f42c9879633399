"""Reading protobuf's wire format: enough to look into an ONNX file before anything runs it.

The reader copies nothing, follows no reference and does not recurse: who reads a message in a
message calls it again, to a depth that is written in the code. Numbers in lists are taken as one
stretch of bytes, because a forest has millions of them.

Reference: https://protobuf.dev/programming-guides/encoding/
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from typing import NamedTuple

from functions.contracts.errors import WindvaneError

_MAXIMUM_VARINT_BYTES = 10
_CONTINUES = 0x80
_UNSIGNED_BITS = 64


class WireError(WindvaneError):
    """Bytes are no protobuf message."""


class WireType(IntEnum):
    """How a field's value is written; groups (3 and 4) are long gone and refused."""

    VARINT = 0
    FIXED64 = 1
    LENGTH_DELIMITED = 2
    FIXED32 = 5


_WIRE_TYPES = {int(wire_type): wire_type for wire_type in WireType}
_FIXED_BYTES = {WireType.FIXED64: 8, WireType.FIXED32: 4}


_NOTHING = memoryview(b"")


class WireField(NamedTuple):
    """One field: a number, or the bytes of a string, a message or a stretch of numbers."""

    number: int
    wire_type: WireType
    integer: int = 0
    content: memoryview = _NOTHING


NO_RUNS: Mapping[int, re.Pattern[bytes]] = {}


def read_fields(
    message: memoryview, *, runs: Mapping[int, re.Pattern[bytes]] = NO_RUNS
) -> Iterator[WireField]:
    """Yield the fields of a message in the order in which they are written.

    `runs` maps a one-byte tag to the pattern of one or more fields with that tag: they are yielded
    as one field whose content is the whole stretch, tags included (see `decode_varints`).

    Raises WireError where the bytes end too early, a number is too long or a type is unknown.
    """
    position = 0
    while position < len(message):
        run = runs.get(message[position])
        match = run.match(message, position) if run else None
        if match:
            tag, end = message[position], match.end()
            yield WireField(tag >> 3, WireType(tag & 7), content=message[position:end])
        else:
            field, end = _read_field(message, position)
            yield field
        position = end


def _read_field(message: memoryview, position: int) -> tuple[WireField, int]:
    tag, position = read_varint(message, position)
    wire_type = _wire_type(tag)
    if wire_type is WireType.VARINT:
        value, end = read_varint(message, position)
        return WireField(tag >> 3, wire_type, integer=value), end
    if wire_type is WireType.LENGTH_DELIMITED:
        length, position = read_varint(message, position)
    else:
        length = _FIXED_BYTES[wire_type]
    end = position + length
    if end > len(message):
        msg = f"field {tag >> 3} ends {end - len(message)} bytes after the end of its message"
        raise WireError(msg)
    return WireField(tag >> 3, wire_type, content=message[position:end]), end


def _wire_type(tag: int) -> WireType:
    wire_type = _WIRE_TYPES.get(tag & 7)
    if wire_type is None:
        msg = f"field {tag >> 3} has wire type {tag & 7}, which ONNX does not use"
        raise WireError(msg)
    return wire_type


def decode_varints(fields: Iterable[WireField]) -> list[int]:
    """Return the signed numbers of a repeated field, however its writer laid them out.

    They come as one field each, packed into one, or as a stretch that `read_fields` joined.
    """
    numbers: list[int] = []
    for field in fields:
        if field.wire_type is WireType.VARINT and not field.content:
            numbers.append(to_signed(field.integer))
            continue
        tag_bytes = 1 if field.wire_type is WireType.VARINT else 0
        position = 0
        while position < len(field.content):
            value, position = read_varint(field.content, position + tag_bytes)
            numbers.append(to_signed(value))
    return numbers


def to_signed(value: int) -> int:
    """Return what an unsigned 64-bit varint means as an int64."""
    return value - (1 << _UNSIGNED_BITS) if value >> (_UNSIGNED_BITS - 1) else value


def read_varint(message: memoryview, position: int) -> tuple[int, int]:
    """Return a base-128 number and the position after it; raise WireError."""
    value = 0
    if position < len(message) and message[position] < _CONTINUES:
        return message[position], position + 1
    for count in range(_MAXIMUM_VARINT_BYTES):
        if position + count >= len(message):
            msg = "a number is cut off at the end of its message"
            raise WireError(msg)
        byte = message[position + count]
        value |= (byte & 0x7F) << (7 * count)
        if byte < _CONTINUES:
            return value & ((1 << _UNSIGNED_BITS) - 1), position + count + 1
    msg = f"a number of more than {_MAXIMUM_VARINT_BYTES} bytes"
    raise WireError(msg)
