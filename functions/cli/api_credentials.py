"""What a command shows a stage's API, where that takes no signatures."""

from collections.abc import Mapping

from functions.cli.errors import UsageError
from functions.contracts.access import ApiAccess, Authorization

KEY_VARIABLE = "WINDVANE_API_KEY"
TOKEN_VARIABLE = "WINDVANE_TOKEN"  # noqa: S105 - a variable's name


def credential_headers(access: ApiAccess, environ: Mapping[str, str]) -> dict[str, str] | None:
    """Return the headers that show who asks, or None where the request is to be signed.

    Raises UsageError if the environment holds no key or token.
    """
    match access.authorization:
        case Authorization.IAM:
            return None
        case Authorization.API_KEY:
            return {"x-api-key": _require(environ, KEY_VARIABLE, _HOW_TO_GET_A_KEY)}
        case Authorization.JWT:
            return {"Authorization": f"Bearer {_require(environ, TOKEN_VARIABLE, _ASK_THE_ISSUER)}"}


def _require(environ: Mapping[str, str], variable: str, remedy: str) -> str:
    value = environ.get(variable, "").strip()
    if not value:
        msg = f"the stage's API does not take signatures, and {variable} is not set: {remedy}"
        raise UsageError(msg)
    return value


_HOW_TO_GET_A_KEY = f"export {KEY_VARIABLE}=$(windvane clients key NAME)"
_ASK_THE_ISSUER = f"export {TOKEN_VARIABLE} with a token of the stage's issuer"
