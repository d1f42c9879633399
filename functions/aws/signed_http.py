"""Requests to a stage's API (D12), signed or with other credentials, over kept connections."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ConnectionError as BotocoreConnectionError
from botocore.exceptions import HTTPClientError
from botocore.httpsession import URLLib3Session
from botocore.session import get_session

from functions.contracts.errors import WindvaneError

SERVICE = "execute-api"
DEFAULT_REGION = "us-east-1"
_REGION = re.compile(r"\.execute-api\.(?P<region>[a-z0-9-]+)\.")


class ApiUnreachableError(WindvaneError):
    """Nobody answers at the API's address."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class SignedHttp:
    """Sends requests below one address, signed or with headers that show who asks.

    `credentials` are botocore's, None for unsigned; `always` is sent with each request.
    """

    def __init__(
        self,
        base_url: str,
        *,
        region: str,
        credentials: Any,  # noqa: ANN401 - boto3 has no types
        always: Mapping[str, str] = MappingProxyType({}),
        timeout_seconds: float = 30.0,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._always = always
        self._signer = SigV4Auth(credentials, SERVICE, region) if credentials else None
        self._session = URLLib3Session(timeout=timeout_seconds)

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> HttpAnswer:
        """Return the answer, whatever its status; raise ApiUnreachableError if there is none.

        JSON is asked for unless `headers` have an `Accept`.
        """
        request = AWSRequest(
            method,
            f"{self._base_url}{path}",
            headers={"Accept": "application/json", **self._without_ours(headers), **self._always},
            data=body or b"",
        )
        if self._signer is not None:
            self._signer.add_auth(request)
        try:
            answer = self._session.send(request.prepare())
        except (BotocoreConnectionError, HTTPClientError) as error:
            msg = f"{self._base_url} does not answer: {error}"
            raise ApiUnreachableError(msg) from error
        return HttpAnswer(answer.status_code, answer.content, dict(answer.headers))

    def _without_ours(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return the headers but for those that show who asks: two of a kind are refused."""
        ours = {name.lower() for name in self._always}
        return {name: value for name, value in headers.items() if name.lower() not in ours}


def signed_session(base_url: str) -> SignedHttp:
    """Return a sender that signs with the credentials that boto3 would use, if there are any."""
    session = get_session()
    named = _REGION.search(base_url)
    region = named["region"] if named else session.get_config_variable("region")
    return SignedHttp(
        base_url, region=region or DEFAULT_REGION, credentials=session.get_credentials()
    )


def session_with(base_url: str, headers: Mapping[str, str]) -> SignedHttp:
    """Return a sender that shows who asks by headers, and signs nothing."""
    return SignedHttp(base_url, region=DEFAULT_REGION, credentials=None, always=headers)
