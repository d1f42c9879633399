"""What people look at: the OpenAPI description and the documentation page, on FastAPI.

Imported on the first request for either. Every other route of the application is the handler's own
core, so that it answers with the same bytes wherever it is mounted.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse
from mangum import Mangum
from msgspec.structs import replace
from starlette.requests import Request as AsgiRequest
from starlette.responses import Response as AsgiResponse
from starlette.types import Receive, Scope, Send

from functions.core.access import Caller
from functions.serving.app import answer_request
from functions.serving.bodies import write_json
from functions.serving.errors import NothingToServeError
from functions.serving.exchange import JSON, Request, Response
from functions.serving.openapi import TITLE, complete_openapi, describe_operations
from functions.serving.ports import Ports
from functions.serving.served_version import ServedVersion

# The page is one file that loads nothing from anywhere but the API beside it.
PAGE_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
        "img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
_RESPONSES = {JSON: JSONResponse, "text/html": HTMLResponse}
"""What is answered by itself all the same; by these, media types are described."""

_OWN_HEADERS = {"content-length", "content-type"}


def answer_pages(request: Request, ports: Ports) -> Response:
    """Answer GET /docs and GET /openapi.json through the application."""
    application = make_application(ports, caller=request.caller)
    with _event_loop():
        adapter = Mangum(application, lifespan="off")
        answer = adapter(_proxy_event(request), {})  # type: ignore[arg-type] # no context is read
    headers = answer["headers"]
    return Response(
        status=answer["statusCode"],
        body=answer["body"].encode(),
        content_type=headers["content-type"],
        headers={name: headers[name] for name in headers if name not in _OWN_HEADERS},
    )


def make_application(ports: Ports, *, caller: Caller | None = None) -> FastAPI:
    """Return the application that describes the registered models as they are now.

    `caller` is who asks, with every request; nobody may do nothing.
    """
    champions = _champions(ports)
    application = FastAPI(title=TITLE, openapi_url=None, docs_url=None, redoc_url=None)

    def show(request: Request) -> Response:
        if request.path == "/docs":
            page = Path(__file__).with_name("docs.html").read_bytes()
            return Response(200, page, "text/html; charset=utf-8", PAGE_HEADERS)
        return write_json(complete_openapi(application.routes, champions, ports.gate.authorization))

    core = _Core(replace(ports, pages=show), caller)
    for operation in describe_operations(champions):
        application.add_api_route(
            operation.path,
            core.answer,
            methods=[operation.method],
            operation_id=operation.id,
            summary=operation.summary,
            description=operation.description,
            tags=[operation.tag],
            status_code=operation.status,
            response_model=operation.answer,
            response_class=_RESPONSES[operation.media_type],
            responses=dict(operation.responses),
            openapi_extra=dict(operation.extra),
        )
    application.mount("/", core)
    return application


class _Core:
    """The core as an ASGI application, and as the endpoint of the routes that are described."""

    def __init__(self, ports: Ports, caller: Caller | None) -> None:
        self._ports = ports
        self._caller = caller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request of any method and path that no described route has taken."""
        response = await self.answer(AsgiRequest(scope, receive))
        await response(scope, receive, send)

    async def answer(self, request: AsgiRequest) -> AsgiResponse:
        """Answer a request."""
        response = answer_request(await _read_request(request, self._caller), self._ports)
        headers = {"content-type": response.content_type, **response.headers}
        return AsgiResponse(response.body, response.status, headers)


@contextmanager
def _event_loop() -> Iterator[None]:
    """Give Mangum a loop of its own, which it would make and leave open."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        yield
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def _champions(ports: Ports) -> Sequence[ServedVersion]:
    """Return the champions that can be described; what has none yet is left out."""
    champions = []
    for name in ports.versions.names():
        try:
            champions.append(ports.versions.champion(name))
        except NothingToServeError:
            continue
    return champions


async def _read_request(request: AsgiRequest, caller: Caller | None) -> Request:
    return Request(
        method=request.method,
        path=request.scope["path"],
        headers=dict(request.headers),
        body=await request.body(),
        caller=caller,
    )


def _proxy_event(request: Request) -> dict[str, object]:
    """Return the least event that Mangum reads as an HTTP API's."""
    http = {"method": request.method, "path": request.path, "sourceIp": "127.0.0.1"}
    return {
        "version": "2.0",
        "rawQueryString": "",
        "headers": dict(request.headers),
        "requestContext": {"http": http},
    }
