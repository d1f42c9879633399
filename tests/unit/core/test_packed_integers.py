"""Codes and counts as bytes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.contracts.profile import pack_integers, unpack_integers
from functions.core.packed_integers import pack_codes, pack_counts, unpack_codes, unpack_counts


@given(st.lists(st.integers(0, 2**62), max_size=20))
def test_reads_counts_back(counts: list[int]) -> None:
    content = pack_counts(np.array(counts, dtype=np.int64))

    assert unpack_counts(content, len(counts)).tolist() == counts
    assert unpack_integers(content, len(counts)) == tuple(counts)


@pytest.mark.parametrize(("bits", "largest"), [(16, 2**16 - 1), (17, 2**17 - 1), (32, 2**32 - 1)])
def test_reads_codes_back(bits: int, largest: int) -> None:
    codes = np.array([0, 5, largest], dtype=np.uint32)

    assert unpack_codes(pack_codes(codes, bits), bits).tolist() == codes.tolist()


def test_is_as_narrow_as_the_largest_count() -> None:
    assert pack_counts(np.array([1, 255])) == pack_integers((1, 255), 1)
    assert pack_counts(np.array([1, 256])) == pack_integers((1, 256), 2)


@pytest.mark.parametrize(("content", "count"), [(b"\0\0", 3), (b"\1", 0), (b"", 1)])
def test_refuses_bytes_of_another_length(content: bytes, count: int) -> None:
    with pytest.raises(ValueError, match=f"{len(content)} bytes are not {count} counts"):
        unpack_counts(content, count)
