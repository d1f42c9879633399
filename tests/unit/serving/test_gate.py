from datetime import UTC, datetime

import pytest

from functions.contracts.access import AccessRules, Authorization, TokenRules
from functions.contracts.routes import Permission
from functions.core.access import Caller
from functions.serving.errors import NotAllowedError, UnidentifiedCallerError
from functions.serving.gate import StageGate
from tests.unit.serving.test_events import rest_event

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TOKEN = TokenRules("https://issuer.example", ("windvane",))


def gate(authorization: Authorization = Authorization.IAM, **rules: object) -> StageGate:
    return StageGate(AccessRules(authorization, **rules), now=lambda: NOW)


@pytest.mark.parametrize(
    ("authorization", "challenge", "remedy"),
    [
        (Authorization.IAM, "AWS4-HMAC-SHA256", "SigV4"),
        (Authorization.API_KEY, "ApiKey", "x-api-key"),
        (Authorization.JWT, "Bearer", "token"),
    ],
)
def test_tells_an_unknown_caller_how_to_be_known(
    authorization: Authorization, challenge: str, remedy: str
) -> None:
    with pytest.raises(UnidentifiedCallerError, match=remedy) as refused:
        gate(authorization).check(None, Permission.HEALTH, None)

    assert refused.value.challenge == challenge


def test_says_why_a_known_caller_may_not() -> None:
    robot = Caller("robot", "jwt", frozenset({"predict:other"}))

    with pytest.raises(NotAllowedError, match="it takes a token with the role predict:m"):
        gate(Authorization.JWT, token=TOKEN).check(robot, Permission.PREDICT, "m")


def test_lets_through_who_may() -> None:
    gate().check(Caller("ann", "iam"), Permission.PREDICT, "m")


def test_looks_at_the_end_of_a_token_with_its_own_clock() -> None:
    def event(expires_at: float) -> dict[str, object]:
        context = {"principalId": "robot", "roles": "[]", "expires_at": str(expires_at)}
        return rest_event(requestContext={"authorizer": context})

    door = gate(Authorization.JWT, token=TOKEN)

    assert door.identify(event(NOW.timestamp() - 59)) == Caller("robot", "jwt")
    assert door.identify(event(NOW.timestamp() - 60)) is None
