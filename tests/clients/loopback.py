"""The prediction API's core on a loopback address, with everything behind it in memory."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from functions.serving.app import answer_request
from functions.serving.exchange import Request
from tests.unit.serving.world import World


@contextmanager
def served(world: World) -> Iterator[str]:
    """Yield the address at which a world answers."""

    class Handler(_Handler):
        behind: ClassVar[World] = world

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    behind: ClassVar[World]
    protocol_version = "HTTP/1.1"

    def __getattr__(self, name: str) -> object:
        """Answer each method alike: `do_GET`, `do_TRACE`, whatever is sent."""
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            method=self.command,
            path=self.path.partition("?")[0],
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
        )
        response = answer_request(request, self.behind.ports)
        self.send_response(response.status)
        for name, value in {"content-type": response.content_type, **response.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)
