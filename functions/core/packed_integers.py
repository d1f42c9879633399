"""Codes and counts of a column as text: base64 of little-endian integers, as narrow as they fit."""

from binascii import a2b_base64, b2a_base64
from typing import Any

import numpy as np
from numpy.typing import NDArray

from functions.contracts.profile import code_bytes, least_bytes


def pack_codes(codes: NDArray[np.uint32], bits: int) -> str:
    """Return ascending codes of `bits` bits as a profile holds them."""
    return _pack(codes.astype(f"<u{code_bytes(bits)}"))


def pack_counts(counts: NDArray[np.int64]) -> str:
    """Return counts, none negative, as a profile holds them.

    Examples
    --------
    >>> unpack_counts(pack_counts(np.array([1, 300])), 2).tolist()
    [1, 300]
    """
    return _pack(counts.astype(f"<u{least_bytes(int(counts.max(initial=0)))}"))


def view_packed(cells: str, cell_rows: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return codes of 16 bits and their counts as narrow as they are packed.

    Raises ValueError if the texts do not fit each other.
    """
    codes = np.frombuffer(a2b_base64(cells), dtype="<u2")
    return codes, _view_counts(cell_rows, len(codes))


def unpack_codes(text: str, bits: int) -> NDArray[np.uint32]:
    """Return the codes of `pack_codes`; ValueError if the text is none."""
    return np.frombuffer(a2b_base64(text), dtype=f"<u{code_bytes(bits)}").astype(np.uint32)


def unpack_counts(text: str, count: int) -> NDArray[np.int64]:
    """Return the `count` numbers of `pack_counts`; ValueError if the text has not as many."""
    return _view_counts(text, count).astype(np.int64)


def _view_counts(text: str, count: int) -> NDArray[Any]:
    content = a2b_base64(text)
    if not count and not content:
        return np.empty(0, dtype=np.uint8)
    size = len(content) // max(count, 1)
    if size not in {1, 2, 4, 8} or size * count != len(content):
        msg = f"{len(content)} bytes are not {count} counts"
        raise ValueError(msg)
    return np.frombuffer(content, dtype=f"<u{size}")


def _pack(values: NDArray[np.integer]) -> str:
    return b2a_base64(values.tobytes(), newline=False).decode()
