"""The registry in memory."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from functions.contracts.experiment import Experiment
from functions.contracts.naming import Alias
from functions.contracts.release import (
    AliasPointer,
    AuditEntry,
    ExecutionRecord,
    ModelVersion,
    VersionState,
)
from functions.contracts.rollout import RolloutRecord
from functions.core.lease import StaleLeaseError, stale
from functions.core.registry import (
    AliasMovedError,
    ArchivedVersionError,
    HeldLease,
    PointerMove,
    RolloutMovedError,
    SplitTakenError,
    UnknownExperimentError,
    UnknownVersionError,
    VersionAlreadyExistsError,
)
from tests.fakes.ledger import InMemoryLedger


@dataclass
class InMemoryRegistry:
    """Versions and aliases in dictionaries; `reachable` False makes each read fail."""

    versions: dict[tuple[str, int], ModelVersion] = field(default_factory=dict)
    aliases: dict[tuple[str, Alias], AliasPointer] = field(default_factory=dict)
    audit: dict[tuple[str, int], AuditEntry] = field(default_factory=dict)
    executions: dict[tuple[str, str], ExecutionRecord] = field(default_factory=dict)
    rollouts: dict[tuple[str, str, datetime], RolloutRecord] = field(default_factory=dict)
    experiments: dict[tuple[str, str], Experiment] = field(default_factory=dict)
    ledger: InMemoryLedger = field(default_factory=InMemoryLedger)
    reachable: bool = True
    lease: HeldLease | None = None

    def __post_init__(self) -> None:
        """Let ends of runs that the ledger records be read here."""
        self.ledger.executions = self.executions

    def add(self, version: ModelVersion, *, lease_token: int | None = None) -> None:
        if lease_token is not None:
            self._check_lease(version.model, HeldLease(version.execution, lease_token))
        if (version.model, version.number) in self.versions:
            msg = f"{version.name} is already registered; a version is immutable"
            raise VersionAlreadyExistsError(msg)
        self.versions[version.model, version.number] = version

    def under_lease(self, lease: HeldLease) -> "InMemoryRegistry":
        return replace(self, lease=lease)

    def get(self, model: str, number: int) -> ModelVersion:
        self._check_reachable()
        try:
            return self.versions[model, number]
        except KeyError as error:
            msg = f"{model}/{number} is not registered"
            raise UnknownVersionError(msg) from error

    def list_versions(self, model: str) -> tuple[ModelVersion, ...]:
        self._check_reachable()
        found = [version for (name, _), version in self.versions.items() if name == model]
        return tuple(sorted(found, key=lambda version: version.number, reverse=True))

    def list_models(self) -> tuple[str, ...]:
        self._check_reachable()
        return tuple(sorted({name for name, _ in self.versions}))

    def find_alias(self, model: str, alias: Alias) -> AliasPointer | None:
        self._check_reachable()
        return self.aliases.get((model, alias))

    def move_alias(
        self, pointer: AliasPointer, entry: AuditEntry, *, expected_revision: int
    ) -> None:
        move = PointerMove(pointer, entry, expected_revision)
        self._check_lease(pointer.model, self.lease)
        self._check_move(move)
        self._move(move)

    def newest_audit(self, model: str) -> AuditEntry | None:
        return next(iter(self.list_audit(model)), None)

    def list_audit(self, model: str) -> tuple[AuditEntry, ...]:
        found = [entry for (name, _), entry in self.audit.items() if name == model]
        return tuple(sorted(found, key=lambda entry: entry.sequence, reverse=True))

    def add_execution(self, record: ExecutionRecord) -> None:
        self.executions[record.model, record.execution] = record

    def list_executions(self, model: str) -> tuple[ExecutionRecord, ...]:
        found = [record for (name, _), record in self.executions.items() if name == model]
        return tuple(sorted(found, key=lambda record: record.ended_at, reverse=True))

    def find_rollout(self, model: str) -> RolloutRecord | None:
        return next(iter(self.list_rollouts(model)), None)

    def list_rollouts(self, model: str) -> tuple[RolloutRecord, ...]:
        self._check_reachable()
        found = [record for record in self.rollouts.values() if record.model == model]
        return tuple(sorted(found, key=lambda record: record.started_at, reverse=True))

    def change_rollout(
        self, record: RolloutRecord, *, expected_revision: int, move: PointerMove | None = None
    ) -> None:
        key = (record.model, record.execution, record.started_at)
        self._check_split(record, self.rollouts.get(key), expected_revision)
        self._check_move(move)
        self.rollouts[key] = record
        self._move(move)

    def find_experiment(self, model: str, name: str) -> Experiment:
        self._check_reachable()
        try:
            return self.experiments[model, name]
        except KeyError as error:
            msg = f"{model} has no A/B test named {name!r}"
            raise UnknownExperimentError(msg) from error

    def list_experiments(self, model: str) -> tuple[Experiment, ...]:
        self._check_reachable()
        found = [each for each in self.experiments.values() if each.model == model]
        return tuple(sorted(found, key=lambda each: each.started_at, reverse=True))

    def change_experiment(
        self, experiment: Experiment, *, expected_revision: int, move: PointerMove | None = None
    ) -> None:
        key = (experiment.model, experiment.name)
        self._check_split(experiment, self.experiments.get(key), expected_revision)
        self._check_move(move)
        self.experiments[key] = experiment
        self._move(move)

    def _check_split(
        self,
        split: RolloutRecord | Experiment,
        held: RolloutRecord | Experiment | None,
        expected_revision: int,
    ) -> None:
        self._check_reachable()
        self._check_lease(split.model, self.lease)
        revision = held.revision if held else 0
        if revision != expected_revision or (held and held.is_over):
            msg = (
                f"{split.split_id} of {split.model} changed since it was read at revision "
                f"{expected_revision}, or is over; look again and decide again"
            )
            raise RolloutMovedError(msg)
        live = self._live_split(split.model)
        if not expected_revision and live is not None:
            msg = (
                f"{split.split_id} cannot start: {live} divides the callers of {split.model} "
                "already; wait for it, or end it first"
            )
            raise SplitTakenError(msg)

    def _live_split(self, model: str) -> str | None:
        splits: list[RolloutRecord | Experiment] = [*self.rollouts.values()]
        splits += self.experiments.values()
        live = (each.split_id for each in splits if each.model == model and not each.is_over)
        return next(live, None)

    def _check_move(self, move: PointerMove | None) -> None:
        if move is None:
            return
        pointer, entry = move.pointer, move.entry
        for number in (pointer.number, *(share.number for share in pointer.shares)):
            if self.get(pointer.model, number).state is VersionState.ARCHIVED:
                msg = f"{pointer.model}/{number} is archived; choose another version"
                raise ArchivedVersionError(msg)
        held = self.aliases.get((pointer.model, pointer.alias))
        taken = (entry.model, entry.sequence) in self.audit
        if (held.revision if held else 0) != move.expected_revision or taken:
            msg = (
                f"{pointer.model}@{pointer.alias} moved since it was read at revision "
                f"{move.expected_revision}; look again and decide again"
            )
            raise AliasMovedError(msg)

    def _check_lease(self, model: str, shown: HeldLease | None) -> None:
        lease = self.ledger.read(model).lease
        if shown is not None and (lease is None or lease.token != shown.token):
            raise StaleLeaseError(stale(model, shown.execution, shown.token, lease))

    def _move(self, move: PointerMove | None) -> None:
        if move is not None:
            self.aliases[move.pointer.model, move.pointer.alias] = move.pointer
            self.audit[move.entry.model, move.entry.sequence] = move.entry

    def _check_reachable(self) -> None:
        if not self.reachable:
            msg = "the registry cannot be reached"
            raise ConnectionError(msg)
