"""The registry in one DynamoDB table (D5)."""

from typing import Any

from functions.aws import registry_items as items
from functions.aws import registry_lease, registry_moves
from functions.aws.registry_store import ABSENT, RegistryStore, document
from functions.contracts.experiment import Experiment
from functions.contracts.naming import Alias
from functions.contracts.release import AliasPointer, AuditEntry, ExecutionRecord, ModelVersion
from functions.contracts.rollout import RolloutRecord
from functions.core.registry import (
    HeldLease,
    PointerMove,
    UnknownExperimentError,
    UnknownVersionError,
    VersionAlreadyExistsError,
)


class DynamoRegistry:
    """All that the registry's ports ask for; `client` is a DynamoDB client."""

    def __init__(
        self,
        client: Any,  # noqa: ANN401 - boto3 has no types
        table: str,
        lease: HeldLease | None = None,
    ) -> None:
        self._store = RegistryStore(client, table)
        self._lease = lease

    def under_lease(self, lease: HeldLease) -> "DynamoRegistry":
        """Return this registry, whose moves ask for a lease; see the port."""
        return DynamoRegistry(self._store.client, self._store.table, lease)

    def add(self, version: ModelVersion, *, lease_token: int | None = None) -> None:
        """Store a new version, if the lease is held where one is asked for; see the port."""
        model = version.model
        writes = {
            "version": self._store.put(
                items.item(
                    model,
                    items.version_key(version.number),
                    version_state={"S": version.state},
                    **document(version),
                ),
                ABSENT,
            ),
            "model": self._store.put(items.item(model, items.META)),
            "listing": self._store.put(items.listing(model)),
        }
        lease = None if lease_token is None else HeldLease(version.execution, lease_token)
        failed = self._store.transact(
            writes | registry_lease.writes(self._store, model, lease), token=None
        )
        registry_lease.require(self._store, model, lease, failed)
        if failed:
            msg = f"{version.name} is already registered; a version is immutable"
            raise VersionAlreadyExistsError(msg)

    def get(self, model: str, number: int) -> ModelVersion:
        """Return a version; raise UnknownVersionError."""
        version = self._store.find_document(model, items.version_key(number), ModelVersion)
        if version is None:
            msg = f"{model}/{number} is not registered"
            raise UnknownVersionError(msg)
        return version

    def list_versions(self, model: str) -> tuple[ModelVersion, ...]:
        """Return a model's versions, newest first."""
        return tuple(self._store.documents(model, "VERSION#", ModelVersion))

    def list_models(self) -> tuple[str, ...]:
        """Return the names of all models that have a version, sorted."""
        return tuple(sorted(item["sk"]["S"] for item in self._store.partition(items.LISTING)))

    def find_alias(self, model: str, alias: Alias) -> AliasPointer | None:
        """Return where an alias points, or None if it was never set."""
        return self._store.find_document(model, items.alias_key(alias), AliasPointer)

    def move_alias(
        self, pointer: AliasPointer, entry: AuditEntry, *, expected_revision: int
    ) -> None:
        """Point an alias elsewhere and write the audit entry, in one transaction; see the port."""
        moved = PointerMove(pointer, entry, expected_revision)
        registry_moves.move(self._store, moved, self._lease)

    def newest_audit(self, model: str) -> AuditEntry | None:
        """Return a model's newest audit entry, or None if there is none."""
        return self._store.newest(model, "AUDIT#", AuditEntry)

    def list_audit(self, model: str) -> tuple[AuditEntry, ...]:
        """Return a model's audit entries, newest first."""
        return tuple(self._store.documents(model, "AUDIT#", AuditEntry))

    def add_execution(self, record: ExecutionRecord) -> None:
        """Store how an execution ended; storing it again replaces it."""
        self._store.put_now(
            items.item(record.model, items.run_key(record.execution), **document(record))
        )

    def list_executions(self, model: str) -> tuple[ExecutionRecord, ...]:
        """Return the recorded executions of a model, newest first."""
        records = self._store.documents(model, "RUN#", ExecutionRecord)
        return tuple(sorted(records, key=lambda record: record.ended_at, reverse=True))

    def find_rollout(self, model: str) -> RolloutRecord | None:
        """Return the rollout that was started last, or None if there was none."""
        return self._store.newest(model, items.ROLLOUTS, RolloutRecord)

    def list_rollouts(self, model: str) -> tuple[RolloutRecord, ...]:
        """Return a model's rollouts, newest first."""
        return tuple(self._store.documents(model, items.ROLLOUTS, RolloutRecord))

    def change_rollout(
        self, record: RolloutRecord, *, expected_revision: int, move: PointerMove | None = None
    ) -> None:
        """Store a rollout and move the alias, in one transaction; see the port."""
        registry_moves.change_split(
            self._store,
            record,
            items.rollout_key(record.started_at, record.execution),
            expected_revision=expected_revision,
            moved=move,
            lease=self._lease,
        )

    def find_experiment(self, model: str, name: str) -> Experiment:
        """Return an A/B test; raise UnknownExperimentError."""
        found = self._store.find_document(model, items.experiment_key(name), Experiment)
        if found is None:
            msg = f"{model} has no A/B test named {name!r}"
            raise UnknownExperimentError(msg)
        return found

    def list_experiments(self, model: str) -> tuple[Experiment, ...]:
        """Return a model's A/B tests, newest first."""
        found = self._store.documents(model, items.EXPERIMENTS, Experiment)
        return tuple(sorted(found, key=lambda each: each.started_at, reverse=True))

    def change_experiment(
        self, experiment: Experiment, *, expected_revision: int, move: PointerMove | None = None
    ) -> None:
        """Store an A/B test and move the alias, in one transaction; see the port."""
        registry_moves.change_split(
            self._store,
            experiment,
            items.experiment_key(experiment.name),
            expected_revision=expected_revision,
            moved=move,
            lease=self._lease,
        )
