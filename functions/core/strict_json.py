"""Read JSON from strangers: what Python's reader lets through and JSON does not is refused."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from functions.core.large_json import NOT_ORDINARY, find_syntax_error, read_ordinary
from functions.core.problem import (
    MAXIMUM_PROBLEMS,
    Problem,
    RefusedError,
    TooManyValuesError,
    json_pointer,
)

MAXIMUM_VALUES = 1_000_000
"""Of one body; `contracts.policy_rules` has it too, for rows times features."""

MAXIMUM_COMMAS = MAXIMUM_VALUES + 1000
"""Between the values of one body, and some of what stands around them."""

MAXIMUM_DEPTH = 32
"""Levels of arrays and objects; a batch of records has three."""

QUICKLY_PARSED_BYTES = 1 << 16
"""A longer text is read by `large_json` first: Python's reader takes three times as long."""

_NAN = "NaN"
_NO_MARKS = bytes(set(range(256)) - set(b'"[]{}'))
_QUOTE = ord('"')
_MARKS_AT_ONCE = 1 << 15  # they fit the processor's cache; what is too deep mostly is so at once
_STEPS = np.zeros(256, dtype=np.int8)
_STEPS[list(b"[{")] = 1
_STEPS[list(b"]}")] = -1
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_HIGH, _LOW = r"\\u[dD][89abAB]", r"\\u[dD][c-fC-F]"
_UNPAIRED = re.compile(rf"{_HIGH}..(?!{_LOW})|(?<!{_HIGH}..){_LOW}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_Items: TypeAlias = Iterable[tuple[str | int, Any]]


class MalformedJsonError(RefusedError):
    """A body is no JSON, or says something that JSON leaves to chance."""


def parse_json(
    body: bytes, *, allow_nan: bool = False, maximum_containers: int = MAXIMUM_VALUES
) -> Any:  # noqa: ANN401 - JSON is anything
    """Return the value of a JSON text.

    Parameters
    ----------
    body : bytes
        The text.
    allow_nan : bool, default False
        Take the literal ``NaN``, which some clients write for a missing number, as None.
    maximum_containers : int, default `MAXIMUM_VALUES`
        Arrays and objects in it; counted before any is made.

    Raises
    ------
    TooManyValuesError
        If there are more than `maximum_containers`, or more values than `MAXIMUM_VALUES`.
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
    _check_counts(body, maximum_containers)
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        msg = f"not UTF-8: byte {error.start} cannot be read; encode the body as UTF-8"
        raise _malformed(msg) from error
    value = _read_large(body)
    if value is not NOT_ORDINARY:
        return value
    try:
        value = _decode(_NAN_DECODER if allow_nan else _DECODER, text)
    except (_SuspectError, KeyError):
        value = _mark(text, _ONLY_NAN if allow_nan else _NONE)
        look_at = _SUSPECT_TYPES if _has_half_a_pair(text) else _SUSPECT_TYPES - {str}
        raise MalformedJsonError(_suspects([value], (), look_at)) from None
    if _has_half_a_pair(text):
        raise MalformedJsonError(_suspects([value], (), _SUSPECT_TYPES))
    return value


class _SuspectError(Exception):
    """The text holds something that needs a closer look."""


class _Constant(NamedTuple):
    """A literal that is no JSON."""

    name: str


class _Object(dict[str, Any]):
    """An object with the keys that it had more than once."""

    repeated: frozenset[str] = frozenset()


def _malformed(detail: str) -> MalformedJsonError:
    return MalformedJsonError([Problem("", detail)])


def _read_large(body: bytes) -> Any:  # noqa: ANN401 - JSON is anything
    """Return the value of a large ordinary text, or NOT_ORDINARY; raise for one that is no JSON."""
    if len(body) <= QUICKLY_PARSED_BYTES:
        return NOT_ORDINARY
    if found := find_syntax_error(body):
        raise _malformed("not JSON: " + found)
    return read_ordinary(body)


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


def _check_counts(body: bytes, maximum_containers: int) -> None:
    """Raise TooManyValuesError for more than is read; strings are looked into only where needed."""
    containers = body.count(b"[") + body.count(b"{")
    if containers <= maximum_containers and body.count(b",") <= MAXIMUM_COMMAS:
        return
    if b"\\" in body:
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    marks = outside_quotes(body, b"[{,")
    if (containers := marks.count(b"[") + marks.count(b"{")) > maximum_containers:
        what = "arrays and objects"
        raise TooManyValuesError(what, containers, maximum_containers)
    if (commas := marks.count(b",")) > MAXIMUM_COMMAS:
        what = "values"
        raise TooManyValuesError(what, commas + 1, MAXIMUM_VALUES)


def outside_quotes(body: bytes, marks: bytes) -> bytes:
    """Return what a text has of some characters outside quotation marks, in order.

    Examples
    --------
    >>> outside_quotes(b'a,"b,c",d', b",")
    b',,'
    """
    others = bytes(set(range(256)) - {*marks, _QUOTE})
    codes = np.frombuffer(body.translate(None, others), dtype=np.uint8)
    is_quote = codes == _QUOTE
    inside = np.bitwise_xor.accumulate(is_quote.view(np.uint8)).view(bool)
    outside: bytes = codes[~(inside | is_quote)].tobytes()
    return outside


def _has_half_a_pair(text: str) -> bool:
    """Return whether half a surrogate pair is escaped; a backslash that is escaped begins none."""
    if not _ESCAPED_SURROGATE.search(text):
        return False
    return _UNPAIRED.search(text.replace("\\\\", "..")) is not None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _SuspectError
    return value


def _with_repeated(pairs: list[tuple[str, Any]]) -> _Object:
    value = _Object(pairs)
    counts = Counter(name for name, _ in pairs)
    value.repeated = frozenset(name for name, count in counts.items() if count > 1)
    return value


_NONE: dict[str, Any] = {}
_ONLY_NAN: dict[str, Any] = {_NAN: None}
# Methods of dictionaries: a function of ours takes five times as long, a million times a body.
_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_NONE.__getitem__)
_NAN_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_ONLY_NAN.__getitem__)


def _mark(text: str, taken: Mapping[str, None]) -> Any:  # noqa: ANN401 - JSON is anything
    """Return the value with what is wrong marked; raise at once where that is a great deal."""
    left = iter(range(MAXIMUM_PROBLEMS))

    def count() -> None:
        if next(left, None) is None:
            msg = f"more than {MAXIMUM_PROBLEMS} times NaN, Infinity or a key twice in its object"
            raise _malformed(msg + "; write null for a missing value, and each key once")

    def mark_constant(name: str) -> "_Constant | None":
        if name in taken:
            return None
        count()
        return _Constant(name)

    def mark_repeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) == len(pairs):
            return value
        count()
        return _with_repeated(pairs)

    decoder = json.JSONDecoder(object_pairs_hook=mark_repeated, parse_constant=mark_constant)
    return _decode(decoder, text)


def _decode(decoder: json.JSONDecoder, text: str) -> Any:  # noqa: ANN401 - JSON is anything
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as error:
        msg = f"not JSON: {error.msg.lower()} at line {error.lineno} column {error.colno}"
        raise _malformed(msg) from error
    except ValueError as error:
        msg = "an integer has thousands of digits"
        raise _malformed(msg) from error


_SUSPECT_TYPES = frozenset({dict, list, _Object, _Constant, str})


def _suspects(
    value: dict[str, Any] | list[Any], place: tuple[str | int, ...], look_at: frozenset[type]
) -> Iterator[Problem]:
    """Yield what is wrong in an array or object; the outermost array is not part of the body."""
    if isinstance(value, _Object) or (str in look_at and isinstance(value, dict)):
        yield from _suspect_keys(value, place)
    for key, item in _items(value, look_at):
        match item:
            case str():
                if not item.isascii() and _SURROGATE.search(item):
                    yield _problem(place, key, "holds half a surrogate pair, which is no text")
            case list() | dict():
                yield from _suspects(item, (*place, key), look_at)
            case _Constant():
                detail = f"{item.name} is no JSON number; write null for a missing value"
                yield _problem(place, key, detail)


def _items(value: dict[str, Any] | list[Any], look_at: frozenset[type]) -> _Items:
    """Return keys or indices with their values, or nothing where none is of a type to look at."""
    if look_at.isdisjoint(map(type, value.values() if isinstance(value, dict) else value)):
        return ()
    return value.items() if isinstance(value, dict) else enumerate(value)


def _suspect_keys(value: dict[str, Any], place: tuple[str | int, ...]) -> Iterator[Problem]:
    repeated = value.repeated if isinstance(value, _Object) else ()
    for key in value:
        if key in repeated:
            yield _problem(place, key, "this key stands more than once in its object")
        if not key.isascii() and _SURROGATE.search(key):
            yield _problem(place, key, "the key holds half a surrogate pair, which is no text")


def _problem(place: tuple[str | int, ...], key: str | int, detail: str) -> Problem:
    return Problem(json_pointer(*(*place, key)[1:]), detail)
