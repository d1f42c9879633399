"""Plain arrays as .npy bytes, the only form in which arrays cross a border (D3)."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from functions.contracts.errors import WindvaneError

_PLAIN_KINDS = "biuf"


class ArrayFormatError(WindvaneError):
    """Bytes are no .npy file of plain numbers."""


def array_to_bytes(array: NDArray[Any]) -> bytes:
    """Return an array as .npy bytes; the same array gives the same bytes."""
    buffer = io.BytesIO()
    if array.dtype.kind not in _PLAIN_KINDS or not array.flags.c_contiguous:
        np.save(buffer, array, allow_pickle=False)
        return buffer.getvalue()
    # What `save` writes; it copies the numbers two or three times to a file that is none.
    np.lib.format.write_array_header_1_0(buffer, np.lib.format.header_data_from_array_1_0(array))
    return b"".join((buffer.getvalue(), array.data))


def array_from_bytes(content: bytes) -> NDArray[Any]:
    """Return the array of .npy bytes; raise ArrayFormatError for anything else, pickles included.

    Examples
    --------
    >>> array_from_bytes(array_to_bytes(np.array([1.5, 2.5]))).tolist()
    [1.5, 2.5]
    """
    try:
        array = np.load(io.BytesIO(content), allow_pickle=False)
    except (ValueError, EOFError) as error:
        msg = f"{len(content)} bytes are no .npy file of plain numbers: {error}"
        raise ArrayFormatError(msg) from error
    if not isinstance(array, np.ndarray):
        msg = "the bytes are an archive of arrays, a single .npy array is wanted"
        raise ArrayFormatError(msg)
    return array
