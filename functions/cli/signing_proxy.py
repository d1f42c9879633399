"""The deployed API on a loopback address, each request signed: for what cannot sign.

Whoever may reach the address acts with the caller's credentials. So it listens on the loopback
address alone, and refuses what another site's page could send: a request for another host (DNS
rebinding), or one whose origin is not this address.
"""

from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from functions.aws.signed_http import ApiUnreachableError, SignedHttp

HOST = "127.0.0.1"
MAXIMUM_BODY_BYTES = 10 * 1024 * 1024
"""As much as API Gateway takes."""

BINARY = "application/octet-stream"
JSON_LENGTH = "Inference-Header-Content-Length"
REQUEST_HEADERS = (
    "Accept",
    "Content-Type",
    "Content-Encoding",
    JSON_LENGTH,
    "X-Inference-Id",
    "X-Routing-Key",
    "X-Amzn-SageMaker-Target-Model",
    "X-Amzn-SageMaker-Target-Variant",
    "X-Amzn-SageMaker-Inference-Id",
)
"""What the API's wires read; connections and their lengths are each side's own."""

ANSWER_HEADERS = (
    "Content-Type",
    "Allow",
    "Retry-After",
    JSON_LENGTH,
    "X-Inference-Id",
    "X-Model-Version",
    "x-amzn-errortype",
    "x-amzn-Invoked-Production-Variant",
)


def make_proxy(api: SignedHttp, port: int) -> ThreadingHTTPServer:
    """Return a server that forwards to the API; port 0 takes any that is free.

    Raises OSError if the port is taken.
    """

    class Handler(_SigningHandler):
        forward_to: ClassVar[SignedHttp] = api

    return ThreadingHTTPServer((HOST, port), Handler)


def address_of(proxy: ThreadingHTTPServer) -> str:
    """Return where a proxy listens."""
    return f"http://{HOST}:{proxy.server_port}"


class _SigningHandler(BaseHTTPRequestHandler):
    forward_to: ClassVar[SignedHttp]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Forward a reading request."""
        self._forward(None)

    def do_POST(self) -> None:
        """Forward a request with a body."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MAXIMUM_BODY_BYTES:
            self._refuse(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the body has no length or is too large"
            )
            return
        self._forward(self.rfile.read(int(length)))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing: the terminal shows where to look."""

    def _forward(self, body: bytes | None) -> None:
        own = f"{HOST}:{self.connection.getsockname()[1]}"
        if self.headers.get("Host") != own or self.headers.get("Origin") not in (
            None,
            f"http://{own}",
        ):
            self._refuse(HTTPStatus.FORBIDDEN, "only pages of this address may ask here")
            return
        try:
            answer = self.forward_to.request(
                self.command, self.path, body, headers=self._request_headers()
            )
        except ApiUnreachableError as error:
            self._refuse(HTTPStatus.BAD_GATEWAY, str(error))
            return
        given = {name.lower(): value for name, value in answer.headers.items()}
        headers = {name: given[name.lower()] for name in ANSWER_HEADERS if name.lower() in given}
        self._answer(answer.status, answer.body, {"Content-Type": BINARY, **headers})

    def _request_headers(self) -> dict[str, str]:
        """Return what is forwarded; a REST API needs both types to leave binary bodies as they are.

        Clients of the Open Inference Protocol send neither.
        """
        headers = {name: self.headers[name] for name in REQUEST_HEADERS if name in self.headers}
        if JSON_LENGTH in headers:
            return {"Accept": "*/*", "Content-Type": BINARY, **headers}
        return headers

    def _refuse(self, status: HTTPStatus, reason: str) -> None:
        self.close_connection = True
        self._answer(status, reason.encode(), {"Content-Type": "text/plain; charset=utf-8"})

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
