"""Our lines among other text: cut out of log messages, and of objects however they were joined."""

import gzip
import re
import zlib
from datetime import datetime

from functions.contracts.errors import WindvaneError
from functions.contracts.naming import MODEL_NAME_PATTERN

_GZIP_MAGIC = b"\x1f\x8b"
_START = re.compile(rb'(?=\{\s*"windvane"\s*:)')
"""Inside a JSON text the quotes would be escaped, so this begins a record and nothing else."""

_FAILURE = re.compile(rb'\{\s*"windvane"\s*:\s*"failure"')
_MODEL = re.compile(rb'"model"\s*:\s*"(' + MODEL_NAME_PATTERN.encode() + rb')"')
_AT = re.compile(rb'"at"\s*:\s*"([0-9T:.Z+-]{16,40})"')


class CorruptObjectError(WindvaneError):
    """An object says that it is compressed and is not."""


def unpack(content: bytes) -> bytes:
    """Return an object's bytes, decompressed if they are gzip; raise CorruptObjectError."""
    if not content.startswith(_GZIP_MAGIC):
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, OSError, zlib.error) as error:
        msg = f"{len(content)} bytes begin as gzip and cannot be decompressed: {error}"
        raise CorruptObjectError(msg) from error


def cut_records(text: bytes) -> tuple[list[bytes], int]:
    r"""Return what may be a record of ours, each from its opening brace on, and how much is not.

    Records may stand on lines of their own, follow each other without a line's end, or come after
    a prefix. A line without any record, and text before the first of a line, is counted.

    Examples
    --------
    >>> cut_records(b'{"windvane": 1}{"windvane": 2}\nSTART\n')
    ([b'{"windvane": 1}', b'{"windvane": 2}'], 1)
    """
    pieces = [piece.strip() for line in text.split(b"\n") for piece in _START.split(line)]
    records = [piece for piece in pieces if _START.match(piece)]
    return records, sum(bool(piece) for piece in pieces) - len(records)


def is_failure(record: bytes) -> bool:
    """Return whether a record is of a request that was not answered: it has no rows.

    Examples
    --------
    >>> is_failure(b'{"windvane": "failure", "id": "a"}'), is_failure(b'{"windvane":"capture"}')
    (True, False)
    """
    return _FAILURE.match(record) is not None


def named_model(record: bytes) -> str | None:
    """Return the model that a record names, however broken the rest of it is.

    Examples
    --------
    >>> named_model(b'{"windvane":"capture","id":"a","model":"car","versi')
    'car'
    """
    found = _MODEL.search(record)
    return found[1].decode() if found else None


def named_moment(record: bytes) -> datetime | None:
    """Return the moment of the answer that a record names, however broken the rest of it is.

    Examples
    --------
    >>> named_moment(b'{"windvane":"capture","at":"2026-03-01T12:00:00Z","variant')
    datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
    """
    found = _AT.search(record)
    try:
        at = datetime.fromisoformat(found[1].decode()) if found else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None
