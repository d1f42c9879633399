"""The registry's transactions: an alias's move, and a change of what splits the callers."""

import hashlib
from typing import Any, NoReturn, TypeAlias

from functions.aws import registry_items as items
from functions.aws import registry_lease
from functions.aws.registry_store import ABSENT, RegistryStore, TransactionConflictError, document
from functions.contracts.base import Document
from functions.contracts.errors import WindvaneError
from functions.contracts.experiment import Experiment
from functions.contracts.naming import format_version
from functions.contracts.release import VersionState
from functions.contracts.rollout import RolloutRecord
from functions.core.registry import (
    AliasMovedError,
    ArchivedVersionError,
    HeldLease,
    PointerMove,
    RolloutMovedError,
    SplitTakenError,
    UnknownVersionError,
)

Split: TypeAlias = RolloutRecord | Experiment
"""What divides a model's callers among its versions."""

_NOBODY = "nobody"
"""Who has the callers where nothing divides them: the item is replaced, never deleted."""

_USABLE = (
    "attribute_exists(sk) AND (attribute_not_exists(version_state) OR version_state <> :archived)"
)
"""A version that an alias may point at."""


def move(store: RegistryStore, moved: PointerMove, lease: HeldLease | None) -> None:
    """Move an alias in one transaction; see the port."""
    model = moved.pointer.model
    writes = _move_writes(store, moved) | registry_lease.writes(store, model, lease)
    try:
        failed = store.transact(writes, token=_token(store, moved, lease))
    except TransactionConflictError as error:
        raise AliasMovedError(_moved_since(moved)) from error
    registry_lease.require(store, model, lease, failed)
    if failed:
        _refuse_move(store, moved, failed)


def change_split(
    store: RegistryStore,
    split: Split,
    sort_key: str,
    *,
    expected_revision: int,
    moved: PointerMove | None,
    lease: HeldLease | None,
) -> None:
    """Store a rollout or an A/B test and move the alias in one transaction; see the port."""
    writes = _split_writes(store, split, sort_key, expected_revision)
    writes |= registry_lease.writes(store, split.model, lease)
    if moved is not None:
        writes |= _move_writes(store, moved)

    changed = (
        f"{split.split_id} of {split.model} changed since it was read at revision "
        f"{expected_revision}, or is over; look again and decide again"
    )
    try:
        failed = store.transact(writes, token=_token(store, moved, lease, split))
    except TransactionConflictError as error:
        raise RolloutMovedError(changed) from error

    registry_lease.require(store, split.model, lease, failed)
    if "split" in failed:
        raise RolloutMovedError(changed)
    if "callers" in failed:
        raise SplitTakenError(_taken(store, split))
    if failed and moved is not None:
        _refuse_move(store, moved, failed)


def _split_writes(
    store: RegistryStore, split: Split, sort_key: str, expected_revision: int
) -> dict[str, dict[str, Any]]:
    item = items.item(
        split.model,
        sort_key,
        revision={"N": str(split.revision)},
        is_over={"BOOL": split.is_over},
        **document(split),
    )
    if not expected_revision:
        return {
            "split": store.put(item, ABSENT),
            "callers": _hand_callers(store, split.model, giver=_NOBODY, taker=split.split_id),
        }
    values = {":revision": {"N": str(expected_revision)}, ":no": {"BOOL": False}}
    writes = {"split": store.put(item, "revision = :revision AND is_over = :no", values)}
    if split.is_over:
        writes["callers"] = _hand_callers(store, split.model, giver=split.split_id, taker=_NOBODY)
    return writes


def _hand_callers(store: RegistryStore, model: str, *, giver: str, taker: str) -> dict[str, Any]:
    held = "holder = :giver"
    condition = f"{ABSENT} OR {held}" if giver == _NOBODY else held
    item = items.item(model, items.CALLERS, holder={"S": taker})
    return store.put(item, condition, {":giver": {"S": giver}})


def _move_writes(store: RegistryStore, moved: PointerMove) -> dict[str, dict[str, Any]]:
    pointer, model = moved.pointer, moved.pointer.model
    writes = {
        f"version {number}": store.check(
            items.key(model, items.version_key(number)),
            _USABLE,
            {":archived": {"S": VersionState.ARCHIVED}},
        )
        for number in _numbers(moved)
    }
    item = items.item(
        model,
        items.alias_key(pointer.alias),
        revision={"N": str(pointer.revision)},
        **document(pointer),
    )
    if moved.expected_revision:
        expected = {":revision": {"N": str(moved.expected_revision)}}
        writes["alias"] = store.put(item, "revision = :revision", expected)
    else:
        writes["alias"] = store.put(item, ABSENT)
    entry = items.item(model, items.audit_key(moved.entry.sequence), **document(moved.entry))
    return {**writes, "audit": store.put(entry, ABSENT)}


def _numbers(moved: PointerMove) -> tuple[int, ...]:
    return (moved.pointer.number, *(share.number for share in moved.pointer.shares))


def _token(
    store: RegistryStore,
    moved: PointerMove | None,
    lease: HeldLease | None,
    *documents: Document,
) -> str:
    """Return a token with which the same change sent again is answered, not repeated.

    Tokens are shared by all tables of an account.
    """
    moving = (moved.pointer, moved.entry) if moved else ()
    parts = (
        store.table,
        *map(str, lease or ()),
        *(each.model_dump_json() for each in (*documents, *moving)),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:36]


def _refuse_move(store: RegistryStore, moved: PointerMove, failed: set[str]) -> NoReturn:
    for number in _numbers(moved):
        if f"version {number}" in failed:
            raise _unusable(store, moved.pointer.model, number)
    raise AliasMovedError(_moved_since(moved))


def _moved_since(moved: PointerMove) -> str:
    return (
        f"{moved.pointer.model}@{moved.pointer.alias} moved since it was read at revision "
        f"{moved.expected_revision}; look again and decide again"
    )


def _unusable(store: RegistryStore, model: str, number: int) -> WindvaneError:
    name = format_version(model, number)
    if store.find(model, items.version_key(number)) is None:
        return UnknownVersionError(f"{name} is not registered")
    return ArchivedVersionError(f"{name} is archived; choose another version")


def _taken(store: RegistryStore, split: Split) -> str:
    found = store.find(split.model, items.CALLERS)
    holder = found["holder"]["S"] if found else _NOBODY
    return (
        f"{split.split_id} cannot start: {holder} divides the callers of {split.model} already; "
        "wait for it, or end it first"
    )
