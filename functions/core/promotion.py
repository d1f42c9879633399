"""How an alias moves: what it points at next, and the audit entry that goes with it."""

from datetime import datetime
from typing import Literal

from functions.contracts.errors import WindvaneError
from functions.contracts.naming import Alias, format_version
from functions.contracts.release import AliasPointer, AuditEntry, ModelVersion


class NoPreviousVersionError(WindvaneError):
    """There is nothing that a rollback could go back to."""


class ChampionChangedError(WindvaneError):
    """The champion is another than the one that a decision was made about."""


def plan_move(  # noqa: PLR0913 - what a move is, each named at the call
    pointer: AliasPointer | None,
    version: ModelVersion,
    *,
    action: Literal["promote", "rollback"],
    actor: str,
    reason: str,
    sequence: int,
    now: datetime,
    alias: Alias = Alias.CHAMPION,
) -> tuple[AliasPointer, AuditEntry]:
    """Return where the alias points after the move, and what the audit trail says of it.

    Parameters
    ----------
    pointer : AliasPointer or None
        Where the alias points now; None if it was never set.
    version : ModelVersion
        Where it shall point.
    action, actor, reason
        What the audit entry says.
    sequence : int
        The audit entry's number, one more than the model's last.
    now : datetime
        The moment of the move.
    alias : Alias, default champion
        The alias to set where `pointer` is None.

    Returns
    -------
    tuple of AliasPointer and AuditEntry
        The pointer's revision is one more than before (1 at first), and `previous` is the number it
        pointed at before.
    """
    before = pointer.number if pointer else None
    moved = AliasPointer(
        model=version.model,
        alias=pointer.alias if pointer else alias,
        number=version.number,
        previous=before,
        revision=pointer.revision + 1 if pointer else 1,
        moved_at=now,
        artifact=version.artifact,
    )
    entry = AuditEntry(
        model=version.model,
        sequence=sequence,
        action=action,
        alias=moved.alias,
        from_number=before,
        to_number=version.number,
        actor=actor,
        reason=reason,
        at=now,
    )
    return moved, entry


def rollback_target(model: str, pointer: AliasPointer | None, last_move: AuditEntry | None) -> int:
    """Return the number that a rollback goes back to.

    Parameters
    ----------
    model : str
        For the sentences.
    pointer : AliasPointer or None
        Where the alias points now.
    last_move : AuditEntry or None
        The alias's newest audit entry.

    Returns
    -------
    int
        What the alias pointed at before its last move.

    Raises
    ------
    NoPreviousVersionError
        If there is no champion, if it is the first, or if its last move was a rollback already:
        a second one would bring back the version that was rolled back from, which is what two
        people who act at the same moment must not do.
    """
    if pointer is None:
        msg = f"{model} has no champion to roll back from"
        raise NoPreviousVersionError(msg)
    name = format_version(model, pointer.number)
    if pointer.previous is None:
        msg = f"{name} is the first champion of {model}: there is no version to roll back to"
        raise NoPreviousVersionError(msg)
    if last_move is not None and last_move.action == "rollback":
        left = format_version(model, pointer.previous)
        msg = (
            f"{left} was rolled back already, by {last_move.actor}, and {name} is champion since; "
            "to go elsewhere, promote a version by its number"
        )
        raise NoPreviousVersionError(msg)
    return pointer.previous
