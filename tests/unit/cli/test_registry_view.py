"""Versions, and the champion moved by a person."""

import io
import json

import pytest

from functions.cli import registry_view
from functions.cli.errors import UsageError
from functions.cli.output import Output
from functions.contracts.naming import Alias
from functions.core.registry import UnknownModelError
from functions.release.split_starts import start_rollout
from tests.fakes.documents import NOW, model_version
from tests.fakes.registry import InMemoryRegistry
from tests.fakes.splits import bake, cause, rollout_plan

MODEL = "loan_default"


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> InMemoryRegistry:
    made = InMemoryRegistry()
    for number in (1, 2):
        made.add(model_version(number))
    monkeypatch.setattr(registry_view.wiring, "open_stage", lambda stage: stage)
    monkeypatch.setattr(registry_view.wiring, "registry", lambda _stage: made)
    monkeypatch.setattr(registry_view.wiring, "now", lambda: NOW)
    return made


def script() -> Output:
    return Output(as_json=True, stdout=io.StringIO())


def document(out: Output) -> object:
    return json.loads(out._stdout.getvalue())  # type: ignore[attr-defined]


def test_moves_the_champion_and_back(registry: InMemoryRegistry) -> None:
    for number in (1, 2):
        registry_view.promote_version(
            script(), reference=f"{MODEL}/{number}", reason="better", stage=None
        )
    out = script()

    registry_view.roll_back(out, model=MODEL, reason="worse after all", stage=None)

    pointer = registry.find_alias(MODEL, Alias.CHAMPION)
    assert pointer is not None
    assert pointer.number == 1
    assert registry.list_audit(MODEL)[0].reason == "worse after all"
    assert document(out)["previous"] == 2  # type: ignore[index,call-overload]


def test_wants_a_version_to_promote(registry: InMemoryRegistry) -> None:
    with pytest.raises(UsageError, match="MODEL/NUMBER"):
        registry_view.promote_version(script(), reference=MODEL, reason="", stage=None)

    assert registry.find_alias(MODEL, Alias.CHAMPION) is None


@pytest.mark.usefixtures("registry")
def test_shows_versions_with_their_aliases() -> None:
    registry_view.promote_version(script(), reference=f"{MODEL}/2", reason="", stage=None)
    people = io.StringIO()

    registry_view.list_versions(Output(as_json=False, stdout=people), model=MODEL, stage=None)

    heading, newest, oldest = people.getvalue().splitlines()
    assert "roc_auc_score" in heading
    assert newest.startswith("loan_default/2  champion")
    assert "champion" not in oldest


@pytest.mark.usefixtures("registry")
def test_says_how_a_model_gets_its_first_version() -> None:
    with pytest.raises(UnknownModelError, match="windvane train car_price"):
        registry_view.list_versions(script(), model="car_price", stage=None)


def test_says_that_a_rollback_took_callers_back(registry: InMemoryRegistry) -> None:
    registry_view.promote_version(script(), reference=f"{MODEL}/1", reason="first", stage=None)
    start_rollout(rollout_plan(2), bake(), cause(), registry=registry)
    people = io.StringIO()

    registry_view.roll_back(
        Output(as_json=False, stdout=people, stderr=people), model=MODEL, reason="?", stage=None
    )

    assert people.getvalue().splitlines() == [
        "loan_default/1 is champion of all callers again, in place of loan_default/2 (10 %) "
        "(revision 3)",
        "to make another version champion than loan_default/1, promote it",
    ]


def test_promotes_the_champion_for_all_callers(registry: InMemoryRegistry) -> None:
    registry_view.promote_version(script(), reference=f"{MODEL}/1", reason="first", stage=None)
    start_rollout(rollout_plan(2), bake(), cause(), registry=registry)
    out = script()

    registry_view.promote_version(out, reference=f"{MODEL}/1", reason="enough", stage=None)

    assert document(out)["shares"] == []  # type: ignore[index,call-overload]
    assert registry.list_audit(MODEL)[0].reason == "enough"
