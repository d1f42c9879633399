"""What a deployment says of its API is refused before anything is deployed, with a remedy."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from functions.contracts.access import AccessRules, Authorization
from infra.app import Sources, synthesize_stage
from infra.components.api_callers import MAXIMUM_RULES_BYTES, check_rules
from infra.stage import ApiChoiceError
from tests.infra.assembly import CLIENTS, MODEL_FOLDERS, PLAIN_MODEL, lay_models, new_app

KEYS = {"stage": "dev", "authorization": "api_key"}


@pytest.mark.parametrize(
    ("context", "clients", "words"),
    [
        ({**KEYS, "api": "http"}, CLIENTS, "an HTTP API knows no API keys"),
        (KEYS, "", "nobody could call the API"),
        (
            KEYS,
            CLIENTS.replace("[[clients]]", '[[clients]]\nstages = ["prod"]'),
            "nobody could call",
        ),
        (KEYS, CLIENTS.replace("harbor", "pier"), "names 'harbor', and clients.toml has no such"),
        (KEYS, "[[clients]]", "clients.toml: clients[0].name = missing"),
        ({"authorization": "jwt"}, CLIENTS, "pass -c jwt_audience=NAME"),
        ({"load_balancer": "maybe"}, CLIENTS, "load_balancer must be trusted or refused"),
    ],
)
def test_says_what_cannot_be_and_what_to_do(
    sources: Sources,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    context: Mapping[str, str],
    clients: str,
    words: str,
) -> None:
    file = tmp_path / "clients.toml"
    file.write_text(clients)

    status = synthesize_stage(new_app(tmp_path / "out", **context), replace(sources, clients=file))

    assert status == 1
    assert words in capsys.readouterr().err


def test_roles_of_iam_and_of_tokens_are_known_elsewhere(sources: Sources, tmp_path: Path) -> None:
    folder = MODEL_FOLDERS[PLAIN_MODEL].replace('["harbor"]', '["somebody", "else"]')
    models = lay_models(tmp_path / "models", {PLAIN_MODEL: folder})

    status = synthesize_stage(new_app(tmp_path / "out"), replace(sources, models=models))

    assert status == 0


def test_refuses_more_rules_than_a_functions_settings_hold() -> None:
    clients = {f"key{number:07}": f"client-number-{number}" for number in range(100)}

    check_rules(AccessRules(Authorization.API_KEY, clients=dict(list(clients.items())[:50])))
    with pytest.raises(ApiChoiceError, match=f"the most is {MAXIMUM_RULES_BYTES}"):
        check_rules(AccessRules(Authorization.API_KEY, clients=clients))
