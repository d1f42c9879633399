"""Bodies and headers, read within the limits of one Lambda invocation."""

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from functions.contracts.naming import INFERENCE_ID_PATTERN
from functions.core.strict_json import parse_json
from functions.serving.errors import BodyTooLargeError, HeaderError, MediaTypeError
from functions.serving.exchange import BINARY, JSON, Request, Response

if TYPE_CHECKING:
    from functions.contracts.base import Document

INFERENCE_ID_HEADER = "X-Inference-Id"
ROUTING_KEY_HEADER = "X-Routing-Key"

MAXIMUM_ROUTING_KEY = 128
"""Characters; a longer key is refused rather than cut, for a cut one may be somebody else's."""

MAXIMUM_BODY_BYTES = 4_500_000
"""An invocation carries 6 MB (6,291,556 bytes), and API Gateway may send a body as base64 in it."""

MAXIMUM_ANSWER_BYTES = 6_000_000
"""An answer travels as a string in JSON, where each quotation mark takes a byte more."""

_ESCAPED_BYTES = 2
"""What a byte of a JSON text takes within another one, at most."""

NO_HEADERS: Mapping[str, str] = {}
_INFERENCE_ID = re.compile(INFERENCE_ID_PATTERN)
_UTF_8 = ("utf-8", "utf8")


def read_json(request: Request, *, maximum_containers: int) -> Any:  # noqa: ANN401 - JSON is anything
    """Return the value of a JSON body; a body without a content type is taken for JSON.

    Raises MediaTypeError, BodyTooLargeError, TooManyValuesError and MalformedJsonError.
    """
    check_json_type(request)
    return parse_json(read_body(request), maximum_containers=maximum_containers)


def read_body(request: Request) -> bytes:
    """Return a body's bytes, unpacked where they are compressed; the limit holds for both.

    Raises MediaTypeError, BodyTooLargeError and MalformedJsonError.
    """
    if len(request.body) > MAXIMUM_BODY_BYTES:
        what = "the body"
        raise BodyTooLargeError(what, len(request.body), MAXIMUM_BODY_BYTES)
    coding = request.headers.get("content-encoding")
    if coding is None or coding.lower() == "identity":
        return request.body
    from functions.serving.content_coding import unpack

    return unpack(request.body, coding, limit=MAXIMUM_BODY_BYTES)


def check_json_type(request: Request) -> None:
    """Raise MediaTypeError for a body that says it is anything but JSON in UTF-8."""
    value = request.headers.get("content-type", "")
    if value == JSON:
        return
    media_type, *parameters = (part.strip().lower() for part in value.split(";"))
    charsets = [p.partition("=")[2].strip('" ') for p in parameters if p.startswith("charset")]
    if media_type not in {"", JSON} or not all(charset in _UTF_8 for charset in charsets):
        msg = f"content-type {value[:80]!r} is not read; send {JSON}"
        raise MediaTypeError(msg)


def read_inference_id(request: Request) -> str | None:
    """Return the caller's name for the inference, or None; raise HeaderError."""
    value = request.headers.get(INFERENCE_ID_HEADER.lower())
    if value is None or _INFERENCE_ID.fullmatch(value):
        return value
    detail = "expected 1 to 64 letters, digits, dots, underscores, colons or hyphens"
    raise HeaderError(INFERENCE_ID_HEADER, detail)


def read_routing_key(request: Request) -> str | None:
    """Return what keeps a caller with one version: the header, else who calls; or None.

    Raises HeaderError.
    """
    value = request.headers.get(ROUTING_KEY_HEADER.lower())
    if not value:
        return request.caller.name if request.caller else None
    if 0 < len(value) <= MAXIMUM_ROUTING_KEY and value.isprintable():
        return value
    detail = f"expected 1 to {MAXIMUM_ROUTING_KEY} printable characters"
    raise HeaderError(ROUTING_KEY_HEADER, detail)


def write_json(
    document: object, *, status: int = 200, headers: Mapping[str, str] = NO_HEADERS
) -> Response:
    """Return a JSON answer; raise BodyTooLargeError for one that no invocation can carry."""
    text = json.dumps(document, separators=(",", ":"), allow_nan=False)
    return Response(status, check_answer_size(text.encode()), JSON, headers)


def write_document(document: "Document", *, status: int = 200) -> Response:
    """Return a document as a JSON answer; raise BodyTooLargeError likewise."""
    return Response(status, check_answer_size(document.model_dump_json().encode()))


def write_bytes(body: bytes, headers: Mapping[str, str]) -> Response:
    """Return an answer that is no text; raise BodyTooLargeError likewise."""
    size_bytes = -(-len(body) // 3) * 4  # as base64, which is how it travels
    if size_bytes > MAXIMUM_ANSWER_BYTES:
        what = "the answer"
        raise BodyTooLargeError(what, size_bytes, MAXIMUM_ANSWER_BYTES)
    return Response(200, body, BINARY, headers, is_binary=True)


def check_length(body: bytes, limit: int | None) -> None:
    """Raise BodyTooLargeError for an answer longer than whoever hands it on takes."""
    if limit is not None and len(body) > limit:
        what = "the answer"
        raise BodyTooLargeError(what, len(body), limit)


def check_answer_size(body: bytes) -> bytes:
    """Return an answer's text; raise BodyTooLargeError for one that no invocation can carry."""
    if len(body) * _ESCAPED_BYTES <= MAXIMUM_ANSWER_BYTES:
        return body
    size_bytes = len(body) + body.count(b'"') + body.count(b"\\")
    if size_bytes > MAXIMUM_ANSWER_BYTES:
        what = "the answer"
        raise BodyTooLargeError(what, size_bytes, MAXIMUM_ANSWER_BYTES)
    return body
