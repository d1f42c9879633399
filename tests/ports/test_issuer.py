"""An issuer's keys over HTTP, and every answer that must not be believed."""

import pytest

from functions.access.issuer import read_keys
from functions.access.key_set import IssuerUnreachableError
from tests.fakes.issuer import CURVE_KEY_ID, KEY_ID, public_keys
from tests.fakes.loopback_issuer import loopback_issuer


@pytest.mark.parametrize("path", ["keys", "odd-keys"])
def test_reads_the_keys_that_the_issuer_describes(path: str) -> None:
    with loopback_issuer(jwks_uri=f"{{address}}/{path}") as address:
        keys = read_keys(address)

    assert keys == {KEY_ID: public_keys()[KEY_ID], CURVE_KEY_ID: public_keys()[CURVE_KEY_ID]}


@pytest.mark.parametrize(
    ("description", "words"),
    [
        ({"issuer": "{address}/"}, "write the issuer as it does"),
        ({"issuer": "https://issuer.example"}, "write the issuer as it does"),
        ({"jwks_uri": "{address}/nothing"}, "cannot be read"),
        ({"jwks_uri": "{address}/no-json"}, "cannot be read"),
        ({"jwks_uri": "{address}/no-list"}, "no list of keys"),
        ({"jwks_uri": "{address}/no-object"}, "no JSON object"),
        ({"jwks_uri": "{address}/elsewhere"}, "cannot be read"),
        ({"jwks_uri": "file:///etc/passwd"}, "no https:// address"),
        ({"jwks_uri": "http://169.254.169.254/latest"}, "no https:// address"),
    ],
)
def test_believes_no_answer_that_misleads(description: dict[str, str], words: str) -> None:
    with (
        loopback_issuer(**description) as address,
        pytest.raises(IssuerUnreachableError, match=words),
    ):
        read_keys(address)


def test_says_that_nobody_answers() -> None:
    with loopback_issuer() as address:
        pass

    with pytest.raises(IssuerUnreachableError, match="cannot be read"):
        read_keys(address)
