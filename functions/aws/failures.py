"""What an error of the AWS SDK means to the person who gave the command."""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    TokenRetrievalError,
)
from botocore.exceptions import ConnectionError as NoConnectionError

SDK_ERRORS = (BotoCoreError, ClientError)
"""Everything that the SDK raises."""

_NO_CREDENTIALS = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    TokenRetrievalError,
)
_REFUSALS = {
    "ExpiredToken": "the AWS credentials have expired: sign in again",
    "ExpiredTokenException": "the AWS credentials have expired: sign in again",
    "RequestExpired": "the AWS credentials or this machine's clock are out of date: check both",
    "InvalidClientTokenId": "AWS does not know these credentials: check AWS_PROFILE or the keys",
    "UnrecognizedClientException": "AWS does not know these credentials: check AWS_PROFILE",
    "SignatureDoesNotMatch": "the secret key does not belong to its access key: check both",
}


def explain(error: Exception) -> str | None:
    """Return a sentence about an error of the SDK with its remedy, or None if it is another's."""
    if isinstance(error, ClientError):
        return _explain_refusal(error)
    return _explain_set_up(error) if isinstance(error, BotoCoreError) else None


def _explain_set_up(error: BotoCoreError) -> str | None:
    """Explain what kept a request from being sent or answered."""
    sentences = {
        (NoRegionError,): "no AWS region is set: set AWS_REGION or choose a profile",
        (ProfileNotFound,): f"{error}: choose another with AWS_PROFILE",
        _NO_CREDENTIALS: f"no usable AWS credentials ({error}): sign in, or set AWS_PROFILE",
        (NoConnectionError, HTTPClientError): f"AWS does not answer: {error}",
    }
    return next((text for kinds, text in sentences.items() if isinstance(error, kinds)), None)


def _explain_refusal(error: ClientError) -> str:
    code = error.response["Error"]["Code"]
    text = error.response["Error"].get("Message", "")
    return _REFUSALS.get(code, f"AWS refused {error.operation_name} with {code}: {text}")
