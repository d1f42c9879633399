"""Lambda functions, called and answered."""

import json
from typing import Any

from functions.contracts.errors import WindvaneError


class FunctionFailedError(WindvaneError):
    """A function was reached and raised."""


class LambdaInvoker:
    """Calls functions by name or ARN; `client` is a Lambda client."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - boto3 has no types
        self._client = client

    def invoke(self, function: str, payload: str) -> Any:  # noqa: ANN401 - whatever JSON it answers
        """Return a function's answer; raise FunctionFailedError with its error's name and text."""
        answer = self._client.invoke(FunctionName=function, Payload=payload.encode())
        content = json.loads(answer["Payload"].read() or b"null")
        if "FunctionError" in answer:
            error = content if isinstance(content, dict) else {}
            kind = error.get("errorType", answer["FunctionError"])
            msg = f"function {function} failed: {kind}: {error.get('errorMessage', content)}"
            raise FunctionFailedError(msg)
        return content
