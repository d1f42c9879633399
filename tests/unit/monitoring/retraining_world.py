"""A registry, a ledger and a workflow that triggers can be handed to."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from functions.contracts.messages import (
    RetrainingAnswer,
    RetrainingRequest,
    TriggerKind,
)
from functions.contracts.model_spec import Retraining
from functions.contracts.release import Outcome
from functions.core.retraining_order import order_of
from functions.monitoring.ports import RetrainingPorts
from functions.monitoring.start_retraining import (
    start_retraining,
)
from tests.fakes.documents import NOW, alias_pointer, audit_entry, model_version
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.object_store import InMemoryObjectStore
from tests.fakes.registry import InMemoryRegistry
from tests.fakes.retraining import ended
from tests.fakes.senders import RecordingWorkflow

MODEL = "car"
HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)


@dataclass
class World:
    """Registry, ledger and workflow; `ask` hands over one request."""

    registry: InMemoryRegistry = field(default_factory=InMemoryRegistry)
    workflow: RecordingWorkflow = field(default_factory=RecordingWorkflow)
    policy: Retraining = field(default_factory=Retraining)
    now: datetime = NOW
    captures: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)

    @property
    def ports(self) -> RetrainingPorts:
        return RetrainingPorts(self.registry, self.ledger, self.workflow, self.captures)

    @property
    def ledger(self) -> InMemoryLedger:
        return self.registry.ledger

    def ask(
        self,
        identity: str,
        *,
        after: timedelta = timedelta(0),
        kind: TriggerKind = TriggerKind.DRIFT_ALARM,
        ignore_limits: bool = False,
    ) -> RetrainingAnswer:
        request = RetrainingRequest(
            model=MODEL, kind=kind, id=identity, ignore_limits=ignore_limits
        )
        now = NOW + after
        return start_retraining(
            order_of(request, now), policy=self.policy, ports=self.ports, now=now
        )

    def end(self, outcome: Outcome = Outcome.PROMOTED, *, after: timedelta = timedelta(0)) -> None:
        """End the execution that has the lease, as Conclude does."""
        self.workflow.running.clear()
        book = self.ledger.read(MODEL)
        self.ledger.write(ended(book, outcome, at=NOW + after, champion=None))

    def add_champion(self, number: int, dataset: str) -> None:
        version = model_version(number, model=MODEL)
        self.registry.add(version.model_copy(update={"dataset_version": dataset}))
        self.registry.move_alias(
            alias_pointer(number, revision=number, model=MODEL),
            audit_entry(number, to_number=number, model=MODEL),
            expected_revision=number - 1,
        )
