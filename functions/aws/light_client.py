"""Two requests of AWS without an SDK: what a first prediction reads (docs/decisions).

A connection is kept per client, its certificates are verified, it waits `timeout_seconds` at most,
and a request that fails for reasons of the way is sent once more.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from functions.aws.light_connection import LightConnection
from functions.aws.sigv4 import Credentials, Scope, Unsigned, sign
from functions.contracts.errors import WindvaneError

TRIES = 2
SUCCESS = 200
_THROTTLED = 429
_SERVER_ERROR = 500


class AwsRefusedError(WindvaneError):
    """AWS answers a request with an error; `code` is AWS's own word for it."""

    def __init__(self, service: str, status: int, code: str) -> None:
        self.status = status
        self.code = code
        super().__init__(f"{service} answers {status} {code or 'without a reason'}")


class AwsAwayError(WindvaneError):
    """A service of AWS cannot be reached, or does not answer in time."""


class Endpoint(NamedTuple):
    """Where a service listens."""

    scope: Scope
    url: str

    @classmethod
    def find(cls, service: str, environ: Mapping[str, str]) -> "Endpoint":
        """Return the endpoint that the standard variables name, else the region's own."""
        region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or "us-east-1"
        named = environ.get(f"AWS_ENDPOINT_URL_{service.upper()}") or environ.get(
            "AWS_ENDPOINT_URL"
        )
        domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
        return cls(Scope(region, service), named or f"https://{service}.{region}.{domain}")


class LightClient:
    """Sends signed requests to one service."""

    def __init__(
        self,
        endpoint: Endpoint,
        credentials: Credentials,
        *,
        timeout_seconds: float,
        now: Callable[[], datetime],
    ) -> None:
        address = urlsplit(endpoint.url)
        self._scope = endpoint.scope
        self._credentials = credentials
        self._now = now
        self._host = address.netloc
        self._prefix = address.path.rstrip("/")
        self._connection = LightConnection(endpoint.url, timeout_seconds=timeout_seconds)

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> bytes:
        """Return the body of a successful answer.

        `path` is encoded as it shall be sent. Raises AwsRefusedError, AwsAwayError.
        """
        request = Unsigned(
            method, self._host, f"{self._prefix}{path}", query or {}, headers or {}, body
        )
        for _ in range(TRIES - 1):
            try:
                return self._try(request)
            except AwsAwayError:
                continue
            except AwsRefusedError as error:
                if error.status < _SERVER_ERROR and error.status != _THROTTLED:
                    raise
        return self._try(request)

    def close(self) -> None:
        """Let go of the connection; the next request makes another."""
        self._connection.close()

    def _try(self, request: Unsigned) -> bytes:
        headers = sign(request, self._scope, self._credentials, at=self._now())
        try:
            answer = self._connection.ask(request.method, request.target, headers, request.body)
        except OSError as error:
            msg = f"{self._scope.service} cannot be reached: {type(error).__name__}"
            raise AwsAwayError(msg) from error
        if answer.status != SUCCESS:
            raise AwsRefusedError(self._scope.service, answer.status, _code(answer.body))
        return answer.body


def _code(content: bytes) -> str:
    """Return the error's code, from DynamoDB's JSON or S3's XML."""
    text = content[:4096].decode(errors="replace")
    for before, behind in (("<Code>", "</Code>"), ('"__type":"', '"'), ('"__type": "', '"')):
        _, found, rest = text.partition(before)
        if found:
            return rest.partition(behind)[0].rpartition("#")[2]
    return ""
