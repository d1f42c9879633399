"""Promoting a version: the champion alias points at it, and the audit trail says who and why."""

from datetime import datetime

from functions.contracts.naming import Alias
from functions.contracts.release import AliasPointer
from functions.core.registry import ModelRegistry
from functions.release.moves import Move, move_champion


def promote(
    model: str,
    number: int,
    *,
    actor: str,
    reason: str,
    registry: ModelRegistry,
    now: datetime,
) -> AliasPointer:
    """Make a version champion and return where the alias points.

    One transaction writes the alias and the audit entry, and ends whatever divided the callers.
    What all callers get already stays so, at the same revision and without an entry. Raises
    UnknownVersionError if the number is not registered, ChampionChangedError if somebody else moved
    the champion in between.
    """
    version = registry.get(model, number)
    pointer = registry.find_alias(model, Alias.CHAMPION)
    move = Move(version, action="promote", actor=actor, reason=reason)
    return move_champion(move, pointer, registry=registry, now=now).pointer
