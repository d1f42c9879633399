"""Rolling back: the champion alias points at the version before, and the audit trail says why."""

from datetime import datetime

from functions.contracts.naming import Alias
from functions.contracts.release import AliasPointer
from functions.core.promotion import rollback_target
from functions.core.registry import ModelRegistry
from functions.release.moves import Move, last_champion_move, move_champion


def rollback(
    model: str, *, actor: str, reason: str, registry: ModelRegistry, now: datetime
) -> AliasPointer:
    """Make the version before the champion's last move champion again.

    Raises NoPreviousVersionError if there is none, or if the last move was a rollback already, and
    ChampionChangedError if somebody else moved the champion in between.
    """
    pointer = registry.find_alias(model, Alias.CHAMPION)
    number = rollback_target(model, pointer, last_champion_move(registry, model))
    move = Move(registry.get(model, number), action="rollback", actor=actor, reason=reason)
    return move_champion(move, pointer, registry=registry, now=now).pointer
