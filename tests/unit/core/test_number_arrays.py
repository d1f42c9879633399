import numpy as np
import pytest

from functions.core.number_arrays import NotPlainError, numbers_of, plain_keys, read_text


def test_reads_numbers_as_float64() -> None:
    numbers = read_text(b"[1, -0.0, 5e-324, 9007199254740993, 18446744073709551615]", numbers_of)

    expected = [1, -0.0, 5e-324, 9007199254740992, 18446744073709551615]
    assert numbers.dtype == np.float64
    assert numbers.tobytes() == np.array(expected, dtype=np.float64).tobytes()


def test_keeps_numbers_when_the_next_text_is_read() -> None:
    first = read_text(b"[1, 2]", numbers_of)
    read_text(b"[3, 4]", numbers_of)

    assert first.tolist() == [1, 2]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[1",
        b"[1,]",
        b"[1] x",
        b"[01]",
        b"[NaN]",
        b"[1e999]",
        b"[18446744073709551616]",
        b"[true]",
        b"[null]",
        b'["1"]',
        b'["\\u0031"]',
        b'["\xff"]',
        b"\xef\xbb\xbf[1]",
        b"1",
        b"[" * 100_000,
    ],
)
def test_refuses_what_is_not_plain(text: bytes) -> None:
    with pytest.raises(NotPlainError):
        read_text(text, numbers_of)

    assert read_text(b"[1]", numbers_of).tolist() == [1]


def test_refuses_a_key_that_stands_twice() -> None:
    assert read_text(b'{"b": 1, "a": 2}', plain_keys) == ["b", "a"]
    with pytest.raises(NotPlainError):
        read_text(b'{"a": 1, "a": 2}', plain_keys)


def test_reads_a_text_while_another_is_read() -> None:
    def read_both(array: object) -> list[list[float]]:
        return [read_text(b"[2]", numbers_of).tolist(), numbers_of(array).tolist()]

    assert read_text(b"[1]", read_both) == [[2], [1]]
