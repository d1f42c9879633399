"""The client without an SDK, against servers that behave and servers that do not."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from functions.aws.light_client import AwsAwayError, AwsRefusedError, Endpoint, LightClient
from functions.aws.sigv4 import Credentials, Scope

NOW = datetime(2026, 3, 1, tzinfo=UTC)
REGION = {"AWS_REGION": "eu-west-1"}


class Service(ThreadingHTTPServer):
    """Answers what it is told to, the last answer for ever."""

    daemon_threads = True

    def __init__(self, *answers: tuple[int, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = list(answers)
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.connections: set[int] = set()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.server.requests.append((self.path, dict(self.headers), body))
        self.server.connections.add(self.client_address[1])
        answers = self.server.answers
        status, content = answers.pop(0) if len(answers) > 1 else answers[0]
        if status == 0:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def serve() -> Iterator[object]:
    services, clients = [], []

    def start(*answers: tuple[int, bytes]) -> tuple[Service, LightClient]:
        service = Service(*answers)
        services.append(service)
        Thread(target=service.serve_forever, daemon=True).start()
        clients.append(client_of(service.server_address[1]))
        return service, clients[-1]

    yield start
    for client in clients:
        client.close()
    for service in services:
        service.shutdown()
        service.server_close()


def client_of(port: int, *, timeout_seconds: float = 5.0) -> LightClient:
    endpoint = Endpoint(Scope("eu-west-1", "dynamodb"), f"http://127.0.0.1:{port}")
    return LightClient(
        endpoint, Credentials("a", "b"), timeout_seconds=timeout_seconds, now=lambda: NOW
    )


def test_keeps_its_connection(serve) -> None:
    service, client = serve((200, b"{}"))

    answers = [client.send("POST", "/", body=b"x") for _ in range(3)]

    assert answers == [b"{}"] * 3
    assert len(service.connections) == 1
    assert all("Authorization" in {n.title() for n in h} for _, h, _ in service.requests)


@pytest.mark.parametrize("passing", [(500, b"oops"), (503, b""), (429, b""), (0, b"")])
def test_asks_once_more_when_it_may_pass(serve, passing: tuple[int, bytes]) -> None:
    service, client = serve(passing, (200, b"yes"))

    assert client.send("POST", "/", body=b"x") == b"yes"
    assert len(service.requests) == 2


@pytest.mark.parametrize(
    ("status", "content", "code"),
    [
        (400, b'{"__type":"com.amazonaws.dynamodb#ResourceNotFoundException"}', "ResourceNotFound"),
        (404, b"<Error><Code>NoSuchVersion</Code></Error>", "NoSuchVersion"),
        (403, b"\xff", ""),
    ],
)
def test_tells_awss_own_word_for_a_refusal(serve, status: int, content: bytes, code: str) -> None:
    service, client = serve((status, content))

    with pytest.raises(AwsRefusedError) as refused:
        client.send("POST", "/", body=b"x")

    assert refused.value.code.removesuffix("Exception") == code
    assert refused.value.status == status
    assert len(service.requests) == 1


def test_gives_up_on_a_server_that_fails_twice(serve) -> None:
    _, client = serve((500, b'{"__type": "InternalServerError"}'))

    with pytest.raises(AwsRefusedError, match="dynamodb answers 500 InternalServerError"):
        client.send("POST", "/", body=b"x")


def test_gives_up_on_silence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = client_of(silent.getsockname()[1], timeout_seconds=0.05)

        with pytest.raises(AwsAwayError, match="dynamodb cannot be reached: TimeoutError"):
            client.send("POST", "/", body=b"x")


def test_works_again_after_the_server_was_away(serve) -> None:
    _, client = serve((0, b""), (0, b""), (200, b"back"))

    with pytest.raises(AwsAwayError):
        client.send("POST", "/", body=b"x")

    assert client.send("POST", "/", body=b"x") == b"back"


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        (REGION, "https://s3.eu-west-1.amazonaws.com"),
        ({"AWS_DEFAULT_REGION": "cn-north-1"}, "https://s3.cn-north-1.amazonaws.com.cn"),
        (REGION | {"AWS_ENDPOINT_URL": "http://a"}, "http://a"),
        (REGION | {"AWS_ENDPOINT_URL": "http://a", "AWS_ENDPOINT_URL_S3": "http://b"}, "http://b"),
        ({}, "https://s3.us-east-1.amazonaws.com"),
    ],
)
def test_finds_its_endpoint(environ: dict[str, str], url: str) -> None:
    assert Endpoint.find("s3", environ).url == url


def test_verifies_certificates() -> None:
    endpoint = Endpoint(Scope("eu-west-1", "s3"), "https://127.0.0.1:1")

    client = LightClient(endpoint, Credentials("a", "b"), timeout_seconds=1, now=lambda: NOW)

    context = client._connection.tls_context
    assert context is not None
    assert context.check_hostname
    assert context.verify_mode.name == "CERT_REQUIRED"
