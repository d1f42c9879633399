"""A stub of Lambda's Runtime API: hands one event to a new process and waits for its answer.

Reference: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import subprocess
import time
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from time import perf_counter_ns
from typing import Any

ANSWERS_WITHIN_SECONDS = 60
_LATER = 4_102_444_800_000
"""The deadline in milliseconds since 1970: the year 2100."""

_REQUEST_ID = "00000000-0000-4000-8000-000000000000"


class NoAnswerError(Exception):
    """The function ended, failed or kept silent."""


class RuntimeApi(ThreadingHTTPServer):
    """Gives one event, once."""

    daemon_threads = True

    def __init__(self, event: Mapping[str, Any]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.event = json.dumps(event).encode()
        self.given = False
        self.answered = Event()
        self.answered_at = 0
        self.answer: Any = None

    def handle_error(self, *_: object) -> None:
        """A process that is ended leaves its connections broken; nothing is wrong with that."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: RuntimeApi

    def do_GET(self) -> None:
        if self.server.given:
            self.server.answered.wait(ANSWERS_WITHIN_SECONDS)
            time.sleep(ANSWERS_WITHIN_SECONDS)
        self.server.given = True
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Lambda-Runtime-Trace-Id", "Root=1-65e1c2a0-0123456789abcdef01234567")
        self.send_header("Lambda-Runtime-Aws-Request-Id", _REQUEST_ID)
        self.send_header("Lambda-Runtime-Deadline-Ms", str(_LATER))
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:function:predict")
        self.send_header("Content-Length", str(len(self.server.event)))
        self.end_headers()
        self.wfile.write(self.server.event)

    def do_POST(self) -> None:
        self.server.answered_at = perf_counter_ns()
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.answer = (self.path, content)
        self.server.answered.set()
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def time_first_answer(
    command: Sequence[str], environ: Mapping[str, str], event: Mapping[str, Any]
) -> int:
    """Return the nanoseconds from a new process to its first answer; the process is ended then."""
    api = RuntimeApi(event)
    Thread(target=api.serve_forever, daemon=True).start()
    variables = {**environ, "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_address[1]}"}
    started = perf_counter_ns()
    process = subprocess.Popen(
        command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    api.answered.wait(ANSWERS_WITHIN_SECONDS)
    process.kill()
    _, errors = process.communicate()
    api.shutdown()
    api.server_close()
    path, content = api.answer or ("no answer", b"{}")
    if not path.endswith("/response") or json.loads(content).get("statusCode") != 200:
        msg = f"{path} {content[:500]!r} {errors[-2000:]!r}"
        raise NoAnswerError(msg)
    return api.answered_at - started
