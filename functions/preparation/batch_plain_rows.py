"""A batch job's rows, block by block from the source's file to a file of the matrix.

There may be more of them than the memory holds.
"""

import gzip
import zlib
from collections.abc import Callable, Iterator
from io import BufferedReader
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Matrix: TypeAlias = NDArray[np.float32]
Source: TypeAlias = gzip.GzipFile | BufferedReader

ROWS_FILE = "rows.f32"
UNREADABLE = (OSError, EOFError, zlib.error)
"""What reading a source raises; another reader says what is wrong with it."""

BLOCK_BYTES = 1 << 19
"""What is read at once; a file with a longer line is not read here."""


def open_source(path: Path) -> Source:
    """Return a file, unpacked if its name says that it is packed."""
    return gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb")


def store_rows(
    path: Path, width: int, read: Callable[[bytes], Matrix | None], *, skip: int = 0
) -> Matrix | None:
    """Return all rows of a file, or None if `read` returns that of any part.

    Parameters
    ----------
    path : Path
    width : int
        Columns of the matrix.
    read : callable
        Takes whole lines without the last one's end.
    skip : int, default 0
        Bytes before the first row.

    Returns
    -------
    ndarray of float32, shape (n, width), or None
        It lies in a file beside the source.
    """
    rows_path = path.with_name(ROWS_FILE)
    try:
        with open_source(path) as source, rows_path.open("wb") as rows:
            source.read(skip)
            for block in _blocks(source):
                matrix = read(block)
                if matrix is None:
                    return None
                matrix.tofile(rows)
    except UNREADABLE:
        return None
    if not rows_path.stat().st_size:
        return None
    return np.memmap(rows_path, np.float32, "r").reshape(-1, width)


def _blocks(source: Source) -> Iterator[bytes]:
    """Yield whole lines, half a megabyte at once; nothing of a line that is too long."""
    rest = b""
    while block := source.read(BLOCK_BYTES):
        whole, newline, rest = (rest + block).rpartition(b"\n")
        if newline:
            yield whole
        elif len(rest) > BLOCK_BYTES:
            yield b""  # which is no row
            return
    if rest:
        yield rest
