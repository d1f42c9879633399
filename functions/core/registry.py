"""The registry's port and its rules: versions are immutable, an alias moves by compare-and-set.

The path to the first answer imports this module, so documents stand here as names of types alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from functions.contracts.errors import WindvaneError

if TYPE_CHECKING:
    from functions.contracts.experiment import Experiment
    from functions.contracts.naming import Alias
    from functions.contracts.release import AliasPointer, AuditEntry, ExecutionRecord, ModelVersion
    from functions.contracts.rollout import RolloutRecord
    from functions.contracts.served import PointerView, VersionView


class UnknownModelError(WindvaneError):
    """The registry has nothing under that model's name."""


class UnknownVersionError(WindvaneError):
    """The version asked for is not registered."""


class VersionAlreadyExistsError(WindvaneError):
    """A version number is taken."""


class ArchivedVersionError(WindvaneError):
    """The version asked for is archived: no alias may point at it."""


class AliasMovedError(WindvaneError):
    """Somebody else moved the alias since it was read."""


class RolloutMovedError(WindvaneError):
    """Somebody else changed the rollout or the A/B test since it was read, or it is over."""


class SplitTakenError(WindvaneError):
    """Another rollout or A/B test of the model has the callers already."""


class UnknownExperimentError(WindvaneError):
    """The model has no A/B test of that name."""


class PointerMove(NamedTuple):
    """Where an alias goes, what the audit trail says of it, and the revision it comes from.

    `expected_revision` is 0 where the alias was never set.
    """

    pointer: AliasPointer
    entry: AuditEntry
    expected_revision: int


class HeldLease(NamedTuple):
    """The retraining lease that an execution says it has."""

    execution: str
    token: int


class ServedRegistry(Protocol):
    """What serving asks of the registry on a request's way."""

    def find_alias(self, model: str, alias: Alias) -> PointerView | None:
        """Return where an alias points, or None if it was never set."""
        ...

    def get(self, model: str, number: int) -> VersionView:
        """Return a version; raise UnknownVersionError."""
        ...

    def list_models(self) -> tuple[str, ...]:
        """Return the names of all models that have a version, sorted."""
        ...


class ModelRegistry(Protocol):
    """Where versions, aliases, executions and the audit trail live."""

    def add(self, version: ModelVersion, *, lease_token: int | None = None) -> None:
        """Store a new version; raise VersionAlreadyExistsError if the number is taken.

        With a token only if the model's retraining lease has it, in the same transaction: else
        StaleLeaseError is raised. None asks for no lease.
        """
        ...

    def get(self, model: str, number: int) -> ModelVersion:
        """Return a version; raise UnknownVersionError."""
        ...

    def list_versions(self, model: str) -> tuple[ModelVersion, ...]:
        """Return a model's versions, newest first."""
        ...

    def list_models(self) -> tuple[str, ...]:
        """Return the names of all models that have a version, sorted."""
        ...

    def find_alias(self, model: str, alias: Alias) -> AliasPointer | None:
        """Return where an alias points, or None if it was never set."""
        ...

    def move_alias(
        self, pointer: AliasPointer, entry: AuditEntry, *, expected_revision: int
    ) -> None:
        """Point an alias elsewhere and write the audit entry, in one transaction.

        `expected_revision` is 0 where the alias was never set. Raises AliasMovedError if the
        revision is another by now, UnknownVersionError if the version or one of a share is not
        registered, ArchivedVersionError if one of them is archived.
        """
        ...

    def newest_audit(self, model: str) -> AuditEntry | None:
        """Return a model's newest audit entry, or None if there is none."""
        ...

    def list_audit(self, model: str) -> tuple[AuditEntry, ...]:
        """Return a model's audit entries, newest first."""
        ...

    def add_execution(self, record: ExecutionRecord) -> None:
        """Store how an execution ended; storing it again replaces it."""
        ...

    def list_executions(self, model: str) -> tuple[ExecutionRecord, ...]:
        """Return the recorded executions of a model, newest first."""
        ...


class SplitRegistry(ModelRegistry, Protocol):
    """A registry that also holds what splits callers: rollouts and A/B tests.

    A model has at most one of both that is not over.
    """

    def under_lease(self, lease: HeldLease) -> SplitRegistry:
        """Return this registry for an execution that may move and split only what it leased.

        There, `move_alias`, `change_rollout` and `change_experiment` raise StaleLeaseError unless
        the lease is the model's, in the same transaction.
        """
        ...

    def find_rollout(self, model: str) -> RolloutRecord | None:
        """Return the rollout that was started last, or None if there was none."""
        ...

    def list_rollouts(self, model: str) -> tuple[RolloutRecord, ...]:
        """Return a model's rollouts, newest first."""
        ...

    def change_rollout(
        self, record: RolloutRecord, *, expected_revision: int, move: PointerMove | None = None
    ) -> None:
        """Store a rollout and, where a move is given, move the alias, in one transaction.

        `expected_revision` is 0 for a new rollout. Raises RolloutMovedError if the revision is
        another by now or the rollout is over, SplitTakenError if a new one finds a rollout or an
        A/B test that is not over, and for the move what `move_alias` raises.
        """
        ...

    def find_experiment(self, model: str, name: str) -> Experiment:
        """Return an A/B test; raise UnknownExperimentError."""
        ...

    def list_experiments(self, model: str) -> tuple[Experiment, ...]:
        """Return a model's A/B tests, newest first."""
        ...

    def change_experiment(
        self, experiment: Experiment, *, expected_revision: int, move: PointerMove | None = None
    ) -> None:
        """Store an A/B test as `change_rollout` stores a rollout, with the same errors."""
        ...
