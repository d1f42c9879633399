"""Compressed bodies: unpacked to no more than a body may be, whatever they claim to hold."""

import zlib

from functions.core.problem import Problem
from functions.core.strict_json import MalformedJsonError
from functions.serving.errors import BodyTooLargeError, MediaTypeError

_GZIP = 31
_ZLIB = 15
_RAW_DEFLATE = -15
_WINDOWS = {"gzip": (_GZIP,), "x-gzip": (_GZIP,), "deflate": (_ZLIB, _RAW_DEFLATE)}
"""zlib's window sizes, which also say the format; some clients send deflate without its frame."""


def unpack(body: bytes, coding: str, *, limit: int) -> bytes:
    """Return what a body's content coding hides; `coding` is the header's value.

    Raises MediaTypeError for a coding that is not read, MalformedJsonError for a body that is not
    what its coding says, and BodyTooLargeError for one that unpacks to more than `limit` bytes.

    Examples
    --------
    >>> unpack(zlib.compress(b"[1]"), "deflate", limit=3)
    b'[1]'
    """
    name = coding.strip().lower()
    if name not in _WINDOWS:
        msg = f"content-encoding {coding[:40]!r} is not read; send gzip, deflate or the plain body"
        raise MediaTypeError(msg)
    for window in _WINDOWS[name]:
        unpacked = _unpack(body, window, limit)
        if unpacked is not None:
            return unpacked
    detail = f"the body is not {name}, or not one whole stream of it, as content-encoding says"
    raise MalformedJsonError([Problem("", detail)])


def _unpack(body: bytes, window: int, limit: int) -> bytes | None:
    """Return the unpacked bytes, or None if they are no stream of this format.

    One stream only: a body of a hundred thousand empty ones would take as many steps.
    """
    unpacker = zlib.decompressobj(wbits=window)
    try:
        unpacked = unpacker.decompress(body, limit + 1)
    except zlib.error:
        return None
    if len(unpacked) > limit:
        what = "the unpacked start of the body"
        raise BodyTooLargeError(what, len(unpacked), limit)
    return unpacked if unpacker.eof and not unpacker.unused_data else None
