"""The kinds of bad requests: each a mutation of a good one, drawn by a seeded generator."""

import copy
import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.abuse.requests import SAMPLES, Sample, http_event, rest_event
from tests.abuse.vocabulary import (
    CODINGS,
    EVENT_FIELDS,
    HEADER_NAMES,
    HEADER_VALUES,
    HOSTILE_LITERALS,
    HOSTILE_VALUES,
    MEDIA_TYPES,
    METHODS,
    PATHS,
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to make a request bad; `what` is the phrase of the reference page."""

    name: str
    what: str
    make: Callable[[Random, Sample], Any]
    fits: Callable[[Sample], bool] = lambda _sample: True


def bad_request(random: Random) -> tuple[Kind, Sample, Any]:
    """Return a kind, the good request that it was made of, and the event."""
    while True:
        kind, sample = random.choice(KINDS), random.choice(SAMPLES)
        if kind.fits(sample):
            return kind, sample, kind.make(random, sample)


def pairs() -> Iterator[tuple[Kind, Sample]]:
    """Yield every kind with every good request that it fits."""
    for kind in KINDS:
        yield from ((kind, sample) for sample in SAMPLES if kind.fits(sample))


def _send(random: Random, sample: Sample, body: bytes, **changes: Any) -> dict[str, Any]:
    return random.choice((rest_event, http_event))(sample, body, **changes)


def _has_document(sample: Sample) -> bool:
    return sample.document is not None


def _places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield place
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in items:
        yield from _places(inner, (*place, key))


def _replaced(document: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    changed = copy.deepcopy(document)
    target = changed
    for key in place[:-1]:
        target = target[key]
    target[place[-1]] = value
    return changed


def _swap_value(random: Random, sample: Sample) -> Any:
    place = random.choice(list(_places(sample.document)))
    document = _replaced(sample.document, place, random.choice(HOSTILE_VALUES))
    return _send(random, sample, json.dumps(document).encode())


def _swap_literal(random: Random, sample: Sample) -> Any:
    place = random.choice(list(_places(sample.document)))
    marked = json.dumps(_replaced(sample.document, place, "@@")).encode()
    return _send(random, sample, marked.replace(b'"@@"', random.choice(HOSTILE_LITERALS)))


def _drop_key(random: Random, sample: Sample) -> Any:
    places = [place for place in _places(sample.document) if place]
    place = random.choice(places)
    changed = copy.deepcopy(sample.document)
    target = changed
    for key in place[:-1]:
        target = target[key]
    del target[place[-1]]
    return _send(random, sample, json.dumps(changed).encode())


def _add_key(random: Random, sample: Sample) -> Any:
    objects = [p for p in _places(sample.document) if isinstance(_at(sample.document, p), dict)]
    if not objects:
        return _send(random, sample, b"{}")
    place = random.choice(objects)
    name = random.choice(
        ("extra", "", "car_valu", "é", "__class__", "records", "inputs", "a" * 3000)
    )
    inner = {**_at(sample.document, place), name: random.choice(HOSTILE_VALUES)}
    return _send(random, sample, json.dumps(_replaced(sample.document, place, inner)).encode())


def _at(document: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        document = document[key]
    return document


def _repeat_key(random: Random, sample: Sample) -> Any:
    body = sample.bytes()
    start = body.find(b'{"') + 1
    end = body.find(b",", start)
    pair = body[start:end] if end > start else b'"a":1'
    return _send(random, sample, body[:start] + pair + b"," + body[start:])


def _deepen(random: Random, sample: Sample) -> Any:
    depth = random.choice((33, 100, 5000, 200_000))
    opening, closing = random.choice(((b"[", b"]"), (b'{"a":', b"}"), (b"[[", b"")))
    return _send(random, sample, opening * depth + b"1" + closing * depth)


def _truncate(random: Random, sample: Sample) -> Any:
    body = sample.bytes()
    return _send(random, sample, body[: random.randrange(len(body))])


def _flip(random: Random, sample: Sample) -> Any:
    body = bytearray(sample.bytes())
    for _ in range(random.choice((1, 1, 3, 20))):
        body[random.randrange(len(body))] = random.randrange(256)
    return _send(random, sample, bytes(body))


def _splice(random: Random, sample: Sample) -> Any:
    body = sample.bytes()
    piece = random.choice(
        (
            b"\x00",
            b"\xef\xbb\xbf",
            b"\xff\xfe",
            b"//",
            b"/**/",
            b",",
            b'"',
            b"\n\n",
            b"}{",
            random.randbytes(8),
        )
    )
    at = random.randrange(len(body) + 1)
    return _send(random, sample, body[:at] + piece + body[at:])


def _recode(random: Random, sample: Sample) -> Any:
    text = sample.bytes().decode("latin-1")
    return _send(
        random, sample, text.encode(random.choice(("utf-16", "utf-32", "utf-7", "utf-16-be")))
    )


def _junk(random: Random, sample: Sample) -> Any:
    return _send(random, sample, random.randbytes(random.choice((0, 1, 7, 300, 5000))))


def _compress(random: Random, sample: Sample) -> Any:
    body = random.choice(
        (
            sample.bytes(),
            gzip.compress(sample.bytes())[:-4],
            gzip.compress(b"[" * 20_000_000, compresslevel=1),
            gzip.compress(gzip.compress(sample.bytes())),
            b"",
        )
    )
    return _send(
        random, sample, body, headers={**sample.headers, "content-encoding": random.choice(CODINGS)}
    )


def _media_type(random: Random, sample: Sample) -> Any:
    headers = {**sample.headers, "content-type": random.choice(MEDIA_TYPES)}
    return _send(random, sample, sample.bytes(), headers=headers)


def _header(random: Random, sample: Sample) -> Any:
    headers = {**sample.headers, random.choice(HEADER_NAMES): random.choice(HEADER_VALUES)}
    return _send(random, sample, sample.bytes(), headers=headers)


def _too_large(random: Random, sample: Sample) -> Any:
    size = random.choice((4_500_001, 4_700_000))
    return _send(random, sample, (sample.bytes() + b" " * size)[:size])


def _method(random: Random, sample: Sample) -> Any:
    return rest_event(sample, sample.bytes(), httpMethod=random.choice(METHODS))


def _path(random: Random, sample: Sample) -> Any:
    path = random.choice(PATHS)
    method = random.choice(("GET", "POST"))
    return rest_event(sample, sample.bytes(), path=path, resource=path, httpMethod=method)


def _event_field(random: Random, sample: Sample) -> Any:
    changes = {random.choice(EVENT_FIELDS): random.choice(HOSTILE_VALUES)}
    return _send(random, sample, sample.bytes()) | changes


def _no_base64(random: Random, sample: Sample) -> Any:
    event = _send(random, sample, b"")
    return event | {"body": random.choice(("é", "a", "====", "AAAA=AAA", "\ud800"))}


def _foreign_event(random: Random, _sample: Sample) -> Any:
    return random.choice(
        (
            *HOSTILE_VALUES,
            {"Records": [{"Sns": {"Message": "{}"}}]},
            {"awslogs": {"data": "x"}},
            {"requestContext": {"routeKey": "$connect", "eventType": "CONNECT"}},
            {"source": "aws.events", "detail": {}},
        )
    )


KINDS: tuple[Kind, ...] = (
    Kind(
        "value",
        "a value, or any part of the document, of another type or size",
        _swap_value,
        _has_document,
    ),
    Kind("literal", "what is no JSON, or no number that can be held", _swap_literal, _has_document),
    Kind("missing", "a key or an element left out", _drop_key, _has_document),
    Kind("unknown", "a key too many", _add_key, _has_document),
    Kind("repeated", "a key twice", _repeat_key, _has_document),
    Kind("deep", "nested up to 200,000 levels", _deepen, _has_document),
    Kind("truncated", "a body cut short", _truncate),
    Kind("flipped", "bytes changed at random", _flip),
    Kind("spliced", "bytes put in: NUL, byte order marks, comments, commas", _splice),
    Kind("recoded", "a body in UTF-16, UTF-32 or UTF-7", _recode),
    Kind("junk", "random bytes, and none at all", _junk),
    Kind("coding", "content codings: bombs, twice packed, cut, unknown", _compress),
    Kind("media type", "content types and charsets that are not read", _media_type),
    Kind("header", "headers that lie, or hold what they may not", _header),
    Kind("large", "bodies beyond the limit", _too_large),
    Kind("method", "methods that a route has not", _method),
    Kind("path", "paths that are no routes, and models and versions that are none", _path),
    Kind("event", "a field of the event of another type", _event_field),
    Kind("base64", "bodies that say they are base64 and are not", _no_base64),
    Kind("foreign", "events of other services, and things that are no events", _foreign_event),
)
