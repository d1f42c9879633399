"""Signed requests."""

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.credentials import Credentials
from botocore.exceptions import EndpointConnectionError

from functions.aws.signed_http import (
    ApiUnreachableError,
    SignedHttp,
    session_with,
    signed_session,
)

URL = "https://a1.execute-api.eu-west-1.amazonaws.com/prod"


class FakeSession:
    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.sent: list[AWSPreparedRequest] = []

    def send(self, request: AWSPreparedRequest) -> Any:
        self.sent.append(request)
        if self.error is not None:
            raise self.error
        return SimpleNamespace(status_code=200, content=b"{}", headers={"a": "b"})


def sender(session: FakeSession, *, credentials: Credentials | None) -> SignedHttp:
    http = SignedHttp(f"{URL}/", region="eu-west-1", credentials=credentials)
    http._session = session
    return http


def test_signs_for_the_apis_region() -> None:
    session = FakeSession()

    answer = sender(session, credentials=Credentials("key", "secret")).request(
        "POST", "/models/m/predict", b"{}", headers={"Content-Type": "application/json"}
    )

    (request,) = session.sent
    assert (answer.status, answer.body, answer.headers) == (200, b"{}", {"a": "b"})
    assert request.url == f"{URL}/models/m/predict"
    assert request.body == b"{}"
    assert "/eu-west-1/execute-api/aws4_request" in str(request.headers["Authorization"])


def test_asks_unsigned_without_credentials() -> None:
    session = FakeSession()

    sender(session, credentials=None).request("GET", "/models")

    assert "Authorization" not in session.sent[0].headers


def test_names_an_address_where_nobody_answers() -> None:
    session = FakeSession(EndpointConnectionError(endpoint_url=URL))

    with pytest.raises(ApiUnreachableError, match="does not answer"):
        sender(session, credentials=None).request("GET", "/models")


def test_takes_credentials_and_region_from_where_boto3_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")

    named = signed_session(URL)._signer
    other = signed_session("http://localhost:4566/restapis/a1/v1/_user_request_")._signer

    assert named is not None
    assert other is not None
    assert (named._region_name, other._region_name) == ("eu-west-1", "us-west-2")


def test_shows_a_key_or_token_with_each_request_and_signs_nothing() -> None:
    session = FakeSession()
    http = session_with(f"{URL}/", {"x-api-key": "k"})
    http._session = session

    http.request("GET", "/models", headers={"X-Api-Key": "another"})

    (request,) = session.sent
    assert "Authorization" not in request.headers
    keys = [value for name, value in request.headers.items() if name.lower() == "x-api-key"]
    assert keys == ["k"]
