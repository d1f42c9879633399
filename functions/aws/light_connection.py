"""One kept connection that speaks as much HTTP/1.1 as AWS's services answer with (RFC 9112).

The standard library's client reads headers by its parser of e-mails; with it, importing it takes a
tenth of a cold start. A broken answer is a ConnectionError, as a broken connection is.
"""

import socket
from collections.abc import Mapping
from functools import partial
from io import BufferedReader
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from ssl import SSLContext

MAXIMUM_LINE_BYTES = 65_536
MAXIMUM_HEADERS = 100
_PORTS = {"http": 80, "https": 443}
_WITHOUT_BODY = frozenset({204, 304})
_FRAMED_BY = frozenset({"content-length", "transfer-encoding"})
_HEXADECIMAL = frozenset("0123456789abcdefABCDEF")
_FINAL = 200
"""Statuses below are interim: another answer follows."""


class Answer(NamedTuple):
    """A status and a body, read to its end."""

    status: int
    body: bytes


class LightConnection:
    """Asks one server; it is connected by the first request, and anew by the first after `close`.

    The server's certificate is verified. Each wait for it is `timeout_seconds` at most.
    """

    def __init__(self, url: str, *, timeout_seconds: float) -> None:
        address = urlsplit(url)
        self._host = address.hostname or ""
        self._port = address.port or _PORTS[address.scheme]
        self._timeout_seconds = timeout_seconds
        self.tls_context = _verifying_context() if address.scheme == "https" else None
        self._socket: socket.socket | None = None
        self._reader: BufferedReader | None = None

    def ask(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Return the answer to a request; raise OSError where there is none."""
        lines = [f"{method} {target} HTTP/1.1", *map(": ".join, headers.items())]
        if any("\n" in line or "\r" in line for line in lines):
            msg = "a line of a request holds the end of a line"
            raise ValueError(msg)
        if body or method != "GET":
            lines.append(f"content-length: {len(body)}")
        head = "\r\n".join([*lines, "\r\n"]).encode("latin-1")
        try:
            return self._exchange(head + body)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the connection."""
        if self._reader is not None:
            self._reader.close()
        if self._socket is not None:
            self._socket.close()
        self._socket = self._reader = None

    def _exchange(self, request: bytes) -> Answer:
        if self._socket is None or self._reader is None:
            self._socket = self._connect()
            self._reader = self._socket.makefile("rb")
        self._socket.sendall(request)
        status, headers = _read_head(self._reader)
        while status < _FINAL:
            status, headers = _read_head(self._reader)
        if status not in _WITHOUT_BODY and _FRAMED_BY.isdisjoint(headers):
            headers["connection"] = "close"  # the body goes on to the connection's end
        content = _read_body(self._reader, headers)
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(status, content)

    def _connect(self) -> socket.socket:
        # As bytes the name needs no codec for other alphabets, which would have to be imported.
        address: tuple[Any, int] = (self._host.encode("ascii"), self._port)
        found = socket.create_connection(address, self._timeout_seconds)
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.tls_context is None:
            return found
        try:
            return self.tls_context.wrap_socket(found, server_hostname=self._host)
        except BaseException:
            found.close()
            raise


def _verifying_context() -> "SSLContext":
    from ssl import create_default_context

    return create_default_context()


def _read_head(reader: BufferedReader) -> tuple[int, dict[str, str]]:
    """Return an answer's status, and its headers by their names in lower case."""
    version, _, rest = _read_line(reader).partition(" ")
    status = rest[:3]
    if not version.startswith("HTTP/1.") or not status.isdecimal():
        msg = "the answer does not begin as one of HTTP/1.1 does"
        raise ConnectionError(msg)
    headers = {} if version == "HTTP/1.1" else {"connection": "close"}
    for _ in range(MAXIMUM_HEADERS + 1):
        line = _read_line(reader)
        if not line:
            return int(status), headers
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    msg = f"the answer has more than {MAXIMUM_HEADERS} headers"
    raise ConnectionError(msg)


def _read_body(reader: BufferedReader, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return b"".join(iter(partial(_read_chunk, reader), b""))
    length = headers.get("content-length")
    if length is None:
        return reader.read() if headers.get("connection", "").lower() == "close" else b""
    if not length.isdecimal():
        msg = f"the answer's length is {length[:20]!r}"
        raise ConnectionError(msg)
    return _read_exactly(reader, int(length))


def _read_chunk(reader: BufferedReader) -> bytes:
    """Return the next chunk; the last one is empty, and the lines behind it are passed over."""
    size, _, _ = _read_line(reader).partition(";")
    if not size.strip() or not _HEXADECIMAL.issuperset(size.strip()):
        msg = f"a chunk's length is {size[:20]!r}"
        raise ConnectionError(msg)
    content = _read_exactly(reader, int(size, 16))
    while _read_line(reader) and not content:
        continue
    return content


def _read_exactly(reader: BufferedReader, size: int) -> bytes:
    content = reader.read(size)
    if len(content) != size:
        msg = f"the answer ends after {len(content)} of {size} bytes"
        raise ConnectionError(msg)
    return content


def _read_line(reader: BufferedReader) -> str:
    line = reader.readline(MAXIMUM_LINE_BYTES)
    if not line.endswith(b"\n"):
        msg = "the answer ends within a line" if line else "the server ends the connection"
        raise ConnectionError(msg)
    return line.rstrip(b"\r\n").decode("latin-1")
