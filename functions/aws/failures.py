"""What an error of the AWS SDK means to the person who gave the command."""

from botocore.exceptions import (
    ClientError,
    ConnectionError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    TokenRetrievalError,
)

_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
_UNKNOWN_CALLER = {"InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch"}


def explain(error: Exception) -> str | None:
    """Return a sentence about an error of the SDK with its remedy, or None if it is another's."""
    if isinstance(error, NoRegionError):
        return "no AWS region is set: set AWS_REGION or choose a profile with AWS_PROFILE"
    if isinstance(error, ProfileNotFound):
        return f"{error}: choose another with AWS_PROFILE (`aws configure list-profiles`)"
    if isinstance(
        error,
        NoCredentialsError | PartialCredentialsError | CredentialRetrievalError | TokenRetrievalError,
    ):
        return f"no usable AWS credentials ({error}): sign in, or choose a profile with AWS_PROFILE"
    if isinstance(error, ConnectionError | HTTPClientError):
        return f"AWS does not answer: {error}"
    if isinstance(error, ClientError):
        return _explain_refusal(error)
    return None


def _explain_refusal(error: ClientError) -> str:
    code = error.response["Error"]["Code"]
    text = error.response["Error"].get("Message", "")
    if code in _EXPIRED:
        return "the AWS credentials have expired: sign in again"
    if code in _UNKNOWN_CALLER:
        return f"AWS does not know these credentials ({code}): check AWS_PROFILE or the keys"
    if code in _DENIED:
        return f"{error.operation_name} is not allowed to you: {text}"
    return f"{error.operation_name} failed with {code}: {text}"
