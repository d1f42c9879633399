import pytest

from functions.contracts.naming import Alias
from functions.core.registry import UnknownVersionError
from functions.release.promote import promote
from tests.fakes.documents import NOW, model_version
from tests.fakes.registry import InMemoryRegistry

MODEL = "loan_default"


def registry() -> InMemoryRegistry:
    made = InMemoryRegistry()
    for number in (1, 2):
        made.add(model_version(number))
    return made


def test_makes_a_version_champion_and_writes_down_who_and_why() -> None:
    held = registry()

    pointer = promote(MODEL, 2, actor="ann", reason="it is better", registry=held, now=NOW)

    assert held.find_alias(MODEL, Alias.CHAMPION) == pointer
    assert (pointer.number, pointer.previous, pointer.revision) == (2, None, 1)
    (entry,) = held.list_audit(MODEL)
    assert (entry.action, entry.actor, entry.reason) == ("promote", "ann", "it is better")


def test_changes_nothing_when_it_is_champion_already() -> None:
    held = registry()
    first = promote(MODEL, 2, actor="ann", reason="it is better", registry=held, now=NOW)

    again = promote(MODEL, 2, actor="bob", reason="once more", registry=held, now=NOW)

    assert again == first
    assert len(held.list_audit(MODEL)) == 1


def test_may_promote_an_older_version() -> None:
    held = registry()
    promote(MODEL, 2, actor="ann", reason="newest", registry=held, now=NOW)

    pointer = promote(MODEL, 1, actor="ann", reason="the study says so", registry=held, now=NOW)

    assert (pointer.number, pointer.previous) == (1, 2)


def test_refuses_a_version_that_is_not_registered() -> None:
    with pytest.raises(UnknownVersionError):
        promote(MODEL, 9, actor="ann", reason="?", registry=registry(), now=NOW)
