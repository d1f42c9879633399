"""Who the credentials belong to."""

from typing import Any


def caller(client: Any) -> str:  # noqa: ANN401 - boto3 has no types
    """Return account and identity of the credentials in use; `client` is an STS client."""
    answer = client.get_caller_identity()
    return f"{answer['Account']} as {answer['Arn'].rpartition(':')[2]}"
