import pytest

from functions.cli.api_credentials import credential_headers
from functions.cli.errors import UsageError
from functions.contracts.access import ApiAccess, Authorization

KEYS, TOKENS = ApiAccess(Authorization.API_KEY), ApiAccess(Authorization.JWT)


def test_signs_where_the_stage_takes_signatures() -> None:
    assert credential_headers(ApiAccess(), {"WINDVANE_API_KEY": "k", "WINDVANE_TOKEN": "t"}) is None


def test_shows_the_key_or_the_token_of_the_environment() -> None:
    environ = {"WINDVANE_API_KEY": "k", "WINDVANE_TOKEN": " t\n"}

    assert credential_headers(KEYS, environ) == {"x-api-key": "k"}
    assert credential_headers(TOKENS, environ) == {"Authorization": "Bearer t"}


@pytest.mark.parametrize(
    ("access", "remedy"), [(KEYS, "windvane clients key NAME"), (TOKENS, "WINDVANE_TOKEN with a")]
)
def test_says_which_variable_is_missing(access: ApiAccess, remedy: str) -> None:
    with pytest.raises(UsageError, match=remedy):
        credential_headers(access, {"WINDVANE_TOKEN": " "})
