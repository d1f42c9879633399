"""Removing from a shared library what only linkers and debuggers read.

The wheels of scipy and a few others carry their symbol tables: 8 MiB of the training bundle. The
loader reads the program headers and what they point to; all behind the last of that can go. It is
what `strip` does, but `strip` knows one architecture, and comes with a compiler.
"""

import struct
from pathlib import Path
from typing import Final

ELF_64_LITTLE_ENDIAN: Final = b"\x7fELF\x02\x01"
PROGRAM_HEADERS_AT: Final = struct.Struct("<32xQ14xHH")  # offset, size of one, how many
FILE_EXTENT: Final = struct.Struct("<8xQ16xQ")  # of a program header: offset and size in the file
SECTION_HEADERS_OFFSET_AT: Final = 40
SECTION_HEADERS_COUNT_AT: Final = 60  # count, and which one holds the names


def strip_library(path: Path) -> int:
    """Cut a library off behind its last loaded byte; return how many bytes went, 0 if no ELF."""
    content = path.read_bytes()
    if not content.startswith(ELF_64_LITTLE_ENDIAN):
        return 0
    loaded = bytearray(content[: _loaded_size(content)])
    struct.pack_into("<Q", loaded, SECTION_HEADERS_OFFSET_AT, 0)
    struct.pack_into("<HH", loaded, SECTION_HEADERS_COUNT_AT, 0, 0)
    path.write_bytes(loaded)
    return len(content) - len(loaded)


def _loaded_size(content: bytes) -> int:
    table, header_size, count = PROGRAM_HEADERS_AT.unpack_from(content)
    loaded_size: int = table + count * header_size
    for header in range(table, loaded_size, header_size):
        offset, size = FILE_EXTENT.unpack_from(content, header)
        loaded_size = max(loaded_size, offset + size)
    return loaded_size
