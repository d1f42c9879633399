"""Signatures are held to botocore's, byte for byte."""

from collections.abc import Iterator
from datetime import UTC, datetime

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import given
from hypothesis import strategies as st

from functions.aws.sigv4 import Credentials, Scope, Unsigned, sign

NOW = datetime(2026, 3, 1, 12, 30, 5, tzinfo=UTC)
CREDENTIALS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
SESSION = Credentials("ASIAEXAMPLE", "secret/+", "IQoJb3JpZ2luX2VjE==/+x")
NAMES = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="/"), min_size=1)
HEADERS = st.dictionaries(
    st.sampled_from(["Content-Type", "X-Amz-Target", "X-Trace"]),
    st.text(alphabet="abcXYZ 0123.=;/-", min_size=1),
)


def signed_by_botocore(request: Unsigned, scope: Scope, who: Credentials) -> dict[str, str]:
    """Return what botocore sends for the same request."""
    kind = botocore.auth.S3SigV4Auth if scope.service == "s3" else botocore.auth.SigV4Auth
    url = f"https://{request.host}{request.target}"
    asked = AWSRequest(request.method, url, headers=dict(request.headers), data=request.body)
    if scope.service == "s3":
        asked.context["payload_signing_enabled"] = True
    credentials = BotocoreCredentials(who.access_key, who.secret_key, who.session_token)
    kind(credentials, scope.service, scope.region).add_auth(asked)
    return {name.lower(): value for name, value in asked.headers.items()}


@pytest.fixture(autouse=True, scope="module")
def _standing_clock() -> Iterator[None]:
    """Let botocore sign at NOW."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        at = NOW.replace(tzinfo=None)
        monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: at)
        yield


@pytest.mark.parametrize("who", [CREDENTIALS, SESSION], ids=["keys", "session"])
@pytest.mark.parametrize("service", ["dynamodb", "s3"])
@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/", {}),
        ("/bucket/artifacts/loan_default/abc/model.onnx", {"versionId": "a.b_c-d~e/+= &"}),
        ("/bucket/key", {"versionId": "null", "partNumber": "1"}),
    ],
)
def test_signs_as_botocore_does(
    who: Credentials, service: str, path: str, query: dict[str, str]
) -> None:
    request = Unsigned("GET", "localhost:4566", path, query, {"X-Trace": " a  b "}, b"{}")
    scope = Scope("eu-west-1", service)

    ours = sign(request, scope, who, at=NOW)

    theirs = signed_by_botocore(request, scope, who)
    assert ours["authorization"] == theirs["authorization"]
    assert {name: ours[name] for name in theirs if name in ours} == theirs


@pytest.mark.slow
@given(body=st.binary(max_size=64), version=NAMES, headers=HEADERS)
def test_signs_whatever_it_is_given_as_botocore_does(
    body: bytes, version: str, headers: dict[str, str]
) -> None:
    request = Unsigned("POST", "s3.eu-west-1.amazonaws.com", "/b/k", {"v": version}, headers, body)
    scope = Scope("eu-west-1", "dynamodb")

    ours = sign(request, scope, SESSION, at=NOW)

    theirs = signed_by_botocore(request, scope, SESSION)
    assert ours["authorization"] == theirs["authorization"]


def test_signs_an_encoded_key_as_botocore_does() -> None:
    request = Unsigned("GET", "localhost:4566", "/bucket/key%20with%20%2B", {"versionId": "a"})
    scope = Scope("eu-west-1", "s3")

    ours = sign(request, scope, SESSION, at=NOW)

    assert ours["authorization"] == signed_by_botocore(request, scope, SESSION)["authorization"]


def test_shows_no_secret() -> None:
    assert "secret" not in repr(SESSION)
    assert "IQoJ" not in repr(SESSION)


def test_finds_lambdas_credentials_and_no_half_of_them() -> None:
    environ = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_SESSION_TOKEN": ""}

    assert Credentials.from_env(environ) == Credentials("a", "b")
    assert Credentials.from_env({"AWS_ACCESS_KEY_ID": "a"}) is None
