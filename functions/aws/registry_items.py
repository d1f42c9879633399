"""How the registry's documents lie in its DynamoDB table.

`pk` is MODEL#<name>; `sk` tells the kind. The document itself is JSON text in `document`, so that
a number is read back as it was written; what a condition or a projection needs stands beside it.
"""

from datetime import UTC, datetime
from typing import Any

SCHEMA_VERSION = 1

META = "META"
"""Names the model; its presence lists it."""

RETRAINING = "LEASE#retraining"
"""The model's book of retraining: the lease, the budget, what waits."""

DECISIONS = "DECISION#"

CALLERS = "CALLERS"
"""The rollout or the A/B test that divides the callers, so that there are never two."""

ROLLOUTS = "ROLLOUT#"
EXPERIMENTS = "EXPERIMENT#"


def model_key(model: str) -> str:
    """Return a model's partition key."""
    return f"MODEL#{model}"


def version_key(number: int) -> str:
    """Return the sort key of a version; ten digits keep the order."""
    return f"VERSION#{number:010d}"


def alias_key(alias: str) -> str:
    """Return the sort key of an alias."""
    return f"ALIAS#{alias}"


def audit_key(sequence: int) -> str:
    """Return the sort key of an audit entry."""
    return f"AUDIT#{sequence:010d}"


def run_key(execution: str) -> str:
    """Return the sort key of an execution's record."""
    return f"RUN#{execution}"


def rollout_key(started_at: datetime, execution: str) -> str:
    """Return the sort key of a rollout; the moment in UTC keeps the order."""
    return f"{ROLLOUTS}{started_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}#{execution}"


def experiment_key(name: str) -> str:
    """Return the sort key of an A/B test."""
    return f"{EXPERIMENTS}{name}"


def trigger_key(digest: str) -> str:
    """Return the sort key of what was decided about a trigger, by which it is recognized."""
    return f"TRIGGER#{digest}"


def decision_key(at: datetime, digest: str) -> str:
    """Return the sort key of a decision; the moment in UTC keeps the order."""
    return f"{DECISIONS}{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}#{digest}"


def item(model: str, sort_key: str, **attributes: dict[str, Any]) -> dict[str, Any]:
    """Return an item with its keys and its schema version; attributes are in DynamoDB's JSON."""
    return {
        "pk": {"S": model_key(model)},
        "sk": {"S": sort_key},
        "schema_version": {"N": str(SCHEMA_VERSION)},
        **attributes,
    }


def key(model: str, sort_key: str) -> dict[str, Any]:
    """Return the key of an item, in DynamoDB's JSON."""
    return {"pk": {"S": model_key(model)}, "sk": {"S": sort_key}}


LISTING = "MODELS"
"""The partition that holds one item a registered model, so that listing them is one query."""

DECISION_LIFETIME_SECONDS = 90 * 24 * 3600
"""How long a decision is remembered; DynamoDB's time to live removes it by `expires_at`."""


def listing(model: str) -> dict[str, Any]:
    """Return the item that makes a model appear in the list of models."""
    return {
        "pk": {"S": LISTING},
        "sk": {"S": model},
        "schema_version": {"N": str(SCHEMA_VERSION)},
    }
