"""A delivery stream that takes nothing, put between a function and the cloud."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from functions.aws import clients


class _Throttled(BaseHTTPRequestHandler):
    """Answers as Firehose does beyond its limit: with success, and not a record taken."""

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        records = json.loads(self.rfile.read(length))["Records"]
        refusal = {"ErrorCode": "ServiceUnavailableException", "ErrorMessage": "Slow down."}
        body = json.dumps(
            {"FailedPutCount": len(records), "RequestResponses": [refusal] * len(records)}
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def throttled_firehose(function: str) -> Iterator[None]:
    """Let a function talk to a Firehose that refuses everything."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Throttled)
    Thread(target=server.serve_forever, daemon=True).start()
    lambda_ = clients.make_client("lambda")
    before: dict[str, Any] = lambda_.get_function_configuration(FunctionName=function)
    variables = before["Environment"]["Variables"]
    elsewhere = {"AWS_ENDPOINT_URL_FIREHOSE": f"http://127.0.0.1:{server.server_port}"}
    lambda_.update_function_configuration(
        FunctionName=function, Environment={"Variables": {**variables, **elsewhere}}
    )
    try:
        yield
    finally:
        lambda_.update_function_configuration(
            FunctionName=function, Environment={"Variables": variables}
        )
        server.shutdown()
        server.server_close()
