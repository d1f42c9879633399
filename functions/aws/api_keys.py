"""API Gateway's API keys, by their ids."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from functions.contracts.errors import WindvaneError


class UnknownApiKeyError(WindvaneError):
    """There is no API key of that id."""


@dataclass(frozen=True, slots=True)
class ApiKeyState:
    """What can be shown of a key: not its value."""

    id: str
    is_enabled: bool
    description: str


class GatewayApiKeys:
    """Reads API keys; `client` is an API Gateway client."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - boto3 has no types
        self._client = client

    def state(self, key_id: str) -> ApiKeyState:
        """Return what can be shown of a key; raise UnknownApiKeyError."""
        key = self._get(key_id, with_value=False)
        return ApiKeyState(key["id"], bool(key["enabled"]), key.get("description", ""))

    def value(self, key_id: str) -> str:
        """Return a key's value, which whoever has it can call with; raise UnknownApiKeyError."""
        return str(self._get(key_id, with_value=True)["value"])

    def _get(self, key_id: str, *, with_value: bool) -> dict[str, Any]:
        try:
            key: dict[str, Any] = self._client.get_api_key(apiKey=key_id, includeValue=with_value)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NotFoundException":
                raise
            msg = f"API Gateway has no key {key_id}: deploy the stage again"
            raise UnknownApiKeyError(msg) from error
        return key
