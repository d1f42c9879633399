"""The same bytes from the handler's core and from the application on FastAPI."""

import asyncio
import re

import httpx
import numpy as np
import pytest
from msgspec.structs import force_setattr

from functions.serving.app import answer_request
from functions.serving.exchange import Request
from functions.serving.pages import make_application
from functions.serving.served_version import Graph
from tests.unit.serving.test_prediction import BAD_BODIES
from tests.unit.serving.world import GOOD_LOAN, World, get, post, three_models

PREDICT = "/models/loan_default/predict"
OUTCOME = {"inference_id": "a/0", "value": 1, "observed_at": "2026-03-01T10:00:00Z"}
REQUESTS = [
    post(PREDICT, GOOD_LOAN),
    post(PREDICT, {"records": [GOOD_LOAN, {**GOOD_LOAN, "age": None}]}, x_inference_id="mine"),
    post("/models/car_price/predict", {"door_count": 4, "mileage": 0.1}),
    post("/models/tier/predict", {"door_count": 4, "mileage": 0.1}),
    *(post(PREDICT, body) for _, _, _, body in BAD_BODIES),
    post(PREDICT, GOOD_LOAN, content_type="text/csv"),
    post(PREDICT, GOOD_LOAN, x_inference_id="a b"),
    post(PREDICT, b" " * 4_600_000),
    post("/models/nobody/predict", GOOD_LOAN),
    post("/models/Nobody/predict", GOOD_LOAN),
    post("/models/loan_default/ground-truth", [OUTCOME]),
    post("/models/loan_default/ground-truth", [{**OUTCOME, "value": "1"}]),
    get("/models"),
    get("/models/tier"),
    get("/models/nobody"),
    get("/models/tier/versions/1"),
    get("/models/tier/versions/2"),
    get("/health"),
    get("/docs"),
    get("/openapi.json"),
    get("/"),
    get("/nope"),
    get("/models/"),
    get(PREDICT),
    get(PREDICT + "/"),
    Request("DELETE", PREDICT),
    Request("PUT", "/models"),
    Request("POST", "/docs"),
    Request("OPTIONS", PREDICT),
    Request("NONSENSE", "/health"),
]


def ask_application(world: World, request: Request) -> httpx.Response:
    """Send a request through the whole of FastAPI, as a server would."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(make_application(world.ports))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            headers = dict(request.headers)
            return await client.request(
                request.method, request.path, headers=headers, content=request.body
            )

    return asyncio.run(ask())


def prepared(*, nothing_to_serve: bool) -> World:
    world = three_models()
    if nothing_to_serve:
        world.ports.versions.names()
        world.store.reachable = False
    else:
        # Versions are loaded beforehand: making the application loads them, the core does not.
        for name in world.ports.versions.names():
            world.ports.versions.champion(name)
    return world


@pytest.mark.parametrize(
    "request_",
    REQUESTS,
    ids=[f"{r.method} {r.path} {r.body[:30]!r}" for r in REQUESTS],
)
def test_answers_with_the_same_bytes(request_: Request) -> None:
    ours_world, theirs_world = prepared(nothing_to_serve=False), prepared(nothing_to_serve=False)

    ours = answer_request(request_, ours_world.ports)
    theirs = ask_application(theirs_world, request_)

    headers = dict(theirs.headers)
    assert int(headers.pop("content-length")) >= len(theirs.content)
    assert theirs.status_code == ours.status
    assert headers == {"content-type": ours.content_type, **ours.headers}
    assert theirs.content == ours.body
    assert theirs_world.stdout.getvalue() == ours_world.stdout.getvalue()


@pytest.mark.parametrize("path", [PREDICT, "/models/loan_default/ground-truth"])
def test_refuses_with_the_same_bytes_when_there_is_nothing_to_serve(path: str) -> None:
    ours_world, theirs_world = prepared(nothing_to_serve=True), prepared(nothing_to_serve=True)

    ours = answer_request(post(path, GOOD_LOAN), ours_world.ports)
    theirs = ask_application(theirs_world, post(path, GOOD_LOAN))

    assert theirs.status_code == ours.status == 503
    assert theirs.content == ours.body
    assert theirs.headers["retry-after"] == ours.headers["retry-after"]


def test_fails_with_the_same_bytes() -> None:
    ours_world, theirs_world = broken_after_loading(), broken_after_loading()

    ours = answer_request(post(PREDICT, GOOD_LOAN), ours_world.ports)
    theirs = ask_application(theirs_world, post(PREDICT, GOOD_LOAN))

    assert theirs.status_code == ours.status == 500
    assert theirs.content == ours.body


def broken_after_loading() -> World:
    """A world whose loan model answers its trial and its example, and fails from then on."""
    world = prepared(nothing_to_serve=False)
    champion = world.ports.versions.champion("loan_default")
    force_setattr(champion, "graph", FailingGraph(champion.graph))
    return world


class FailingGraph:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def run_row(self, _row: bytes) -> bytes | None:
        return None

    def run(self, matrix: np.ndarray) -> np.ndarray:
        if matrix[0, 1] == GOOD_LOAN["age"]:
            msg = "out of memory"
            raise RuntimeError(msg)
        return self._graph.run(matrix)


def test_shows_a_page_that_loads_nothing_from_elsewhere() -> None:
    response = answer_request(get("/docs"), three_models().ports)

    page = response.body.decode()
    assert response.content_type == "text/html; charset=utf-8"
    assert re.findall(r"(?:src|href)\s*=\s*[\"']?(?:https?:)?//", page) == []
    assert "http://" not in page
    assert "https://" not in page
    assert "default-src 'none'" in response.headers["content-security-policy"]


def test_puts_nothing_of_the_api_into_the_page_as_markup() -> None:
    page = answer_request(get("/docs"), three_models().ports).body.decode()

    assert "innerHTML" not in page
    assert "document.write" not in page
    assert "eval(" not in page
