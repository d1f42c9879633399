"""AWS's signature version 4 on the standard library, for the requests of a first prediction.

botocore signs these requests to the same bytes (a test compares), but importing it takes longer
than all the rest of a cold start. Reference:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import quote

ALGORITHM = "AWS4-HMAC-SHA256"
UNRESERVED = "-_.~"


class Credentials(NamedTuple):
    """Who signs; neither secret appears in a representation."""

    access_key: str
    secret_key: str
    session_token: str | None = None

    def __repr__(self) -> str:
        return f"Credentials({self.access_key!r})"

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Credentials | None":
        """Return the credentials that an environment holds, as Lambda's does; else None."""
        access_key = environ.get("AWS_ACCESS_KEY_ID")
        secret_key = environ.get("AWS_SECRET_ACCESS_KEY")
        if not access_key or not secret_key:
            return None
        return cls(access_key, secret_key, environ.get("AWS_SESSION_TOKEN") or None)


class Scope(NamedTuple):
    """What a signature is good for."""

    region: str
    service: str


class Unsigned(NamedTuple):
    """A request before it is signed: the path as it is sent, parameters by name, one value each."""

    method: str
    host: str
    path: str
    query: Mapping[str, str] = MappingProxyType({})
    headers: Mapping[str, str] = MappingProxyType({})
    body: bytes = b""

    @property
    def target(self) -> str:
        """The path with its parameters, as it stands in the request's first line."""
        return f"{self.path}?{_canonical_query(self.query)}" if self.query else self.path


def sign(
    request: Unsigned, scope: Scope, credentials: Credentials, *, at: datetime
) -> dict[str, str]:
    """Return all headers of a request, its signature among them; `at` is in UTC."""
    moment, payload = f"{at:%Y%m%dT%H%M%SZ}", hashlib.sha256(request.body).hexdigest()
    signed = {name.lower(): value for name, value in request.headers.items()}
    signed |= {"host": request.host, "x-amz-date": moment}
    if scope.service == "s3":
        signed["x-amz-content-sha256"] = payload
    if credentials.session_token:
        signed["x-amz-security-token"] = credentials.session_token
    names = ";".join(sorted(signed))
    lines = [f"{name}:{' '.join(signed[name].split())}\n" for name in sorted(signed)]
    canonical = "\n".join(
        [
            request.method,
            request.path,
            _canonical_query(request.query),
            "".join(lines),
            names,
            payload,
        ]
    )
    day_scope = f"{moment[:8]}/{scope.region}/{scope.service}/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"{ALGORITHM}\n{moment}\n{day_scope}\n{digest}"
    signature = _hmac(_signing_key(credentials, day_scope), text).hex()
    signed["authorization"] = (
        f"{ALGORITHM} Credential={credentials.access_key}/{day_scope}, "
        f"SignedHeaders={names}, Signature={signature}"
    )
    return signed


def _signing_key(credentials: Credentials, day_scope: str) -> bytes:
    key = f"AWS4{credentials.secret_key}".encode()
    for part in day_scope.split("/"):
        key = _hmac(key, part)
    return key


def _canonical_query(query: Mapping[str, str]) -> str:
    pairs = sorted((quote(n, safe=UNRESERVED), quote(v, safe=UNRESERVED)) for n, v in query.items())
    return "&".join(f"{name}={value}" for name, value in pairs)


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
