"""What an error of the SDK means to a person."""

import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
    ReadTimeoutError,
)

from functions.aws.failures import SDK_ERRORS, explain


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "because"}}, "DescribeStacks")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NoRegionError(), "AWS_REGION"),
        (ProfileNotFound(profile="company"), "company"),
        (NoCredentialsError(), "sign in"),
        (EndpointConnectionError(endpoint_url="http://x"), "does not answer"),
        (ReadTimeoutError(endpoint_url="http://x"), "does not answer"),
        (refusal("ExpiredToken"), "sign in again"),
        (refusal("InvalidClientTokenId"), "AWS_PROFILE"),
        (refusal("AccessDenied"), "AWS refused DescribeStacks with AccessDenied: because"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value,
)
def test_explains_with_a_remedy(error: Exception, words: str) -> None:
    assert words in str(explain(error))
    assert isinstance(error, SDK_ERRORS)


def test_leaves_other_errors_to_others() -> None:
    assert explain(OSError("disk")) is None
