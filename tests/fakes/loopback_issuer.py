"""An OIDC issuer on the loopback address: its description, its keys, and answers that mislead."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.fakes.issuer import public_keys


@contextmanager
def loopback_issuer(**description: object) -> Iterator[str]:
    """Yield the address of an issuer; `description` changes what it says of itself."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = f"http://127.0.0.1:{self.server.server_port}"  # type: ignore[attr-defined]
            documents: dict[str, Any] = {
                "/.well-known/openid-configuration": {
                    "issuer": address,
                    "jwks_uri": f"{address}/keys",
                    **{
                        key: str(value).format(address=address)
                        for key, value in description.items()
                    },
                },
                "/keys": {"keys": list(public_keys().values())},
                "/odd-keys": {"keys": [*public_keys().values(), {"kty": "RSA"}, "no key"]},
                "/no-list": {"keys": {}},
                "/no-object": [],
            }
            if self.path == "/elsewhere":
                self.send_response(302)
                self.send_header("Location", f"{address}/keys")
                self.end_headers()
                return
            found = self.path in documents
            body = json.dumps(documents[self.path]).encode() if found else b"no JSON"
            self.send_response(200 if found or self.path == "/no-json" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - theirs
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
