import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.inference.wire import (
    WireError,
    WireType,
    decode_varints,
    read_fields,
    read_varint,
    to_signed,
)


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    written = bytearray()
    while value >= 0x80:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*written, value])


def fields(content: bytes) -> list[tuple[int, int, bytes]]:
    return [(f.number, f.integer, bytes(f.content)) for f in read_fields(memoryview(content))]


@given(st.integers(0, 2**64 - 1))
def test_reads_every_number(value: int) -> None:
    assert read_varint(memoryview(varint(value)), 0) == (value, len(varint(value)))


@given(st.integers(-(2**63), 2**63 - 1))
def test_reads_a_negative_number_as_int64(value: int) -> None:
    assert to_signed(read_varint(memoryview(varint(value)), 0)[0]) == value


def test_reads_each_type_of_field() -> None:
    message = b"\x08\x96\x01" + b"\x11" + b"12345678" + b"\x1a\x02hi" + b"\x25" + b"1234"

    assert fields(message) == [(1, 150, b""), (2, 0, b"12345678"), (3, 0, b"hi"), (4, 0, b"1234")]


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=20))
def test_reads_a_list_however_it_is_laid_out(numbers: list[int]) -> None:
    single = b"".join(b"\x40" + varint(number) for number in numbers)
    joined = b"".join(varint(number) for number in numbers)
    packed = b"\x42" + varint(len(joined)) + joined
    runs = {0x40: re.compile(rb"(?:\x40[\x80-\xff]{0,9}[\x00-\x7f])+")}

    assert decode_varints(read_fields(memoryview(single))) == numbers
    assert decode_varints(read_fields(memoryview(packed))) == numbers
    (run,) = read_fields(memoryview(single), runs=runs)
    assert decode_varints([run]) == numbers
    assert run.wire_type is WireType.VARINT


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"\x08", "cut off"),
        (b"\x08\x80", "cut off"),
        (b"\x08" + b"\xff" * 11, "more than 10 bytes"),
        (b"\x1a\x05hi", "field 3 ends 3 bytes after"),
        (b"\x1a" + varint(2**63), "after the end"),
        (b"\x11123", "field 2 ends 5 bytes after"),
        (b"\x0b", "wire type 3"),
        (b"\x0c", "wire type 4"),
        (b"\x0e", "wire type 6"),
        (b"\x0f", "wire type 7"),
    ],
)
def test_refuses_bytes_that_are_no_message(message: bytes, reason: str) -> None:
    with pytest.raises(WireError, match=reason):
        list(read_fields(memoryview(message)))


@given(st.binary(max_size=200))
def test_ends_on_any_bytes(message: bytes) -> None:
    try:
        found = list(read_fields(memoryview(message)))
    except WireError:
        return
    assert len(found) <= len(message)
