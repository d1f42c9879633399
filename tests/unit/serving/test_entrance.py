"""An event that is like one before it is answered as it would be answered alone."""

import base64
import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from functions.contracts.access import AccessRules, Authorization, TokenRules
from functions.serving.app import answer_event
from functions.serving.entrance import REMEMBERED, Entry, enter, recall
from functions.serving.gate import StageGate
from functions.serving.ports import Ports
from tests.unit.serving.test_events import http_event, rest_event
from tests.unit.serving.world import GOOD_LOAN, NOW, loan_world

PATH = "/models/loan_default/predict"
BOB = "arn:aws:iam::123456789012:user/bob"
ANN = "arn:aws:iam::123456789012:user/ann"
HEADERS = {"Content-Type": "application/json", "X-Inference-Id": "a", "Authorization": "x"}
RULES = {
    Authorization.IAM: AccessRules(Authorization.IAM, models={"loan_default": ("bob",)}),
    Authorization.API_KEY: AccessRules(Authorization.API_KEY, clients={"key-1": "bob"}),
    Authorization.JWT: AccessRules(
        Authorization.JWT, token=TokenRules("https://issuer.example", ("windvane",))
    ),
}


def ports_of(authorization: Authorization = Authorization.IAM) -> Ports:
    gate = StageGate(RULES[authorization], now=lambda: NOW)
    return replace(loan_world().ports, gate=gate)


def rest(**changes: object) -> dict[str, Any]:
    identity = {"userArn": BOB, "apiKeyId": "key-1"}
    event = {
        "resource": "/models/{model}/predict",
        "path": PATH,
        "pathParameters": {"model": "loan_default"},
        "headers": HEADERS,
        "multiValueHeaders": {name: [value] for name, value in HEADERS.items()},
        "requestContext": {"stage": "prod", "identity": identity},
        "body": json.dumps(GOOD_LOAN),
    }
    return rest_event(**{**event, **changes})


def http(**changes: object) -> dict[str, Any]:
    context = {
        "stage": "prod",
        "http": {"method": "POST", "path": f"/prod{PATH}"},
        "authorizer": {"iam": {"userArn": BOB}},
    }
    event = {
        "routeKey": "POST /models/{model}/predict",
        "rawPath": f"/prod{PATH}",
        "pathParameters": {"model": "loan_default"},
        "headers": {name.lower(): value for name, value in HEADERS.items()},
        "requestContext": context,
        "body": json.dumps(GOOD_LOAN),
    }
    return http_event(**{**event, **changes})


def entry_of(event: dict[str, Any], ports: Ports) -> Entry | None:
    decision = recall(event, ports.decisions)
    return enter(event, decision) if decision else None


def places(value: object, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the ways to everything in an event."""
    found = [place] if place else []
    if isinstance(value, dict):
        for name, item in value.items():
            found += places(item, (*place, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += places(item, (*place, index))
    return found


def changed(event: dict[str, Any], place: tuple[Any, ...], value: Any) -> dict[str, Any]:
    copy = deepcopy(event)
    *way, last = place
    holder: Any = copy
    for step in way:
        holder = holder[step]
    if value is GONE:
        del holder[last]
    else:
        holder[last] = value
    return copy


GONE = object()
VALUES = st.sampled_from(
    [
        *(GONE, None, "", "x", ANN, "key-2", "POST", "GET", True, 1, [], ["x"], ["x", "y"], {}),
        *({"iam": {"userArn": ANN}}, "other", "/models/other/predict", "application/xml", "{}"),
    ]
)


@pytest.mark.parametrize("make", [rest, http])
@pytest.mark.parametrize("authorization", [Authorization.IAM, Authorization.API_KEY])
@given(data=st.data())
def test_answers_as_if_nothing_came_before(
    make: Any, authorization: Authorization, data: st.DataObject
) -> None:
    first = make()
    event = changed(first, data.draw(st.sampled_from(places(first))), data.draw(VALUES))
    ports = ports_of(authorization)
    answer_event(first, ports)

    again = answer_event(event, ports)

    assert again == answer_event(event, ports_of(authorization))


@pytest.mark.parametrize("make", [rest, http])
@pytest.mark.parametrize("added", ["elb", "identity", "authorizer", "http"])
def test_knows_an_event_of_another_kind(make: Any, added: str) -> None:
    ports = ports_of()
    answer_event(make(), ports)
    event = make()
    event["requestContext"][added] = {"iam": {"userArn": ANN}, "userArn": ANN, "method": "GET"}

    again = answer_event(event, ports)

    assert again == answer_event(event, ports_of())


@pytest.mark.parametrize("make", [rest, http])
def test_recalls_an_event_with_another_body(make: Any) -> None:
    ports = ports_of()
    assert recall(make(), ports.decisions) is None
    first = answer_event(make(), ports)

    entry = entry_of(make(body="{}"), ports)

    assert first["statusCode"] == 200
    assert entry is not None
    assert entry.request.body == b"{}"
    assert entry.request.caller is not None
    assert entry.request.caller.name == "bob"


def test_never_lets_in_whom_it_refused() -> None:
    ports = ports_of()
    context = {"stage": "prod", "identity": {"userArn": ANN}}

    answers = [answer_event(rest(requestContext=context), ports) for _ in range(3)]

    assert [answer["statusCode"] for answer in answers] == [403] * 3
    assert not ports.decisions


def test_remembers_no_token() -> None:
    context = {
        "stage": "prod",
        "authorizer": {
            "principalId": "robot",
            "roles": '["predict:*"]',
            "expires_at": str(NOW.timestamp() + 60),
        },
    }
    ports = ports_of(Authorization.JWT)

    answer = answer_event(rest(requestContext=context), ports)

    assert answer["statusCode"] == 200, answer
    assert not ports.decisions


def test_remembers_for_its_own_gate_alone() -> None:
    ports = ports_of()
    answer_event(rest(), ports)

    gate = StageGate(RULES[Authorization.JWT], now=lambda: NOW)
    other = replace(ports, gate=gate, decisions={})

    assert answer_event(rest(), other)["statusCode"] == 401


def test_remembers_no_more_than_it_says() -> None:
    ports = ports_of()

    for number in range(REMEMBERED + 2):
        name = f"X-{number}"
        answer_event(rest(headers={**HEADERS, name: "x"}, multiValueHeaders=None), ports)

    assert len(ports.decisions) == 2


@pytest.mark.parametrize("make", [rest, http])
def test_recalls_a_body_that_came_as_base64(make: Any) -> None:
    ports = ports_of()
    answer_event(make(), ports)
    body = base64.b64encode(json.dumps(GOOD_LOAN).encode()).decode()

    entry = entry_of(make(body=body, isBase64Encoded=True), ports)
    spoilt = [entry_of(make(body=b, isBase64Encoded=True), ports) for b in ("é", "a", body[1:])]

    assert entry is not None
    assert json.loads(entry.request.body) == GOOD_LOAN
    assert spoilt == [None] * 3
