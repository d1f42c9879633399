"""`windvane clients`."""

import io
import json
from dataclasses import dataclass, field

import pytest

from functions.aws.api_keys import ApiKeyState
from functions.cli import wiring
from functions.cli.clients_view import list_clients, show_key
from functions.cli.errors import RefusedError, UsageError
from functions.cli.output import Output
from functions.cli.stage import DeployedStage, settings_from_outputs
from functions.contracts.access import ApiAccess, Authorization
from functions.contracts.outputs import OUTPUTS

OF_KEYS = ApiAccess(Authorization.API_KEY, {"harbor": "k1", "boathouse": "k2"})


@dataclass
class ApiKeys:
    """Two keys, of which one is disabled."""

    states: dict[str, ApiKeyState] = field(
        default_factory=lambda: {
            "k1": ApiKeyState("k1", is_enabled=True, description="the harbor master"),
            "k2": ApiKeyState("k2", is_enabled=False, description="closed"),
        }
    )

    def state(self, key_id: str) -> ApiKeyState:
        return self.states[key_id]

    def value(self, key_id: str) -> str:
        return f"value of {key_id}"


def enter(monkeypatch: pytest.MonkeyPatch, access: ApiAccess = OF_KEYS) -> None:
    outputs = dict.fromkeys(OUTPUTS.values(), "x") | {"ApiAccess": access.to_json()}
    deployed = DeployedStage(settings_from_outputs("prod", outputs))
    monkeypatch.setattr(wiring, "open_stage", lambda _asked: deployed)
    monkeypatch.setattr(wiring, "api_keys", ApiKeys)


def test_lists_clients_without_their_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    enter(monkeypatch)
    stdout = io.StringIO()

    list_clients(Output(as_json=True, stdout=stdout), stage=None)

    assert json.loads(stdout.getvalue()) == [
        {"client": "boathouse", "key_id": "k2", "enabled": False},
        {"client": "harbor", "key_id": "k1", "enabled": True},
    ]


def test_writes_a_key_alone_on_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    enter(monkeypatch)
    stdout = io.StringIO()

    show_key(Output(as_json=False, stdout=stdout), client="harbor", stage=None)

    assert stdout.getvalue() == "value of k1\n"


def test_names_the_clients_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    enter(monkeypatch)

    with pytest.raises(UsageError, match="did you mean harbor"):
        show_key(Output(as_json=False, stdout=io.StringIO()), client="harbour", stage=None)


@pytest.mark.parametrize("authorization", [Authorization.IAM, Authorization.JWT])
def test_says_that_there_are_no_keys(
    monkeypatch: pytest.MonkeyPatch, authorization: Authorization
) -> None:
    enter(monkeypatch, ApiAccess(authorization))

    with pytest.raises(RefusedError, match=f"by {authorization}, not by API keys"):
        list_clients(Output(as_json=False, stdout=io.StringIO()), stage=None)
