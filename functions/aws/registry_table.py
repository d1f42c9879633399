"""The registry in one DynamoDB table (D5)."""

import hashlib
from datetime import datetime
from typing import Any

from functions.aws import registry_items as items
from functions.aws import registry_moves
from functions.aws.registry_store import ABSENT, RegistryStore, document
from functions.contracts.experiment import Experiment
from functions.contracts.naming import Alias
from functions.contracts.release import AliasPointer, AuditEntry, ExecutionRecord, ModelVersion
from functions.contracts.rollout import RolloutRecord
from functions.core.registry import (
    PointerMove,
    UnknownExperimentError,
    UnknownVersionError,
    VersionAlreadyExistsError,
)


class DynamoRegistry:
    """All that the registry's ports ask for; `client` is a DynamoDB client."""

    def __init__(self, client: Any, table: str) -> None:  # noqa: ANN401 - boto3 has no types
        self._store = RegistryStore(client, table)

    def add(self, version: ModelVersion) -> None:
        """Store a new version; raise VersionAlreadyExistsError if the number is taken."""
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
        if self._store.transact(writes, token=None):
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
        registry_moves.move(self._store, PointerMove(pointer, entry, expected_revision))

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
        )

    def last_start(self, model: str) -> tuple[str, datetime] | None:
        """Return the name and the moment of the last started execution."""
        found = self._store.find(model, items.LAST_START)
        if found is None:
            return None
        return found["execution"]["S"], datetime.fromisoformat(found["started_at"]["S"])

    def claim(
        self,
        model: str,
        execution: str,
        *,
        at: datetime,
        expected: tuple[str, datetime] | None,
    ) -> bool:
        """Record a start if the last one is still `expected`; return whether this caller won."""
        values = {}
        if expected is not None:
            values = {
                ":execution": {"S": expected[0]},
                ":started_at": {"S": expected[1].isoformat()},
            }
        item = items.item(
            model,
            items.LAST_START,
            execution={"S": execution},
            started_at={"S": at.isoformat()},
        )
        condition = "execution = :execution AND started_at = :started_at" if expected else ABSENT
        return self._store.put_if(item, condition, values)

    def find_request(self, model: str, trigger_id: str) -> str | None:
        """Return what was decided about a trigger, or None if it was never recorded."""
        found = self._store.find(model, _request_key(trigger_id))
        return None if found is None else str(found["decision"]["S"])

    def record_request(self, model: str, trigger_id: str, text: str, *, at: datetime) -> bool:
        """Record a request and what was decided; return False if this trigger was seen before."""
        item = items.item(
            model,
            _request_key(trigger_id),
            trigger_id={"S": trigger_id},
            decision={"S": text},
            at={"S": at.isoformat()},
            expires_at={"N": str(int(at.timestamp()) + items.REQUEST_LIFETIME_SECONDS)},
        )
        return self._store.put_if(item, ABSENT, {})


def _request_key(trigger_id: str) -> str:
    return items.request_key(hashlib.sha256(trigger_id.encode()).hexdigest()[:32])
