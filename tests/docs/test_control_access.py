"""The guide's policy opens what it says, its tables name what there is, its example is one."""

import fnmatch
import json
import re
from pathlib import Path

import pytest

from functions.contracts.api_clients import ApiClient, load_clients
from functions.contracts.routes import ROUTES, Permission, RouteDefinition
from infra.stage import API_CONTEXT

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "control-access.md"
TEXT = PAGE.read_text(encoding="utf-8")
POLICY = json.loads(re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)[0])
API = "arn:aws:execute-api:REGION:ACCOUNT:API_ID/v1"


def allowed(route: RouteDefinition, model: str) -> bool:
    """Whether the policy allows a route, as IAM matches: `*` stands for slashes too."""
    (statement,) = POLICY["Statement"]
    arn = f"{API}/{route.method}{route.path.format(model=model, number=7)}"
    return any(fnmatch.fnmatchcase(arn, pattern) for pattern in statement["Resource"])


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_the_policy_lets_somebody_predict_with_one_model_and_nothing_else(
    route: RouteDefinition,
) -> None:
    assert allowed(route, "loan_default") is (route.permission is Permission.PREDICT)
    for other in ("loan_default_2", "car_price", "x/loan_default"):
        assert not allowed(route, other)


def test_names_every_permission_and_every_choice() -> None:
    for permission in Permission:
        assert f"| `{permission}` |" in TEXT
    for name in API_CONTEXT:
        assert f"{name}=" in TEXT or f"| `{name}` |" in TEXT


def test_the_example_of_clients_is_one_and_every_key_is_named(tmp_path: Path) -> None:
    (example,) = [
        block for block in re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL) if "[[" in block
    ]
    file = tmp_path / "clients.toml"
    file.write_text(example, encoding="utf-8")

    (client,) = load_clients(file)

    assert client.requests_per_day == 100_000
    for name in ApiClient.model_fields:
        assert f"`{name}`" in TEXT
