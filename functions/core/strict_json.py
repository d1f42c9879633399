"""Read JSON from strangers: what Python's reader lets through and JSON does not is refused."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from functions.core.problem import Problem, RefusedError, json_pointer

MAXIMUM_DEPTH = 32
"""Levels of arrays and objects; a batch of records has three."""

_NAN = "NaN"
_NO_MARKS = bytes(set(range(256)) - set(b'"[]{}'))
_QUOTE = ord('"')
_MARKS_AT_ONCE = 1 << 15  # they fit the processor's cache; what is too deep mostly is so at once
_STEPS = np.zeros(256, dtype=np.int8)
_STEPS[list(b"[{")] = 1
_STEPS[list(b"]}")] = -1
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")


class MalformedJsonError(RefusedError):
    """A body is no JSON, or says something that JSON leaves to chance."""


def parse_json(body: bytes, *, allow_nan: bool = False) -> Any:  # noqa: ANN401 - JSON is anything
    """Return the value of a JSON text.

    Parameters
    ----------
    body : bytes
        The text.
    allow_nan : bool, default False
        Take the literal ``NaN``, which some clients write for a missing number.

    Raises
    ------
    MalformedJsonError
        If the text is not UTF-8 or not JSON, nests deeper than `MAXIMUM_DEPTH` (checked before
        parsing: a megabyte of ``[`` ends other servers), or holds ``NaN``, ``Infinity``, a key
        twice in one object, half a surrogate pair, or an integer of thousands of digits.

    Notes
    -----
    ``1e999`` is JSON and comes back as an infinity: whoever reads the number refuses it.

    Examples
    --------
    >>> parse_json(b'{"a": [1, null]}')
    {'a': [1, None]}
    """
    if _is_too_deep(body):
        msg = f"nested deeper than {MAXIMUM_DEPTH} levels; a batch of records has three"
        raise _malformed(msg)
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        msg = f"not UTF-8: byte {error.start} cannot be read; encode the body as UTF-8"
        raise _malformed(msg) from error
    try:
        value = _decode(_NAN_DECODER if allow_nan else _DECODER, text)
    except _SuspectError:
        value = _decode(_NAN_MARKING_DECODER if allow_nan else _MARKING_DECODER, text)
        raise MalformedJsonError(list(_suspects(value, ""))) from None
    if _ESCAPED_SURROGATE.search(text) and (problems := list(_suspects(value, ""))):
        raise MalformedJsonError(problems)
    return value


class _SuspectError(Exception):
    """The text holds something that needs a closer look."""


@dataclass(frozen=True, slots=True)
class _Constant:
    """A literal that is no JSON."""

    name: str


class _Object(dict[str, Any]):
    """An object with the keys that it had more than once."""

    repeated: frozenset[str] = frozenset()


def _malformed(detail: str) -> MalformedJsonError:
    return MalformedJsonError([Problem("", detail)])


def _is_too_deep(body: bytes) -> bool:
    """Return whether a parser would nest too deep before the first thing that is no JSON.

    Brackets count outside strings. A quotation mark ends one unless it is escaped, and what escapes
    it is taken out before: pairs of backslashes first, for they escape nothing.
    """
    if b"\\" in body:
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    marks = body.translate(None, _NO_MARKS)
    if marks.count(b"[") + marks.count(b"{") <= MAXIMUM_DEPTH:
        return False
    codes = np.frombuffer(marks, dtype=np.uint8)
    depth = is_inside = 0
    for start in range(0, len(codes), _MARKS_AT_ONCE):
        part = codes[start : start + _MARKS_AT_ONCE]
        quotes = part == _QUOTE
        has_quotes = quotes.any()
        if is_inside and not has_quotes:
            continue
        steps = _STEPS[part]
        if has_quotes:
            inside = np.bitwise_xor.accumulate(quotes.view(np.uint8)) ^ is_inside
            steps[inside.view(bool)] = 0
            is_inside = int(inside[-1])
        depths = np.cumsum(steps, dtype=np.int32)
        if depth + int(depths.max()) > MAXIMUM_DEPTH:
            return True
        depth += int(depths[-1])
    return False


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _SuspectError
    return value


def _refuse_constant(_name: str) -> NoReturn:
    raise _SuspectError


def _take_nan(name: str) -> float:
    if name != _NAN:
        raise _SuspectError
    return math.nan


def _mark_all_but_nan(name: str) -> "float | _Constant":
    return math.nan if name == _NAN else _Constant(name)


def _mark_repeated(pairs: list[tuple[str, Any]]) -> _Object:
    value = _Object(pairs)
    if len(value) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        value.repeated = frozenset(name for name, count in counts.items() if count > 1)
    return value


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant)
_MARKING_DECODER = json.JSONDecoder(object_pairs_hook=_mark_repeated, parse_constant=_Constant)
_NAN_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_take_nan)
_NAN_MARKING_DECODER = json.JSONDecoder(
    object_pairs_hook=_mark_repeated, parse_constant=_mark_all_but_nan
)


def _decode(decoder: json.JSONDecoder, text: str) -> Any:  # noqa: ANN401 - JSON is anything
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as error:
        msg = f"not JSON: {error.msg.lower()} at line {error.lineno} column {error.colno}"
        raise _malformed(msg) from error
    except ValueError as error:
        msg = "an integer has thousands of digits"
        raise _malformed(msg) from error


def _suspects(value: object, pointer: str) -> Iterator[Problem]:
    match value:
        case _Constant():
            yield Problem(
                pointer, f"{value.name} is no JSON number; write null for a missing value"
            )
        case str():
            if _SURROGATE.search(value):
                yield Problem(pointer, "holds half a surrogate pair, which is no text")
        case list():
            for index, item in enumerate(value):
                yield from _suspects(item, pointer + json_pointer(index))
        case dict():
            yield from _suspects_of_object(value, pointer)


def _suspects_of_object(value: dict[str, Any], pointer: str) -> Iterator[Problem]:
    repeated = value.repeated if isinstance(value, _Object) else ()
    for name, item in value.items():
        place = pointer + json_pointer(name)
        if name in repeated:
            yield Problem(place, "this key stands more than once in its object")
        if _SURROGATE.search(name):
            yield Problem(place, "the key holds half a surrogate pair, which is no text")
        yield from _suspects(item, place)
