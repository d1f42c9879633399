"""API Gateway before the function: who it lets through, what it writes into the event, its limits.

In process, and as AWS documents it. `is_watching=False` lets everybody through and names nobody,
as an API whose authorization was taken away would: what is refused then is refused by the function.
"""

import base64
import fnmatch
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import jwt

from functions.contracts.access import BEARER_PATTERN, AccessRules, Authorization
from functions.contracts.routes import ROUTES
from tests.fakes.issuer import public_keys

Headers: TypeAlias = Sequence[tuple[str, str]]
Found: TypeAlias = tuple[str, dict[str, str]]
"""A route's path, and the variables in it."""

BODY_BYTES = 10 * 1024 * 1024
"""The most that API Gateway takes."""

HEADER_BYTES = 10_240
"""Of all headers together."""

PAYLOAD_BYTES = 6_291_556
"""What a synchronous invocation may carry, in each direction."""

ANSWER_SECONDS = 29
"""How long a REST API waits; an HTTP API waits one second longer."""

ARN = "arn:aws:execute-api:eu-west-1:123456789012:a1"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the caller gets; `by` says who answered."""

    status: int
    body: bytes
    by: str = "gateway"


@dataclass(frozen=True, slots=True)
class Call:
    """One request, as it comes over the wire."""

    method: str
    path: str
    headers: Headers = ()
    body: bytes = b""

    def last(self, wanted: str) -> str:
        """The last value of a header, which is the one that a REST API tells of."""
        values = [value for name, value in self.headers if name.lower() == wanted]
        return values[-1] if values else ""


@dataclass
class ApiKey:
    """A key with its id, and how many requests its quota has left."""

    id: str
    is_enabled: bool = True
    quota: int = 1000


@dataclass
class Gateway:
    """One API of a stage; `answer` is the function behind it."""

    answer: Callable[[Any], dict[str, object]]
    rules: AccessRules
    now: Callable[[], float]
    is_watching: bool = True

    def ask(self, method: str, path: str, headers: Headers = (), body: bytes = b"") -> Answer:
        """Answer a request as API Gateway does, within its limits."""
        call = Call(method, path, headers, body)
        found = _find(method, path)
        refused = _check_sizes(call) or (None if found else self.unmatched())
        identity = self.admit(call) if self.is_watching and not refused else {}
        if isinstance(identity, Answer):
            refused = identity
        if refused or found is None or isinstance(identity, Answer):
            return refused or self.unmatched()
        return self._invoke(self.event(call, found, identity))

    def unmatched(self) -> Answer:
        raise NotImplementedError

    def admit(self, call: Call) -> dict[str, Any] | Answer:
        """Return what the event's context says of the caller, or the refusal."""
        raise NotImplementedError

    def event(self, call: Call, found: Found, identity: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError

    def _invoke(self, event: dict[str, Any]) -> Answer:
        sent = json.dumps(event)
        if len(sent.encode()) > PAYLOAD_BYTES:
            return _say(413, "Request Too Long")
        started = time.perf_counter()
        returned = json.dumps(self.answer(json.loads(sent)))
        if time.perf_counter() - started > ANSWER_SECONDS:
            return _say(504, "Endpoint request timed out")
        if len(returned.encode()) > PAYLOAD_BYTES:
            return _say(502, "Internal server error")
        answer = json.loads(returned)
        content = answer["body"].encode()
        if answer["isBase64Encoded"]:
            content = base64.b64decode(content)
        return Answer(answer["statusCode"], content, by="function")


@dataclass
class RestGateway(Gateway):
    """A REST API: signatures, API keys, or tokens that `authorizer` checks."""

    authorizer: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    identities: Mapping[str, str] = field(default_factory=dict)
    keys: dict[str, ApiKey] = field(default_factory=dict)

    def unmatched(self) -> Answer:
        return _say(403, "Missing Authentication Token")

    def admit(self, call: Call) -> dict[str, Any] | Answer:
        match self.rules.authorization:
            case Authorization.IAM:
                return self._admit_signature(call)
            case Authorization.API_KEY:
                return self._admit_key(call)
            case Authorization.JWT:
                return self._admit_token(call)

    def _admit_signature(self, call: Call) -> dict[str, Any] | Answer:
        found = re.match(r"AWS4-HMAC-SHA256 Credential=(\w+)/", call.last("authorization"))
        arn = self.identities.get(found[1]) if found else None
        return {"identity": {"userArn": arn}} if arn else _say(403, "Forbidden")

    def _admit_key(self, call: Call) -> dict[str, Any] | Answer:
        key = self.keys.get(call.last("x-api-key"))
        if key is None or not key.is_enabled:
            return _say(403, "Forbidden")
        if key.quota < 1:
            return _say(429, "Limit Exceeded")
        key.quota -= 1
        return {"identity": {"apiKeyId": key.id}}

    def _admit_token(self, call: Call) -> dict[str, Any] | Answer:
        assert self.authorizer is not None
        header, arn = call.last("authorization"), f"{ARN}/v1/{call.method}{call.path}"
        if not re.fullmatch(BEARER_PATTERN, header):
            return _say(401, "Unauthorized")
        verdict = self.authorizer({"type": "TOKEN", "authorizationToken": header, "methodArn": arn})
        (statement,) = verdict["policyDocument"]["Statement"]
        if statement["Effect"] != "Allow" or not fnmatch.fnmatchcase(arn, statement["Resource"]):
            return _say(401, "Unauthorized")
        return {"authorizer": {"principalId": verdict["principalId"], **verdict["context"]}}

    def event(self, call: Call, found: Found, identity: dict[str, Any]) -> dict[str, Any]:
        route, variables = found
        several: dict[str, list[str]] = {}
        for name, value in call.headers:
            several.setdefault(name, []).append(value)
        return {
            "resource": route,
            "path": call.path,
            "httpMethod": call.method,
            "headers": {name: values[-1] for name, values in several.items()},
            "multiValueHeaders": several,
            "queryStringParameters": None,
            "pathParameters": variables or None,
            "requestContext": {"stage": "v1", "path": f"/v1{call.path}", **identity},
            "body": base64.b64encode(call.body).decode() if call.body else None,
            "isBase64Encoded": bool(call.body),
        }


@dataclass
class HttpGateway(Gateway):
    """An HTTP API: signatures, or tokens that it checks itself (RSA only, as AWS says)."""

    identities: Mapping[str, str] = field(default_factory=dict)

    def unmatched(self) -> Answer:
        return _say(404, "Not Found")

    def admit(self, call: Call) -> dict[str, Any] | Answer:
        header = ",".join(value for name, value in call.headers if name.lower() == "authorization")
        if self.rules.authorization is Authorization.IAM:
            found = re.match(r"AWS4-HMAC-SHA256 Credential=(\w+)/", header)
            arn = self.identities.get(found[1]) if found else None
            return {"authorizer": {"iam": {"userArn": arn}}} if arn else _say(403, "Forbidden")
        token = header.partition(" ")[2] if header.lower().startswith("bearer ") else header
        claims = self._verify(token.strip())
        if claims is None:
            return _say(401, "Unauthorized")
        flat = {name: _flat(value) for name, value in claims.items()}
        return {"authorizer": {"jwt": {"claims": flat, "scopes": None}}}

    def _verify(self, token: str) -> dict[str, Any] | None:
        assert self.rules.token is not None
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
            key = jwt.PyJWK(dict(public_keys()[key_id]), algorithm="RS256")
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                audience=self.rules.token.audiences,
                issuer=self.rules.token.issuer,
                options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
        except (jwt.PyJWTError, KeyError, TypeError, ValueError):
            return None
        now = self.now()
        if "exp" not in claims or claims["exp"] <= now or claims.get("nbf", now) > now:
            return None
        return claims

    def event(self, call: Call, found: Found, identity: dict[str, Any]) -> dict[str, Any]:
        route, variables = found
        joined: dict[str, str] = {}
        for name, value in call.headers:
            lower = name.lower()
            joined[lower] = f"{joined[lower]},{value}" if lower in joined else value
        return {
            "version": "2.0",
            "routeKey": f"{call.method} {route}",
            "rawPath": f"/v1{call.path}",
            "rawQueryString": "",
            "headers": joined,
            "requestContext": {
                "stage": "v1",
                "http": {"method": call.method, "path": f"/v1{call.path}"},
                **identity,
            },
            **({"pathParameters": variables} if variables else {}),
            **({"body": base64.b64encode(call.body).decode()} if call.body else {}),
            "isBase64Encoded": bool(call.body),
        }


def _find(method: str, path: str) -> Found | None:
    """The route with the fewest variables that a path matches, as API Gateway chooses it."""
    for route in sorted(ROUTES, key=lambda route: route.path.count("{")):
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(route.path))
        found = re.fullmatch(pattern, path)
        if found and route.method == method:
            return route.path, found.groupdict()
    return None


def _check_sizes(call: Call) -> Answer | None:
    if sum(len(name) + len(value) for name, value in call.headers) > HEADER_BYTES:
        return _say(431, "Request header fields too large")
    return _say(413, "Request Entity Too Large") if len(call.body) > BODY_BYTES else None


def _flat(value: object) -> str:
    if isinstance(value, list):
        return f"[{' '.join(map(_flat, value))}]"
    return value if isinstance(value, str) else json.dumps(value)


def _say(status: int, message: str) -> Answer:
    return Answer(status, json.dumps({"message": message}).encode())
