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
        self.requests: list[tuple[str, str, bytes | None, str]] = []
        self.reachable = True

    def request(
        self, method: str, path: str, body: bytes | None = None, *, content_type: str = ""
    ) -> HttpAnswer:
        if not self.reachable:
            msg = "the API does not answer"
            raise ApiUnreachableError(msg)
        self.requests.append((method, path, body, content_type))
        return HttpAnswer(200, b"{}", {"Content-Type": "application/json"})


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
        ("GET", "/docs?a=1", None, ""),
        ("POST", "/docs?a=1", body, "application/json"),
    ]


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
