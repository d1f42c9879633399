"""The loopback proxy: it signs for its own pages and for nobody else's."""

import http.client
import json
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer

import pytest

from functions.aws.signed_http import ApiUnreachableError, HttpAnswer
from functions.cli.signing_proxy import address_of, make_proxy


class RecordingApi:
    def __init__(self) -> None:
        self.requests: list[tuple[str, str, bytes | None, dict[str, str]]] = []
        self.answer = HttpAnswer(200, b"{}", {"Content-Type": "application/json"})
        self.reachable = True

    def request(
        self, method: str, path: str, body: bytes | None = None, *, headers: dict[str, str]
    ) -> HttpAnswer:
        if not self.reachable:
            msg = "the API does not answer"
            raise ApiUnreachableError(msg)
        self.requests.append((method, path, body, headers))
        return self.answer


@pytest.fixture
def api() -> RecordingApi:
    return RecordingApi()


@pytest.fixture
def proxy(api: RecordingApi) -> Iterator[ThreadingHTTPServer]:
    with make_proxy(api, 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def ask(
    proxy: ThreadingHTTPServer, method: str, body: bytes | None = None, **headers: str
) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(*proxy.server_address)
    connection.request(method, "/docs?a=1", body, headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content


def test_forwards_what_its_own_page_asks(proxy: ThreadingHTTPServer, api: RecordingApi) -> None:
    body = json.dumps({"a": 1}).encode()
    own = {"Origin": address_of(proxy), "Content-Type": "application/json"}

    assert ask(proxy, "GET") == (200, b"{}")
    assert ask(proxy, "POST", body, **own) == (200, b"{}")
    assert api.requests == [
        ("GET", "/docs?a=1", None, {}),
        ("POST", "/docs?a=1", body, {"Content-Type": "application/json"}),
    ]


def test_forwards_what_the_wires_read_and_answer(
    proxy: ThreadingHTTPServer, api: RecordingApi
) -> None:
    api.answer = HttpAnswer(
        200,
        b"{}...",
        {"inference-header-content-length": "2", "content-length": "9", "x-other": "1"},
    )
    connection = http.client.HTTPConnection(*proxy.server_address)
    sent = {"Inference-Header-Content-Length": "2", "X-Inference-Id": "a", "X-Other": "1"}

    connection.request("POST", "/v2/models/m/infer", b"{}...", sent)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()

    (_, _, body, headers) = api.requests[0]
    assert body == content == b"{}..."
    assert headers == {
        "Accept": "*/*",
        "Content-Type": "application/octet-stream",
        "Inference-Header-Content-Length": "2",
        "X-Inference-Id": "a",
    }
    assert answer.headers["Inference-Header-Content-Length"] == "2"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["x-other"] is None


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Host": "evil.example"}])
def test_signs_for_no_other_page(
    proxy: ThreadingHTTPServer, api: RecordingApi, headers: dict[str, str]
) -> None:
    status, _ = ask(proxy, "POST", b"{}", **headers)

    assert status == 403
    assert api.requests == []


def test_says_that_the_api_does_not_answer(proxy: ThreadingHTTPServer, api: RecordingApi) -> None:
    api.reachable = False

    assert ask(proxy, "GET") == (502, b"the API does not answer")


def test_takes_no_larger_body_than_the_api(proxy: ThreadingHTTPServer, api: RecordingApi) -> None:
    status, _ = ask(proxy, "POST", None, **{"Content-Length": "99999999"})

    assert status == 413
    assert api.requests == []


def test_listens_on_the_loopback_address_alone(proxy: ThreadingHTTPServer) -> None:
    assert proxy.server_address[0] == "127.0.0.1"
