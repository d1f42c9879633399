"""The part of the registry's transactions that asks for the retraining lease."""

from typing import Any

from functions.aws import registry_items as items
from functions.aws.registry_store import RegistryStore
from functions.contracts.retraining import RetrainingBook
from functions.core.lease import StaleLeaseError, stale
from functions.core.registry import HeldLease

_PART = "lease"


def writes(store: RegistryStore, model: str, lease: HeldLease | None) -> dict[str, dict[str, Any]]:
    """Return the check that an execution has the model's lease; none where none is asked for."""
    if lease is None:
        return {}
    key = items.key(model, items.RETRAINING)
    return {_PART: store.check(key, "lease_token = :token", {":token": {"N": str(lease.token)}})}


def require(store: RegistryStore, model: str, lease: HeldLease | None, failed: set[str]) -> None:
    """Raise StaleLeaseError if that check is among the parts that failed."""
    if lease is None or _PART not in failed:
        return
    book = store.find_document(model, items.RETRAINING, RetrainingBook)
    raise StaleLeaseError(stale(model, lease.execution, lease.token, book.lease if book else None))
