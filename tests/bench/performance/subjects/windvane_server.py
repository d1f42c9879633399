"""Windvane's core behind forty lines of asyncio that speak as much HTTP as the bench does: PORT.

In AWS there is no HTTP server: API Gateway is one, and hands over events.
"""

import asyncio
import os
import sys
import time
from http import HTTPStatus
from pathlib import Path

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
        monotonic=time.monotonic,
        new_id=wiring.new_id,
    )


class Exchange(asyncio.Protocol):
    """One connection: requests with a length, one after the other; no more of HTTP than that."""

    def __init__(self, ports: Ports) -> None:
        self.ports = ports
        self.received = bytearray()
        self.wanted = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where answers go."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer as soon as all of a request is there."""
        self.received += data
        if len(self.received) < self.wanted:
            return
        head, found, _ = self.received.partition(b"\r\n\r\n")
        if not found:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        start = len(head) + 4
        self.wanted = start + int(headers.get("content-length", 0))
        if len(self.received) < self.wanted:
            return
        method, path, _ = first.split(" ")
        body = bytes(self.received[start : self.wanted])
        self.received.clear()
        self.wanted = 0
        response = answer_request(Request(method, path, headers, body), self.ports)
        told = (
            f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}\r\n"
            f"content-type: {response.content_type}\r\n"
            f"content-length: {len(response.body)}\r\n\r\n"
        )
        self.transport.write(told.encode() + response.body)


async def serve(port: int) -> None:
    """Listen until somebody ends the process."""
    ports = make_ports()
    server = await asyncio.get_running_loop().create_server(
        lambda: Exchange(ports), "127.0.0.1", port
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
