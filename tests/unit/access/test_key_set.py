from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from functions.access.key_set import (
    COOL_DOWN_SECONDS,
    MAXIMUM_AGE_SECONDS,
    IssuerUnreachableError,
    Jwk,
    KeySet,
)


@dataclass
class Issuer:
    """Says its keys, counts how often it is asked, and can be away."""

    keys: dict[str, Jwk] = field(default_factory=lambda: {"a": {"kty": "RSA"}})
    times_read: int = 0
    is_away: bool = False
    seconds: float = 1000.0

    def read(self) -> Mapping[str, Jwk]:
        self.times_read += 1
        if self.is_away:
            msg = "the issuer does not answer"
            raise IssuerUnreachableError(msg)
        return dict(self.keys)


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def keys(issuer: Issuer) -> KeySet:
    return KeySet(issuer.read, clock=lambda: issuer.seconds)


def test_reads_once_for_many_tokens(keys: KeySet, issuer: Issuer) -> None:
    found = [keys.find("a") for _ in range(100)]

    assert found == [{"kty": "RSA"}] * 100
    assert issuer.times_read == 1


def test_reads_again_once_for_a_key_that_is_new(keys: KeySet, issuer: Issuer) -> None:
    keys.find("a")
    issuer.keys["b"] = {"kty": "EC"}
    issuer.seconds += COOL_DOWN_SECONDS

    assert keys.find("b") == {"kty": "EC"}
    assert issuer.times_read == 2


def test_strangers_key_ids_make_no_storm(keys: KeySet, issuer: Issuer) -> None:
    keys.find("a")
    for index in range(1000):
        assert keys.find(f"guess-{index}") is None
        issuer.seconds += 0.01

    assert issuer.times_read == 1


def test_forgets_a_withdrawn_key_in_time(keys: KeySet, issuer: Issuer) -> None:
    keys.find("a")
    del issuer.keys["a"]

    issuer.seconds += MAXIMUM_AGE_SECONDS

    assert keys.find("a") is None


def test_keeps_the_last_keys_while_the_issuer_is_away(keys: KeySet, issuer: Issuer) -> None:
    keys.find("a")
    issuer.is_away = True
    for _ in range(10):
        issuer.seconds += MAXIMUM_AGE_SECONDS

        assert keys.find("a") == {"kty": "RSA"}


def test_asks_an_issuer_that_is_away_now_and_then(keys: KeySet, issuer: Issuer) -> None:
    keys.find("a")
    issuer.is_away = True
    issuer.seconds += MAXIMUM_AGE_SECONDS
    for _ in range(100):
        keys.find("a")

    assert issuer.times_read == 2


def test_says_so_when_it_never_knew_a_key_and_asks_now_and_then(
    keys: KeySet, issuer: Issuer
) -> None:
    issuer.is_away = True

    for _ in range(100):
        with pytest.raises(IssuerUnreachableError):
            keys.find("a")

    assert issuer.times_read == 1


def test_does_not_say_that_a_new_key_is_none_while_the_issuer_is_away(
    keys: KeySet, issuer: Issuer
) -> None:
    keys.find("a")
    issuer.is_away = True
    issuer.seconds += COOL_DOWN_SECONDS

    for _ in range(100):
        with pytest.raises(IssuerUnreachableError, match="the issuer does not answer"):
            keys.find("b")

    assert keys.find("a") == {"kty": "RSA"}
    assert issuer.times_read == 2


def test_finds_a_new_key_once_the_issuer_is_back(keys: KeySet, issuer: Issuer) -> None:
    issuer.is_away = True
    with pytest.raises(IssuerUnreachableError):
        keys.find("a")

    issuer.is_away = False
    issuer.seconds += COOL_DOWN_SECONDS

    assert keys.find("a") == {"kty": "RSA"}
    assert keys.find("b") is None
