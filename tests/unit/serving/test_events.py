import base64
from typing import Any

import pytest

from functions.serving.events import EventError, read_event, write_event
from functions.serving.exchange import Response


def rest_event(**changes: object) -> dict[str, Any]:
    """A REST API's event (payload 1.0) as AWS sends it."""
    return {
        "resource": "/{proxy+}",
        "path": "/models/m/predict",
        "httpMethod": "POST",
        "headers": {"Content-Type": "application/json", "X-Inference-Id": "a"},
        "multiValueHeaders": {"Content-Type": ["application/json"]},
        "queryStringParameters": None,
        "pathParameters": {"proxy": "models/m/predict"},
        "requestContext": {"stage": "prod", "path": "/prod/models/m/predict"},
        "body": '{"x": 1}',
        "isBase64Encoded": False,
        **changes,
    }


def http_event(**changes: object) -> dict[str, Any]:
    """An HTTP API's event (payload 2.0) as AWS sends it."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/prod/models/m/predict",
        "rawQueryString": "",
        "headers": {"content-type": "application/json", "x-inference-id": "a"},
        "requestContext": {
            "stage": "prod",
            "http": {"method": "POST", "path": "/prod/models/m/predict"},
        },
        "body": '{"x": 1}',
        "isBase64Encoded": False,
        **changes,
    }


@pytest.mark.parametrize("event", [rest_event(), http_event()], ids=["rest", "http"])
def test_reads_both_kinds_of_event_alike(event: dict[str, Any]) -> None:
    request = read_event(event)

    assert (request.method, request.path) == ("POST", "/models/m/predict")
    assert request.headers == {"content-type": "application/json", "x-inference-id": "a"}
    assert request.body == b'{"x": 1}'


@pytest.mark.parametrize(
    ("event", "path"),
    [
        # Behind a custom domain the path begins with the mapping; the route does not.
        (rest_event(path="/scoring/models/m/predict"), "/models/m/predict"),
        (
            rest_event(resource="/models/{model}/predict", pathParameters={"model": "m"}),
            "/models/m/predict",
        ),
        (rest_event(resource="/health", path="/x/health", pathParameters=None), "/health"),
        (rest_event(resource=None, path="/health"), "/health"),
        (rest_event(pathParameters=None), "/models/m/predict"),
        (
            http_event(routeKey="POST /{proxy+}", pathParameters={"proxy": "models/m/predict"}),
            "/models/m/predict",
        ),
        (http_event(routeKey="GET /health", rawPath="/base/health"), "/health"),
        (
            http_event(
                rawPath="/health",
                requestContext={"stage": "$default", "http": {"method": "GET"}},
            ),
            "/health",
        ),
        (http_event(rawPath="/prod"), "/"),
        (http_event(rawPath="/production/x"), "/production/x"),
    ],
)
def test_finds_the_path_behind_stage_and_base_path(event: dict[str, Any], path: str) -> None:
    assert read_event(event).path == path


def test_decodes_a_base64_body() -> None:
    body = base64.b64encode(b"\x00\xff").decode()

    assert read_event(rest_event(body=body, isBase64Encoded=True)).body == b"\x00\xff"


@pytest.mark.parametrize("body", [None, ""])
def test_reads_no_body_as_an_empty_one(body: str | None) -> None:
    assert read_event(rest_event(body=body)).body == b""


def test_reads_an_event_without_headers() -> None:
    assert read_event(http_event(headers=None)).headers == {}


def test_keeps_a_lone_surrogate_for_the_parser_to_refuse() -> None:
    assert read_event(rest_event(body='"\ud800"')).body == b'"\xed\xa0\x80"'


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        "x",
        {},
        {"key1": "value1"},
        rest_event(httpMethod=None),
        rest_event(path=None),
        rest_event(body={"x": 1}),
        rest_event(body="not base64!", isBase64Encoded=True),
        rest_event(body="é", isBase64Encoded=True),
        http_event(requestContext=None),
        http_event(requestContext={"http": "POST"}),
    ],
)
def test_refuses_what_is_no_proxy_event(event: object) -> None:
    with pytest.raises(EventError):
        read_event(event)


def test_answers_in_the_form_that_both_kinds_of_api_take() -> None:
    answer = write_event(Response(405, b"{}", "application/problem+json", {"allow": "GET"}))

    assert answer == {
        "statusCode": 405,
        "headers": {"content-type": "application/problem+json", "allow": "GET"},
        "body": "{}",
        "isBase64Encoded": False,
    }
