"""Moving the champion: the one transaction that promote, rollback and RollOut share."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from functions.contracts.naming import Alias, format_version
from functions.contracts.release import AliasPointer, AuditEntry, ModelVersion
from functions.core.promotion import ChampionChangedError, plan_move
from functions.core.registry import AliasMovedError, ModelRegistry

MAXIMUM_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Move:
    """What shall be champion, and what the audit trail says of it."""

    version: ModelVersion
    action: Literal["promote", "rollback"]
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class MoveOutcome:
    """Where the champion points now, and the sentence that says how it came there."""

    pointer: AliasPointer
    moved: bool
    reason: str


def move_champion(
    move: Move, pointer: AliasPointer | None, *, registry: ModelRegistry, now: datetime
) -> MoveOutcome:
    """Move the champion from where `pointer` says it is; what is champion already stays it.

    Whatever divided the callers is ended by the move: all of them get the version.

    When somebody else was first, the registry is read again. If the champion is still the number
    that the caller decided about (another alias moved, or it moved and came back), the move is
    tried again, at most five times in all. If it is another one, or somebody began to divide the
    callers, the decision no longer stands and ChampionChangedError says so.
    """
    decided_about = pointer
    target = move.version
    for _ in range(MAXIMUM_ATTEMPTS):
        if pointer is not None and pointer.number == target.number and not pointer.shares:
            return MoveOutcome(pointer, moved=False, reason=f"{target.name} is champion already")
        moved, entry = plan_move(
            pointer,
            target,
            action=move.action,
            actor=move.actor,
            reason=move.reason,
            sequence=next_sequence(registry, target.model),
            now=now,
        )
        try:
            registry.move_alias(moved, entry, expected_revision=pointer.revision if pointer else 0)
        except AliasMovedError:
            pointer = registry.find_alias(target.model, Alias.CHAMPION)
            _require_unchanged(target, decided_about, pointer)
        else:
            before = decided_about.number if decided_about else None
            return MoveOutcome(moved, moved=True, reason=_describe(target, before))
    msg = (
        f"{target.name} was not made champion: others moved the aliases of {target.model} "
        f"{MAXIMUM_ATTEMPTS} times in between; try again"
    )
    raise AliasMovedError(msg)


def next_sequence(registry: ModelRegistry, model: str) -> int:
    """Return the number of the model's next audit entry."""
    newest = registry.newest_audit(model)
    return newest.sequence + 1 if newest else 1


def last_champion_move(registry: ModelRegistry, model: str) -> AuditEntry | None:
    """Return the newest promotion or rollback of the champion alias."""
    for entry in registry.list_audit(model):
        if entry.alias is Alias.CHAMPION and entry.action in {"promote", "rollback"}:
            return entry
    return None


def _require_unchanged(
    target: ModelVersion, decided_about: AliasPointer | None, pointer: AliasPointer | None
) -> None:
    before, found = (each.number if each else None for each in (decided_about, pointer))
    if found not in (before, target.number):
        msg = (
            f"{target.name} was not made champion: {_name(target.model, found)} became champion in "
            f"between, in place of {_name(target.model, before)}; look again and decide again"
        )
        raise ChampionChangedError(msg)
    known = {None, decided_about.split_id if decided_about else None}
    if pointer is not None and pointer.split_id not in known:
        msg = (
            f"{target.name} was not made champion: a rollout or an A/B test of {target.model} "
            "began in between; look again and decide again"
        )
        raise ChampionChangedError(msg)


def _describe(target: ModelVersion, before: int | None) -> str:
    if before is None:
        return f"{target.name} is the first champion"
    if before == target.number:
        return f"{target.name} stays champion and gets all callers again"
    return f"{target.name} is champion in place of {_name(target.model, before)}"


def _name(model: str, number: int | None) -> str:
    return format_version(model, number) if number else "no version"
