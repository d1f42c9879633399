import json

import pytest

from functions.contracts.access import AccessRules, ApiAccess, Authorization, TokenRules

RULES = AccessRules(
    Authorization.JWT,
    clients={"k1": "harbor"},
    models={"loan": ("harbor", "risk")},
    token=TokenRules("https://issuer.example/", ("us", "them"), claim="roles", prefix="windvane/"),
    trusts_load_balancer=True,
)


@pytest.mark.parametrize("rules", [AccessRules(), RULES])
def test_rules_come_back_as_they_were(rules: AccessRules) -> None:
    assert AccessRules.from_json(rules.to_json()) == rules


def test_leaves_out_what_says_nothing() -> None:
    assert json.loads(AccessRules().to_json()) == {"authorization": "iam"}


@pytest.mark.parametrize("text", ["", "{}", '{"authorization": "none"}', "[]"])
def test_reads_no_rules_from_anything_else(text: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        AccessRules.from_json(text)


def test_takes_only_a_plain_true_for_trust() -> None:
    rules = AccessRules.from_json('{"authorization": "iam", "trusts_load_balancer": "false"}')

    assert not rules.trusts_load_balancer


def test_access_comes_back_as_it_was() -> None:
    access = ApiAccess(Authorization.API_KEY, {"harbor": "k1"})

    assert ApiAccess.from_json(access.to_json()) == access
