"""A client that takes no time of its own: one kept connection, answers with a length."""

import socket
import time
from collections.abc import Callable

RESTS_SECONDS = 1.0
"""A connection that rested for longer is opened anew, before its server lets go of it (some do
after five seconds); it rests between two rounds, whose first requests are not counted."""


class BrokenAnswerError(Exception):
    """A server let go of the connection, or answered anything but 200."""


class Client:
    """Sends one request after the other to one port of this machine."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None
        self._asked_at = time.monotonic()

    def asker(
        self, path: str, body: bytes, *, binary_from: int | None = None
    ) -> Callable[[], bytes]:
        """Return what sends a request and returns the answer's body; the connection is new.

        `binary_from` is where tensors follow the JSON.
        """
        self.close()
        kind = "application/json"
        if binary_from is not None:
            kind = f"application/octet-stream\r\nInference-Header-Content-Length: {binary_from}"
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nAccept: */*\r\n"
            f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        content = head.encode() + body
        return lambda: self._ask(content)

    def close(self) -> None:
        """Let go of the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _ask(self, content: bytes) -> bytes:
        if time.monotonic() - self._asked_at > RESTS_SECONDS:
            self.close()
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=30)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(content)
        received, wanted = bytearray(), None
        while wanted is None or len(received) < wanted:
            part = self._socket.recv(1 << 20)
            if not part:
                msg = "the connection was closed"
                raise BrokenAnswerError(msg)
            received += part
            end = received.find(b"\r\n\r\n")
            if wanted is None and end >= 0:
                wanted = end + 4 + _length(bytes(received[:end]))
        if not received.startswith(b"HTTP/1.1 200 "):
            raise BrokenAnswerError(received[:500].decode(errors="replace"))
        self._asked_at = time.monotonic()
        return bytes(received[end + 4 :])


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    raise BrokenAnswerError(head.decode(errors="replace"))
