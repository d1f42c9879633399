import base64
from typing import Any

import pytest

from functions.serving.events import EventError, kind_of, read_event, require_event, write_event
from functions.serving.exchange import Request, Response


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


def balanced_event(**changes: object) -> dict[str, Any]:
    """An Application Load Balancer's event, of a target group with single values."""
    group = "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/windvane/1"
    return {
        "requestContext": {"elb": {"targetGroupArn": group}},
        "httpMethod": "POST",
        "path": "/models/m/predict",
        "queryStringParameters": {"a%20b": "c+d"},
        "headers": {"content-type": "application/json", "x-inference-id": "a"},
        "body": '{"x": 1}',
        "isBase64Encoded": False,
        **changes,
    }


def multi_value_event(**changes: object) -> dict[str, Any]:
    """A load balancer's event, of a target group with several values a header."""
    event = balanced_event()
    headers, query = event.pop("headers"), event.pop("queryStringParameters")
    return {
        **event,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()},
        **changes,
    }


def function_url_event(**changes: object) -> dict[str, Any]:
    """A function URL's event, as AWS sends it."""
    event = http_event(
        rawPath="/models/m/predict",
        requestContext={
            "stage": "$default",
            "domainName": "abc.lambda-url.eu-west-1.on.aws",
            "http": {"method": "POST", "path": "/models/m/predict"},
        },
    )
    return {**event, **changes}


ALL_KINDS = {
    "rest": rest_event,
    "http": http_event,
    "balanced": balanced_event,
    "multi_value": multi_value_event,
    "function_url": function_url_event,
}


def read(event: object) -> Request:
    """What the function makes of an event."""
    fields = require_event(event)
    return read_event(fields, kind_of(fields))


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_reads_every_kind_of_event_alike(kind: str) -> None:
    request = read(ALL_KINDS[kind]())

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
    assert read(event).path == path


def test_decodes_a_base64_body() -> None:
    body = base64.b64encode(b"\x00\xff").decode()

    assert read(rest_event(body=body, isBase64Encoded=True)).body == b"\x00\xff"


@pytest.mark.parametrize("body", [None, ""])
def test_reads_no_body_as_an_empty_one(body: str | None) -> None:
    assert read(rest_event(body=body)).body == b""


def test_reads_an_event_without_headers() -> None:
    assert read(http_event(headers=None)).headers == {}


def test_keeps_a_lone_surrogate_for_the_parser_to_refuse() -> None:
    assert read(rest_event(body='"\ud800"')).body == b'"\xed\xa0\x80"'


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
        read(event)


def test_answers_in_the_form_that_both_kinds_of_api_take() -> None:
    answer = write_event(Response(405, b"{}", "application/problem+json", {"allow": "GET"}))

    assert answer == {
        "statusCode": 405,
        "headers": {"content-type": "application/problem+json", "allow": "GET"},
        "body": "{}",
        "isBase64Encoded": False,
    }


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_reads_the_query_as_text(kind: str) -> None:
    given = (
        {} if "balanced" in kind or "multi" in kind else {"queryStringParameters": {"a b": "c d"}}
    )

    assert read(ALL_KINDS[kind](**given)).query == {"a b": "c d"}


def test_reads_an_event_without_a_query() -> None:
    assert read(rest_event()).query == {}
    assert read(multi_value_event(multiValueQueryStringParameters=None)).query == {}


def test_joins_several_values_of_a_header_as_http_does() -> None:
    event = multi_value_event(multiValueHeaders={"Accept": ["text/csv", "*/*"], "X-Odd": "text"})

    assert read(event).headers == {"accept": "text/csv, */*"}


def test_a_slash_in_a_name_leads_to_no_other_route() -> None:
    path = read(
        rest_event(resource="/models/{model}", pathParameters={"model": "m/ping"}, path="/x")
    ).path

    assert path == "/models/m%2Fping"


def test_reads_the_health_check_of_a_load_balancer() -> None:
    event = balanced_event(
        httpMethod="GET",
        path="/v2/health/live",
        headers={"user-agent": "ELB-HealthChecker/2.0"},
        queryStringParameters={},
        body="",
    )

    request = read(event)

    assert (request.method, request.path, request.body) == ("GET", "/v2/health/live", b"")


@pytest.mark.parametrize(
    "event",
    [
        {"version": "2.0", "requestContext": {"connectionId": "c", "routeKey": "$connect"}},
        {"version": "2.0", "path": "/models", "method": "GET", "requestContext": {}},
        {"Records": [{"eventSource": "aws:sqs", "body": "{}"}]},
        {"source": "aws.events", "detail": {}},
        {"body": "{}", "headers": {}},
        balanced_event(httpMethod=""),
        multi_value_event(body=7),
        function_url_event(rawPath=None),
    ],
    ids=["web socket", "lattice", "queue", "event bus", "bare", "no method", "no text", "no path"],
)
def test_says_what_it_expected_of_any_other_event(event: dict[str, Any]) -> None:
    with pytest.raises(EventError, match="expected"):
        read(event)


@pytest.mark.parametrize(
    ("event", "members"),
    [
        (rest_event(), {"headers": {"content-type": "text/csv", "a": "b"}}),
        (http_event(), {"headers": {"content-type": "text/csv", "a": "b"}}),
        (function_url_event(), {"headers": {"content-type": "text/csv", "a": "b"}}),
        (
            balanced_event(),
            {"headers": {"content-type": "text/csv", "a": "b"}, "statusDescription": "201 Created"},
        ),
        (
            multi_value_event(),
            {
                "multiValueHeaders": {"content-type": ["text/csv"], "a": ["b"]},
                "statusDescription": "201 Created",
            },
        ),
    ],
    ids=ALL_KINDS,
)
def test_answers_each_kind_in_its_own_form(
    event: dict[str, Any], members: dict[str, object]
) -> None:
    answer = write_event(Response(201, b"1", "text/csv", {"a": "b"}), kind_of(event))

    assert answer == {"statusCode": 201, "body": "1", "isBase64Encoded": False, **members}


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_answers_as_base64_what_is_no_text_and_nothing_else(kind: str) -> None:
    made = kind_of(ALL_KINDS[kind]())

    binary = write_event(Response(200, b"\x00\xff", is_binary=True), made)
    text = write_event(Response(200, "é".encode()), made)

    assert (binary["body"], binary["isBase64Encoded"]) == ("AP8=", True)
    assert (text["body"], text["isBase64Encoded"]) == ("é", False)
