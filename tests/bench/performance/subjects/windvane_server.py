"""Windvane's core behind forty lines that speak as much HTTP as the bench does: PORT.

In AWS there is no HTTP server: API Gateway is one, and hands over events.
"""

import os
import socket
import socketserver
import sys
import time
from http import HTTPStatus
from pathlib import Path

from functions.contracts.access import Authorization
from functions.contracts.naming import Alias
from functions.contracts.routes import Permission
from functions.core.access import Caller
from functions.core.served_documents import ServedPointer, read_document
from functions.inference.onnx_model import load_onnx_model
from functions.serving import wiring
from functions.serving.app import answer_request
from functions.serving.capture import CaptureWriter
from functions.serving.exchange import Request
from functions.serving.ports import Ports
from functions.serving.refreshed import Clock
from functions.serving.versions import CachePolicy, Sources, Versions

HOME = Path(os.environ["BENCH_HOME"])
POINTER = read_document((HOME / "pointer.json").read_bytes(), ServedPointer)


class Folder:
    """The artifact's files and the pointer, in a folder."""

    def read(self, key: str, *, version_id: str | None = None) -> bytes:
        """Return a file."""
        return (HOME / key.rpartition("/")[2]).read_bytes()

    def find_alias(self, model: str, alias: Alias) -> ServedPointer | None:
        """Return the pointer."""
        return POINTER


class OpenGate:
    """Everybody is somebody who may."""

    authorization = Authorization.IAM

    def identify(self, event: object) -> Caller | None:
        """Return nobody."""
        return None

    def check(self, caller: Caller | None, permission: Permission, model: str | None) -> None:
        """Let everybody through, as the others do."""


def make_ports() -> Ports:
    """Return the API's ports, with captures written to nowhere."""
    nowhere, folder = Path(os.devnull).open("w", encoding="utf-8"), Folder()  # noqa: SIM115 - as long as the process
    versions = Versions(
        Sources(lambda: folder, lambda: folder, load_onnx_model),  # type: ignore[arg-type, return-value] # one model
        CachePolicy(refresh_seconds=3600.0, maximum_bytes=10_000_000),
        clock=Clock(time.monotonic, wiring.utc_now),
        log=lambda _event, _fields: None,
    )
    return Ports(
        gate=OpenGate(),
        versions=versions,
        registry=sys.exit,
        captures=CaptureWriter(lambda: nowhere, log=lambda _event, _fields: None),
        pages=sys.exit,
        log=lambda _event, _fields: None,
        now=wiring.utc_now,
        now_ms=wiring.utc_milliseconds,
        monotonic=time.monotonic,
        new_id=wiring.new_id,
    )


class Exchange(socketserver.BaseRequestHandler):
    """One connection: requests with a length, one after the other; no more of HTTP than that."""

    def handle(self) -> None:
        """Answer until the client lets go."""
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while request := self.read():
            response = answer_request(request, PORTS)
            told = (
                f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}\r\n"
                f"content-type: {response.content_type}\r\n"
                f"content-length: {len(response.body)}\r\n\r\n"
            )
            self.request.sendall(told.encode() + response.body)

    def read(self) -> Request | None:
        """Return the next request, or None where there is none."""
        received, end = bytearray(), -1
        while end < 0:
            part = self.request.recv(1 << 20)
            if not part:
                return None
            received += part
            end = received.find(b"\r\n\r\n")
        first, *lines = received[:end].decode("latin-1").split("\r\n")
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        wanted = end + 4 + int(headers.get("content-length", 0))
        while len(received) < wanted:
            received += self.request.recv(1 << 20)
        method, path, _ = first.split(" ")
        return Request(method, path, headers, bytes(received[end + 4 : wanted]))


class Server(socketserver.ThreadingTCPServer):
    """A thread for each connection."""

    allow_reuse_address = True
    daemon_threads = True


PORTS = make_ports()

if __name__ == "__main__":
    Server(("127.0.0.1", int(sys.argv[1])), Exchange).serve_forever()
