"""The loopback server of metrics, asked as a scraper asks."""

import http.client
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.server import HTTPServer

import pytest

from functions.cli.errors import UsageError
from functions.cli.metrics_server import Kept, make_server, parse_address
from functions.core.open_metrics import CONTENT_TYPE
from tests.fakes.documents import NOW

EVERY = timedelta(minutes=5)


@dataclass
class Source:
    """What is asked of CloudWatch, under a clock that stands still until it is moved."""

    now: datetime = NOW
    made: int = 0
    fails: bool = False

    def make(self) -> str:
        if self.fails:
            msg = "the network is down"
            raise OSError(msg)
        self.made += 1
        return f"made {self.made}\n# EOF\n"


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def server(source: Source) -> Iterator[HTTPServer]:
    kept = Kept(source.make, lambda: source.now, EVERY)
    with make_server(("127.0.0.1", 0), kept) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def ask(server: HTTPServer, path: str = "/metrics") -> tuple[int, str | None, str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    found = answer.status, answer.getheader("Content-Type"), answer.read().decode()
    connection.close()
    return found


def test_answers_in_the_format_that_it_names(server: HTTPServer) -> None:
    assert ask(server) == (200, CONTENT_TYPE, "made 1\n# EOF\n")
    assert ask(server, "/metrics?x=1")[0] == 200


def test_asks_cloudwatch_again_only_after_a_while(server: HTTPServer, source: Source) -> None:
    texts = []
    for minutes in (0, 4, 5, 6, 10):
        source.now = NOW + timedelta(minutes=minutes)
        texts.append(ask(server)[2].split("\n")[0])

    assert texts == ["made 1", "made 1", "made 2", "made 2", "made 3"]


def test_says_what_went_wrong_and_goes_on(server: HTTPServer, source: Source) -> None:
    source.fails = True
    status, kind, text = ask(server)
    source.fails = False

    assert (status, kind) == (503, "text/plain; charset=utf-8")
    assert "the network is down" in text
    assert "Traceback" not in text
    assert ask(server)[0] == 200


def test_has_nothing_else(server: HTTPServer, source: Source) -> None:
    assert ask(server, "/")[0] == 404
    assert source.made == 0


@pytest.mark.parametrize(
    "written",
    [
        "0.0.0.0:9109",
        "192.168.1.5:9109",
        "127.0.0.1",
        "127.0.0.1:x",
        "127.0.0.1:70000",
        ":9109",
        "",
    ],
)
def test_serves_this_machine_alone(written: str) -> None:
    with pytest.raises(UsageError, match="no loopback address"):
        parse_address(written)
