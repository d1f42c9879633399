from dataclasses import dataclass, field

import pytest

from functions.contracts.naming import Alias
from functions.contracts.release import AliasPointer, AuditEntry
from functions.core.promotion import ChampionChangedError
from functions.core.registry import AliasMovedError
from functions.release.moves import (
    MAXIMUM_ATTEMPTS,
    Move,
    MoveOutcome,
    move_champion,
    next_sequence,
)
from functions.release.promote import promote
from tests.fakes.documents import NOW, model_version
from tests.fakes.registry import InMemoryRegistry

MODEL = "loan_default"


@dataclass
class CrowdedRegistry(InMemoryRegistry):
    """Somebody else is first: `others` act right before a move is written."""

    others: list[object] = field(default_factory=list)

    def move_alias(
        self, pointer: AliasPointer, entry: AuditEntry, *, expected_revision: int
    ) -> None:
        if self.others:
            self.others.pop(0)(self)  # type: ignore[operator]
        super().move_alias(pointer, entry, expected_revision=expected_revision)


def quietly(registry: InMemoryRegistry, number: int) -> None:
    """Promote without being disturbed."""
    others = registry.others  # type: ignore[attr-defined]
    registry.others = []  # type: ignore[attr-defined]
    promote(MODEL, number, actor="bob", reason="quicker", registry=registry, now=NOW)
    registry.others = others  # type: ignore[attr-defined]


def registry_with_champion(*others: object) -> CrowdedRegistry:
    registry = CrowdedRegistry()
    for number in (1, 2, 3):
        registry.add(model_version(number))
    promote(MODEL, 1, actor="ann", reason="first", registry=registry, now=NOW)
    registry.others = list(others)
    return registry


def move_to(number: int, registry: InMemoryRegistry) -> MoveOutcome:
    move = Move(registry.get(MODEL, number), action="promote", actor="ann", reason="better")
    pointer = registry.find_alias(MODEL, Alias.CHAMPION)
    return move_champion(move, pointer, registry=registry, now=NOW)


def test_says_what_became_champion_in_place_of_what() -> None:
    outcome = move_to(2, registry_with_champion())

    assert outcome.moved
    assert outcome.reason == "loan_default/2 is champion in place of loan_default/1"


def test_leaves_what_is_champion_already() -> None:
    registry = registry_with_champion()

    outcome = move_to(1, registry)

    assert (outcome.moved, outcome.pointer.revision) == (False, 1)
    assert outcome.reason == "loan_default/1 is champion already"
    assert len(registry.audit) == 1


def test_tries_again_when_the_champion_came_back_to_where_it_was() -> None:
    def there_and_back(registry: InMemoryRegistry) -> None:
        quietly(registry, 3)
        quietly(registry, 1)

    registry = registry_with_champion(there_and_back)

    outcome = move_to(2, registry)

    assert (outcome.pointer.number, outcome.pointer.revision) == (2, 4)
    assert [entry.to_number for entry in registry.list_audit(MODEL)] == [2, 1, 3, 1]


def test_does_not_undo_what_somebody_else_decided_meanwhile() -> None:
    registry = registry_with_champion(lambda crowded: quietly(crowded, 3))

    with pytest.raises(ChampionChangedError, match="loan_default/3 became champion in between"):
        move_to(2, registry)

    assert registry.aliases[MODEL, Alias.CHAMPION].number == 3


def test_is_content_when_somebody_else_made_the_same_move() -> None:
    registry = registry_with_champion(lambda crowded: quietly(crowded, 2))

    outcome = move_to(2, registry)

    assert (outcome.moved, outcome.pointer.number) == (False, 2)


def test_gives_up_after_a_few_attempts() -> None:
    def there_and_back(registry: InMemoryRegistry) -> None:
        quietly(registry, 3)
        quietly(registry, 1)

    registry = registry_with_champion(*[there_and_back] * MAXIMUM_ATTEMPTS)

    with pytest.raises(AliasMovedError, match="5 times in between; try again"):
        move_to(2, registry)


def test_numbers_the_next_audit_entry_without_reading_the_trail() -> None:
    class Trailless(InMemoryRegistry):
        def list_audit(self, model: str) -> tuple[AuditEntry, ...]:
            raise AssertionError(model)

        def newest_audit(self, model: str) -> AuditEntry | None:
            return next(iter(super().list_audit(model)), None)

    registry = Trailless()
    assert next_sequence(registry, "loan_default") == 1
    registry.add(model_version(1))
    promote("loan_default", 1, actor="ann", reason="first", registry=registry, now=NOW)

    assert next_sequence(registry, "loan_default") == 2
