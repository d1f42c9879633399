"""A small server of metrics for a scraper on the same machine."""

import ipaddress
from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

from functions.aws.failures import explain
from functions.cli.errors import UsageError
from functions.core.open_metrics import CONTENT_TYPE

PATH = "/metrics"
_HIGHEST_PORT = 65_535


class Kept:
    """A text that is made anew at most once in a while, because each time costs money."""

    def __init__(
        self, make: Callable[[], str], clock: Callable[[], datetime], every: timedelta
    ) -> None:
        self._make, self._clock, self._every = make, clock, every
        self._text: str | None = None
        self._made_at: datetime | None = None

    def text(self) -> str:
        """Return the text, made anew if it is older than that; what making raises is raised."""
        now = self._clock()
        if self._text is None or self._made_at is None or now - self._made_at >= self._every:
            self._text = self._make()
            self._made_at = now
        return self._text


def parse_address(written: str) -> tuple[str, int]:
    """Return the host and the port of `HOST:PORT`; raise UsageError if it is not of this machine.

    Examples
    --------
    >>> parse_address("127.0.0.1:9109"), parse_address("[::1]:0")
    (('127.0.0.1', 9109), ('::1', 0))
    """
    host, _, port = written.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    try:
        is_own = ipaddress.ip_address(host).is_loopback
        number = int(port)
    except ValueError:
        is_own, number = False, 0
    if not is_own or not 0 <= number <= _HIGHEST_PORT:
        msg = (
            f"--listen {written} is no loopback address with a port: metrics are served to this "
            "machine alone, without access control; write 127.0.0.1:9109"
        )
        raise UsageError(msg)
    return host, number


def make_server(address: tuple[str, int], kept: Kept) -> HTTPServer:
    """Return a server that answers GET /metrics, one request at a time; the caller runs it."""

    class Handler(_MetricsHandler):
        source = kept

    server = _server_of(address[0])
    return server(address, Handler)


def _server_of(host: str) -> type[HTTPServer]:
    import socket

    class Server(HTTPServer):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing of a scraper that has hung up."""

    return Server


class _MetricsHandler(BaseHTTPRequestHandler):
    source: ClassVar[Kept]
    timeout = 10

    def do_GET(self) -> None:
        """Answer a scrape."""
        if self.path.partition("?")[0] != PATH:
            self.send_error(HTTPStatus.NOT_FOUND, f"metrics are at {PATH}")
            return
        try:
            status, kind, text = HTTPStatus.OK, CONTENT_TYPE, self.source.text()
        except Exception as error:  # noqa: BLE001 - the entry point of a scrape: it is told why
            status, kind = HTTPStatus.SERVICE_UNAVAILABLE, "text/plain; charset=utf-8"
            text = f"{explain(error) or f'unexpected {type(error).__name__}: {error}'}\n"
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base names it so
        """Say nothing of each scrape."""
