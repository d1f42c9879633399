"""The registry in memory."""

from dataclasses import dataclass, field
from datetime import datetime

from functions.contracts.naming import Alias
from functions.contracts.release import AliasPointer, AuditEntry, ExecutionRecord, ModelVersion
from functions.core.registry import (
    AliasMovedError,
    UnknownVersionError,
    VersionAlreadyExistsError,
)


@dataclass
class InMemoryRegistry:
    """Versions, aliases and ledger in dictionaries; `reachable` False makes each read fail."""

    versions: dict[tuple[str, int], ModelVersion] = field(default_factory=dict)
    aliases: dict[tuple[str, Alias], AliasPointer] = field(default_factory=dict)
    audit: dict[tuple[str, int], AuditEntry] = field(default_factory=dict)
    executions: dict[tuple[str, str], ExecutionRecord] = field(default_factory=dict)
    starts: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    requests: dict[tuple[str, str], str] = field(default_factory=dict)
    reachable: bool = True

    def add(self, version: ModelVersion) -> None:
        if (version.model, version.number) in self.versions:
            msg = f"{version.name} is already registered; a version is immutable"
            raise VersionAlreadyExistsError(msg)
        self.versions[version.model, version.number] = version

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
        self.get(pointer.model, pointer.number)
        held = self.aliases.get((pointer.model, pointer.alias))
        taken = (entry.model, entry.sequence) in self.audit
        if (held.revision if held else 0) != expected_revision or taken:
            msg = (
                f"{pointer.model}@{pointer.alias} moved since it was read at revision "
                f"{expected_revision}; look again and decide again"
            )
            raise AliasMovedError(msg)
        self.aliases[pointer.model, pointer.alias] = pointer
        self.audit[entry.model, entry.sequence] = entry

    def list_audit(self, model: str) -> tuple[AuditEntry, ...]:
        found = [entry for (name, _), entry in self.audit.items() if name == model]
        return tuple(sorted(found, key=lambda entry: entry.sequence, reverse=True))

    def add_execution(self, record: ExecutionRecord) -> None:
        self.executions[record.model, record.execution] = record

    def list_executions(self, model: str) -> tuple[ExecutionRecord, ...]:
        found = [record for (name, _), record in self.executions.items() if name == model]
        return tuple(sorted(found, key=lambda record: record.ended_at, reverse=True))

    def last_start(self, model: str) -> tuple[str, datetime] | None:
        return self.starts.get(model)

    def claim(
        self,
        model: str,
        execution: str,
        *,
        at: datetime,
        expected: tuple[str, datetime] | None,
    ) -> bool:
        if self.starts.get(model) != expected:
            return False
        self.starts[model] = (execution, at)
        return True

    def find_request(self, model: str, trigger_id: str) -> str | None:
        return self.requests.get((model, trigger_id))

    def record_request(self, model: str, trigger_id: str, text: str, *, at: datetime) -> bool:  # noqa: ARG002
        if (model, trigger_id) in self.requests:
            return False
        self.requests[model, trigger_id] = text
        return True

    def _check_reachable(self) -> None:
        if not self.reachable:
            msg = "the registry cannot be reached"
            raise ConnectionError(msg)
