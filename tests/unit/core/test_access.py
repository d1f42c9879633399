import pytest

from functions.contracts.access import AccessRules, Authorization, TokenRules
from functions.contracts.routes import Permission
from functions.core.access import ACCOUNT_ROOT, LOAD_BALANCER, Caller, decide_access

ALL = AccessRules()
NAMED = {"loan": ("checkout", "risk"), "price": ("*",)}
KEYS = AccessRules(Authorization.API_KEY, models=NAMED)
IAM = AccessRules(Authorization.IAM, models=NAMED)
JWT = AccessRules(
    Authorization.JWT, models=NAMED, token=TokenRules("https://issuer.example", ("windvane",))
)


def robot(*roles: str) -> Caller:
    return Caller("robot", "jwt", frozenset(roles))


def allows(rules: AccessRules, who: Caller, permission: Permission, model: str | None) -> bool:
    decision = decide_access(rules, who, permission, model)
    assert decision.allowed or decision.reason
    return decision.allowed


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("kind", ["api_key", "jwt", LOAD_BALANCER, ""])
def test_takes_no_other_kind_of_caller_than_the_stage_says(
    kind: str, permission: Permission
) -> None:
    everything = frozenset(f"{permission}:*" for permission in Permission)

    assert not allows(ALL, Caller("checkout", kind, everything), permission, "price")
    assert not allows(ALL, Caller("checkout", kind, everything), permission, None)


def test_takes_a_load_balancers_callers_where_the_stage_trusts_it() -> None:
    trusting = AccessRules(trusts_load_balancer=True)

    assert allows(trusting, Caller("load balancer", LOAD_BALANCER), Permission.PREDICT, "loan")


@pytest.mark.parametrize(
    ("roles", "permission", "model", "allowed"),
    [
        (("predict:price",), Permission.PREDICT, "price", True),
        (("predict:*",), Permission.PREDICT, "price", True),
        (("predict:price",), Permission.PREDICT, "other", False),
        (("predict:price",), Permission.LABEL, "price", False),
        (("label:price", "describe:price"), Permission.PREDICT, "price", False),
        (("predict:",), Permission.PREDICT, "price", False),
        (("predict",), Permission.PREDICT, "price", False),
        (("*:*", "*", "predict:pric*"), Permission.PREDICT, "price", False),
        (("PREDICT:PRICE",), Permission.PREDICT, "price", False),
        (("describe:price",), Permission.DESCRIBE, None, False),
        (("health:*",), Permission.HEALTH, None, True),
        (("health:price",), Permission.HEALTH, None, False),
        ((), Permission.HEALTH, None, False),
    ],
)
def test_a_token_needs_a_role_for_the_permission_and_the_model(
    roles: tuple[str, ...], permission: Permission, model: str | None, allowed: bool
) -> None:
    assert allows(JWT, robot(*roles), permission, model) is allowed


def test_a_model_that_names_its_callers_takes_no_other() -> None:
    assert allows(KEYS, Caller("checkout", "api_key"), Permission.PREDICT, "loan")
    assert not allows(KEYS, Caller("kiosk", "api_key"), Permission.PREDICT, "loan")
    assert allows(KEYS, Caller("kiosk", "api_key"), Permission.PREDICT, "price")
    assert allows(KEYS, Caller("kiosk", "api_key"), Permission.PREDICT, "unnamed")


def test_a_token_needs_both_a_role_to_act_and_one_that_the_model_names() -> None:
    assert allows(JWT, robot("predict:loan", "risk"), Permission.PREDICT, "loan")
    assert not allows(JWT, robot("predict:loan"), Permission.PREDICT, "loan")
    assert not allows(JWT, robot("risk"), Permission.PREDICT, "loan")


def test_a_tokens_subject_is_none_of_the_names() -> None:
    pretender = Caller("checkout", "jwt", frozenset({"predict:loan"}))

    assert not allows(JWT, pretender, Permission.PREDICT, "loan")


def test_what_tells_of_all_models_is_for_those_whom_all_models_name() -> None:
    assert allows(KEYS, Caller("checkout", "api_key"), Permission.DESCRIBE, None)
    assert not allows(KEYS, Caller("kiosk", "api_key"), Permission.DESCRIBE, None)
    assert allows(KEYS, Caller("kiosk", "api_key"), Permission.HEALTH, None)
    assert not allows(JWT, robot("describe:*"), Permission.DESCRIBE, None)
    assert allows(JWT, robot("describe:*", "risk"), Permission.DESCRIBE, None)


def test_a_role_or_user_of_iam_is_named_and_the_account_needs_no_name() -> None:
    assert allows(IAM, Caller("risk", "iam"), Permission.PREDICT, "loan")
    assert not allows(IAM, Caller("kiosk", "iam"), Permission.PREDICT, "loan")
    assert allows(IAM, Caller(ACCOUNT_ROOT, "iam"), Permission.PREDICT, "loan")
    assert not allows(KEYS, Caller(ACCOUNT_ROOT, "api_key"), Permission.PREDICT, "loan")


def test_says_which_role_is_missing() -> None:
    decision = decide_access(JWT, robot(), Permission.DESCRIBE, None)

    assert decision.reason == "it takes a token with the role describe:*"
