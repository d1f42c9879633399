from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.aws.api_keys import ApiKeyState, GatewayApiKeys, UnknownApiKeyError


class Client:
    """API Gateway with one key, whose value it shows only when asked for it."""

    def get_api_key(self, *, apiKey: str, includeValue: bool) -> dict[str, Any]:  # noqa: N803 - theirs
        if apiKey != "k1":
            code = "NotFoundException" if apiKey == "gone" else "TooManyRequestsException"
            raise ClientError({"Error": {"Code": code}}, "GetApiKey")
        key = {"id": "k1", "enabled": True, "description": "the harbor master"}
        return {**key, "value": "secret"} if includeValue else key


KEYS = GatewayApiKeys(Client())


def test_shows_a_key_without_its_value() -> None:
    assert KEYS.state("k1") == ApiKeyState("k1", is_enabled=True, description="the harbor master")


def test_returns_the_value_to_whoever_asks_for_it() -> None:
    assert KEYS.value("k1") == "secret"


def test_says_that_a_key_is_gone() -> None:
    with pytest.raises(UnknownApiKeyError, match="no key gone: deploy"):
        KEYS.value("gone")


def test_lets_other_errors_through() -> None:
    with pytest.raises(ClientError):
        KEYS.state("throttled")
