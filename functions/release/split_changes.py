"""Changing a rollout or an A/B test with the alias: read, decide, write; again if others raced."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

from functions.contracts.naming import Alias
from functions.contracts.release import AliasPointer
from functions.contracts.rollout import RolloutRecord
from functions.core import rollouts
from functions.core.registry import (
    AliasMovedError,
    PointerMove,
    RolloutMovedError,
    SplitRegistry,
)
from functions.core.rollouts import RolloutOvertakenError
from functions.release.moves import MAXIMUM_ATTEMPTS, next_sequence


@dataclass(frozen=True, slots=True)
class Situation:
    """What a change is decided about: the rollout and the champion as they are now."""

    record: RolloutRecord
    pointer: AliasPointer | None
    sequence: int


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be written in one transaction."""

    record: RolloutRecord
    move: PointerMove | None = None


Decide: TypeAlias = Callable[[Situation], Change | None]
"""Returns None where what was asked for is so already; raises where it cannot be."""


def change_rollout(
    record: RolloutRecord, decide: Decide, *, registry: SplitRegistry
) -> RolloutRecord:
    """Write what `decide` says of the rollout as it is now, and return the rollout after it.

    When somebody else was first, all is read and decided again, at most five times in all. Raises
    RolloutOverError if a newer rollout took its place, RolloutMovedError if others were always
    first, and what `decide` raises.
    """
    for _ in range(MAXIMUM_ATTEMPTS):
        held = _find_same(record, registry)
        situation = read_situation(held, registry)
        try:
            change = decide(situation)
        except RolloutOvertakenError:
            # The record and the alias are read one after the other: perhaps both were just changed.
            if _find_same(record, registry).revision == held.revision:
                raise
            continue
        if change is None:
            return situation.record
        with suppress(RolloutMovedError, AliasMovedError):
            registry.change_rollout(
                change.record, expected_revision=held.revision, move=change.move
            )
            return change.record
    msg = (
        f"the rollout of {record.model}/{record.challenger} was not changed: others changed it or "
        f"moved the aliases {MAXIMUM_ATTEMPTS} times in between; try again"
    )
    raise RolloutMovedError(msg)


def _find_same(record: RolloutRecord, registry: SplitRegistry) -> RolloutRecord:
    return rollouts.require_same(record, registry.find_rollout(record.model))


def read_situation(record: RolloutRecord, registry: SplitRegistry) -> Situation:
    """Return a rollout with the champion and the number of the next audit entry.

    The alias is read before the audit trail: an entry that comes in between then makes the
    transaction fail rather than the trail skip a number.
    """
    pointer = registry.find_alias(record.model, Alias.CHAMPION)
    return Situation(record, pointer, next_sequence(registry, record.model))
