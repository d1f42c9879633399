"""Rolling back: what callers were given last is taken away, and the audit trail says why."""

from datetime import datetime

from functions.contracts.naming import Alias, format_version
from functions.contracts.release import AliasPointer
from functions.core.promotion import (
    Cause,
    ChampionChangedError,
    divides_callers,
    plan_share_rollback,
    rollback_target,
)
from functions.core.registry import AliasMovedError, ModelRegistry
from functions.release.moves import (
    MAXIMUM_ATTEMPTS,
    Move,
    last_champion_move,
    move_champion,
    next_sequence,
)


def rollback(
    model: str, *, actor: str, reason: str, registry: ModelRegistry, now: datetime
) -> AliasPointer:
    """Take the callers back from what they were given last, and return where the champion points.

    While a rollout or an A/B test divides the callers, that is its versions: the champion stays
    and gets all callers. Otherwise the version before the champion's last move is champion again.

    Raises NoPreviousVersionError if there is none, or if the last move was a rollback already, and
    ChampionChangedError if somebody else moved the champion in between.
    """
    pointer = registry.find_alias(model, Alias.CHAMPION)
    if pointer is not None and divides_callers(pointer, now):
        return _take_callers_back(pointer, Cause(actor, reason, now), registry=registry)
    number = rollback_target(model, pointer, last_champion_move(registry, model))
    move = Move(registry.get(model, number), action="rollback", actor=actor, reason=reason)
    return move_champion(move, pointer, registry=registry, now=now).pointer


def _take_callers_back(
    decided_about: AliasPointer, cause: Cause, *, registry: ModelRegistry
) -> AliasPointer:
    """End a split; one that somebody else ended in between is left as it is."""
    model, pointer = decided_about.model, decided_about
    for _ in range(MAXIMUM_ATTEMPTS):
        sequence = next_sequence(registry, model)
        moved = plan_share_rollback(pointer, cause=cause, sequence=sequence)
        try:
            registry.move_alias(
                moved.pointer, moved.entry, expected_revision=moved.expected_revision
            )
        except AliasMovedError:
            found = registry.find_alias(model, Alias.CHAMPION)
            pointer = _require_same_champion(decided_about, found)
            if pointer.split_id is None:
                return pointer
        else:
            return moved.pointer
    msg = (
        f"the callers of {model} were not taken back: others moved its aliases "
        f"{MAXIMUM_ATTEMPTS} times in between; try again"
    )
    raise AliasMovedError(msg)


def _require_same_champion(decided_about: AliasPointer, found: AliasPointer | None) -> AliasPointer:
    split_ids = {None, decided_about.split_id}
    if found and found.number == decided_about.number and found.split_id in split_ids:
        return found
    model = decided_about.model
    what = "another rollout or A/B test began"
    if found is None or found.number != decided_about.number:
        what = f"{format_version(model, found.number) if found else 'no version'} became champion"
    msg = (
        f"the callers of {model} were not taken back: {what} in between; look again and decide "
        "again"
    )
    raise ChampionChangedError(msg)
