import json

import pytest

from functions.contracts.access import TokenRules
from functions.core.tokens import (
    LEEWAY_SECONDS,
    TokenRefusedError,
    format_roles,
    parse_roles,
    read_claims,
    read_roles,
)

NOW = 1_790_000_000.0
RULES = TokenRules("https://issuer.example", ("windvane", "weathercock"))


def claims(**changes: object) -> dict[str, object]:
    good = {
        "iss": RULES.issuer,
        "aud": "windvane",
        "sub": "robot",
        "exp": NOW + 300,
        "scope": "predict:* openid",
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not ...}


def test_reads_whom_a_token_speaks_of() -> None:
    bearer = read_claims(claims(), RULES, now=NOW)

    assert bearer.name == "robot"
    assert bearer.roles == {"predict:*", "openid"}
    assert bearer.expires_at == NOW + 300


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["others", "weathercock"]},
        {"aud": ..., "client_id": "windvane"},
        {"exp": NOW - LEEWAY_SECONDS + 1},
        {"nbf": NOW + LEEWAY_SECONDS, "iat": NOW + LEEWAY_SECONDS},
        {"sub": ..., "client_id": "c", "azp": "a"},
        {"scope": ...},
    ],
)
def test_takes_what_is_for_us_and_of_now(changes: dict[str, object]) -> None:
    assert read_claims(claims(**changes), RULES, now=NOW).expires_at > 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"iss": "https://issuer.example/"}, "another issuer"),
        ({"iss": ...}, "another issuer"),
        ({"iss": ["https://issuer.example"]}, "another issuer"),
        ({"aud": "others"}, "another audience"),
        ({"aud": []}, "another audience"),
        ({"aud": ...}, "another audience"),
        ({"aud": {"windvane": 1}}, "another audience"),
        ({"aud": "others", "client_id": "windvane"}, "another audience"),
        ({"aud": [["windvane"]]}, "another audience"),
        ({"exp": NOW - LEEWAY_SECONDS}, "expired"),
        ({"exp": ...}, "expired"),
        ({"exp": None}, "no moment"),
        ({"exp": True}, "no moment"),
        ({"exp": str(NOW + 300)}, "no moment"),
        ({"exp": float("inf")}, "no moment"),
        ({"exp": float("nan")}, "no moment"),
        ({"exp": 10**400}, "no moment"),
        ({"nbf": NOW + LEEWAY_SECONDS + 1}, "to come"),
        ({"iat": NOW + LEEWAY_SECONDS + 1}, "to come"),
        ({"nbf": "soon"}, "no moment"),
        ({"sub": ...}, "names nobody"),
        ({"sub": ""}, "names nobody"),
        ({"sub": 7}, "names nobody"),
        ({"sub": "a\nb"}, "names nobody"),
        ({"sub": "a" * 129}, "names nobody"),
    ],
)
def test_refuses_what_is_not(changes: dict[str, object], words: str) -> None:
    with pytest.raises(TokenRefusedError, match=words):
        read_claims(claims(**changes), RULES, now=NOW)


@pytest.mark.parametrize("value", [None, 7, {"predict:*": 1}, [7, None], ""])
def test_has_no_roles_in_what_is_no_list_of_them(value: object) -> None:
    assert read_roles(value, "") == frozenset()


def test_roles_come_back_as_they_were_whatever_they_are_called() -> None:
    roles = frozenset({"predict:*", 'a b "c', "é", "]"})

    assert parse_roles(format_roles(roles)) == roles
    assert json.loads(format_roles(roles)) == sorted(roles)


@pytest.mark.parametrize("text", [None, "", "predict:*", "{}", "[[]]", "[" * 100_000, 7])
def test_reads_no_roles_from_anything_else(text: object) -> None:
    assert parse_roles(text) == frozenset()
