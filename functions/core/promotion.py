"""How an alias moves: what it points at next, and the audit entry that goes with it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from functions.contracts.errors import WindvaneError
from functions.contracts.naming import Alias, format_version
from functions.contracts.release import AliasPointer, AuditEntry, ModelVersion, MoveAction, Share
from functions.core.registry import PointerMove
from functions.core.routing import BUCKETS

_ALL_PERCENT = 100.0

_NOISE = 1e-6
"""How far a product of a percent and 100 may be off a whole number: floats are."""


class NoPreviousVersionError(WindvaneError):
    """There is nothing that a rollback could go back to."""


class ChampionChangedError(WindvaneError):
    """The champion is another than the one that a decision was made about."""


class ShareError(WindvaneError):
    """A share of the callers that routing could not give exactly, or that is not there to give."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Who decided something, why, and when."""

    actor: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Split:
    """How callers are divided: `shares` to other versions than the alias's own, until a moment."""

    split_id: str
    shares: tuple[Share, ...]
    until: datetime | None = None


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
        The pointer's revision is one more than before (1 at first), and `previous` is the last
        other number that it pointed at. It has no shares: a move ends whatever divided the callers.
    """
    before = pointer.number if pointer else None
    stays = pointer is not None and pointer.number == version.number
    moved = AliasPointer(
        model=version.model,
        alias=pointer.alias if pointer else alias,
        number=version.number,
        previous=pointer.previous if pointer and stays else before,
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


def share_of(version: ModelVersion, percent: float) -> Share:
    """Return a version's share of the callers; raise ShareError unless routing can give it."""
    hundredths = percent * 100 if 0.0 < percent <= _ALL_PERCENT else math.nan
    if not abs(hundredths - round(percent, 2) * 100) <= _NOISE:
        msg = (
            f"a share of {percent:g} percent for {version.name} cannot be given: write 0.01 to "
            "100, in steps of 0.01"
        )
        raise ShareError(msg)
    return Share(number=version.number, percent=percent, artifact=version.artifact)


def plan_split(pointer: AliasPointer, split: Split, *, cause: Cause, sequence: int) -> PointerMove:
    """Return the move that divides the callers; `pointer.number` gets what the shares leave.

    Parameters
    ----------
    pointer : AliasPointer
        Where the alias points now; shares that it has are replaced.
    split : Split
        The shares, in the order in which routing lays them end to end.
    cause : Cause
        What the audit entry says.
    sequence : int
        The audit entry's number, one more than the model's last.

    Raises
    ------
    ShareError
        If the shares sum to more than 100 or name a version twice, or the alias's own.
    """
    numbers = [pointer.number, *(share.number for share in split.shares)]
    total = sum(round(share.percent * 100) for share in split.shares)
    if len(set(numbers)) < len(numbers) or total > BUCKETS:
        described = ", ".join(f"{share.number}: {share.percent:g}" for share in split.shares)
        msg = (
            f"shares of {pointer.model}@{pointer.alias} ({described}) must name other versions "
            f"than {pointer.number}, each once, and sum to 100 percent at most"
        )
        raise ShareError(msg)
    moved = _moved(pointer, cause, split.shares, split.split_id, split.until)
    entry = _stay(pointer, "split", cause, sequence, split.shares)
    return PointerMove(moved, entry, pointer.revision)


def plan_unsplit(pointer: AliasPointer, *, cause: Cause, sequence: int) -> PointerMove:
    """Return the move after which all callers get `pointer.number`."""
    moved = _moved(pointer, cause, (), None, None)
    return PointerMove(moved, _stay(pointer, "unsplit", cause, sequence), pointer.revision)


def plan_share_rollback(pointer: AliasPointer, *, cause: Cause, sequence: int) -> PointerMove:
    """Return the move that takes the callers back from the shares, as a person's rollback.

    The audit entry says from which version: the first share's.
    """
    taken = pointer.shares[0].number
    moved = plan_unsplit(pointer, cause=cause, sequence=sequence)
    entry = moved.entry.model_copy(update={"action": "rollback", "from_number": taken})
    return PointerMove(moved.pointer, entry, pointer.revision)


def divides_callers(pointer: AliasPointer | None, now: datetime) -> bool:
    """Return whether other versions than the alias's own answer some callers now."""
    if pointer is None or not pointer.shares:
        return False
    return pointer.split_until is None or now < pointer.split_until


def rollback_target(model: str, pointer: AliasPointer | None, last_move: AuditEntry | None) -> int:
    """Return the number that a rollback goes back to.

    Parameters
    ----------
    model : str
        For the sentences.
    pointer : AliasPointer or None
        Where the alias points now.
    last_move : AuditEntry or None
        The alias's newest audit entry that is a promotion or a rollback.

    Returns
    -------
    int
        What the alias pointed at before its last move.

    Raises
    ------
    NoPreviousVersionError
        If there is no champion, if it is the first, or if its last move was a rollback already,
        of the champion or of a share of the callers: two people who act at the same moment must
        not bring back what was rolled back from, nor go back one version more than either meant.
    """
    if pointer is None:
        msg = f"{model} has no champion to roll back from"
        raise NoPreviousVersionError(msg)
    name = format_version(model, pointer.number)
    if last_move is not None and last_move.action == "rollback":
        left = format_version(model, last_move.from_number or pointer.previous or pointer.number)
        msg = (
            f"{left} was rolled back already, by {last_move.actor}, and {name} is champion since; "
            "to go elsewhere, promote a version by its number"
        )
        raise NoPreviousVersionError(msg)
    if pointer.previous is None:
        msg = f"{name} is the first champion of {model}: there is no version to roll back to"
        raise NoPreviousVersionError(msg)
    return pointer.previous


def _moved(
    pointer: AliasPointer,
    cause: Cause,
    shares: tuple[Share, ...],
    split_id: str | None,
    until: datetime | None,
) -> AliasPointer:
    return pointer.model_copy(
        update={
            "revision": pointer.revision + 1,
            "moved_at": cause.at,
            "shares": shares,
            "split_id": split_id,
            "split_until": until,
        }
    )


def _stay(
    pointer: AliasPointer,
    action: MoveAction,
    cause: Cause,
    sequence: int,
    shares: Sequence[Share] = (),
) -> AuditEntry:
    return AuditEntry(
        model=pointer.model,
        sequence=sequence,
        action=action,
        alias=pointer.alias,
        from_number=pointer.number,
        to_number=pointer.number,
        shares={share.number: share.percent for share in shares},
        actor=cause.actor,
        reason=cause.reason,
        at=cause.at,
    )
