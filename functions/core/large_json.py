"""Large JSON texts, read in a third of what Python's reader takes, and refused in a tenth of it.

To find what is no JSON nothing is built of the text: one that is in order up to its last byte is
refused as soon as one that is wrong at its first. What is ordinary is read here; of what is neither
`strict_json` says what is wrong with it.
"""

import re
from collections import Counter
from itertools import chain
from typing import Any

import msgspec

NOT_ORDINARY = object()
"""What is returned instead of the value of a text that Python's reader has to look at."""

_NOT_READ = (msgspec.MsgspecError, ValueError, RecursionError)
_MARKS = 2
"""Quotation marks of a key, and of a text."""

_SKIP = msgspec.json.Decoder(msgspec.Raw).decode
_WHERE = re.compile(r"JSON is malformed: (.*) \(byte (\d+)\)")
_STANDING_IN = (
    # Python's reader knows these, and `strict_json` says where they stand. No digit or minus may
    # stand before what stands here for them.
    (b"-Infinity", b"{}       "),
    (b"Infinity", b"{}      "),
    (b"NaN", b"{} "),
    # Half a surrogate pair is well-formed to Python, which is slow enough to tell its place.
    (b"\\ud", b"\\u0"),
    (b"\\uD", b"\\u0"),
)
"""What is no JSON to msgspec and is looked at later, with something of its length that is."""


def read_ordinary(body: bytes) -> Any:  # noqa: ANN401 - JSON is anything
    """Return the value of a text in UTF-8, or NOT_ORDINARY.

    An ordinary text has no escapes, no number beyond a float, no literal that JSON lacks and no key
    twice in an object: each key and each text that was read explains two quotation marks, and one
    that was passed over would take more.

    Examples
    --------
    >>> read_ordinary(b'{"a": [1, null]}')
    {'a': [1, None]}
    >>> read_ordinary(b'{"a": 1, "a": 2}') is NOT_ORDINARY
    True
    """
    if b"\\" in body:
        return NOT_ORDINARY
    try:
        value = msgspec.json.decode(body)
    except _NOT_READ:
        return NOT_ORDINARY
    return value if body.count(b'"') == _MARKS * _count_keys_and_texts(value) else NOT_ORDINARY


def find_syntax_error(body: bytes) -> str | None:
    r"""Return why a text in UTF-8 is no JSON, with line and column; or None if that is not found.

    What is found Python's reader refuses too; it refuses some more.

    Examples
    --------
    >>> find_syntax_error(b'[1,\n 2 x]')
    "expected ',' or ']' at line 2 column 4"
    >>> find_syntax_error(b"[NaN, 2]")
    """
    for unknown, known in _STANDING_IN:
        if unknown in body:
            body = body.replace(unknown, known)
    try:
        _SKIP(body)
    except RecursionError:
        return None
    except msgspec.DecodeError as error:
        found = _WHERE.fullmatch(str(error))
        if found is None:
            return f"it ends too early at {_place(body, len(body))}"
        return f"{found[1]} at {_place(body, int(found[2]))}"
    return None


def _count_keys_and_texts(value: object) -> int:
    """Count level by level, for a loop over each container takes several times as long."""
    count = 0
    level = [value]
    while level:
        kinds = Counter(map(type, level))
        objects = [item for item in level if type(item) is dict] if kinds[dict] else []
        arrays = [item for item in level if type(item) is list] if kinds[list] else []
        count += kinds[str] + sum(map(len, objects))
        level = [*chain.from_iterable(map(dict.values, objects)), *chain.from_iterable(arrays)]
    return count


def _place(body: bytes, end: int) -> str:
    """Return line and column of a byte, counted from 1, in characters as an editor shows them."""
    before = body[:end]
    line_start = before.rfind(b"\n") + 1
    line = before.count(b"\n") + 1
    return f"line {line} column {len(before[line_start:].decode(errors='replace')) + 1}"
