"""Codes and counts of a column as a profile packs them: little-endian, as narrow as they fit."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from functions.contracts.profile import MINIMUM_BITS, code_bytes, least_bytes


def pack_codes(codes: NDArray[np.uint32], bits: int) -> bytes:
    """Return ascending codes of `bits` bits as a profile holds them."""
    return codes.astype(f"<u{code_bytes(bits)}").tobytes()


def pack_counts(counts: NDArray[np.int64]) -> bytes:
    """Return counts, none negative, as a profile holds them.

    Examples
    --------
    >>> unpack_counts(pack_counts(np.array([1, 300])), 2).tolist()
    [1, 300]
    """
    return counts.astype(f"<u{least_bytes(int(counts.max(initial=0)))}").tobytes()


def unpack_codes(cells: bytes, bits: int) -> NDArray[np.uint32]:
    """Return the codes of `pack_codes`; ValueError if the bytes are none."""
    return np.frombuffer(cells, dtype=f"<u{code_bytes(bits)}").astype(np.uint32)


def unpack_counts(cell_rows: bytes, count: int) -> NDArray[np.int64]:
    """Return the `count` numbers of `pack_counts`; ValueError if there are not as many."""
    return np.frombuffer(cell_rows, dtype=f"<u{_count_bytes(cell_rows, count)}").astype(np.int64)


def view_joined(
    packed: Iterable[tuple[bytes, bytes]],
) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Yield codes of 16 bits and their counts, of many columns one after the other.

    As narrow as they are packed, and counts of one width together: a copy of bytes is all it takes.

    Raises
    ------
    ValueError
        If a column's codes are none, or its counts do not fit them.

    Examples
    --------
    >>> one = pack_codes(np.array([3, 9]), 16), pack_counts(np.array([1, 2]))
    >>> [(codes.tolist(), counts.tolist()) for codes, counts in view_joined([one, one])]
    [([3, 9, 3, 9], [1, 2, 1, 2])]
    """
    of_width: dict[int, list[tuple[bytes, bytes]]] = {}
    for cells, cell_rows in packed:
        count, rest = divmod(len(cells), code_bytes(MINIMUM_BITS))
        if rest:
            msg = f"{len(cells)} bytes are not codes of {MINIMUM_BITS} bits"
            raise ValueError(msg)
        of_width.setdefault(_count_bytes(cell_rows, count), []).append((cells, cell_rows))
    for width, columns in of_width.items():
        cells, cell_rows = (b"".join(parts) for parts in zip(*columns, strict=True))
        yield np.frombuffer(cells, dtype="<u2"), np.frombuffer(cell_rows, dtype=f"<u{width}")


def _count_bytes(cell_rows: bytes, count: int) -> int:
    """Return how many bytes each of `count` counts has; ValueError if there are not as many."""
    if not count and not cell_rows:
        return 1
    size = len(cell_rows) // max(count, 1)
    if size not in {1, 2, 4, 8} or size * count != len(cell_rows):
        msg = f"{len(cell_rows)} bytes are not {count} counts"
        raise ValueError(msg)
    return size
