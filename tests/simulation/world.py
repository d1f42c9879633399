"""A small world around the real StartRetraining, Reconcile and Conclude, in virtual time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from functions.contracts.alerts import Alerts
from functions.contracts.messages import (
    Decision,
    EvaluateOutput,
    PrepareOutput,
    RegisterOutput,
    TrainOutput,
    TriggerKind,
    WorkflowInput,
)
from functions.contracts.model_spec import Retraining
from functions.contracts.release import ExecutionRecord
from functions.contracts.retraining import DecisionRecord, ReconcileInput, RetrainingBook
from functions.contracts.rollout import RolloutStatus
from functions.contracts.rollout_messages import ConcludeInput, RollOutOutput
from functions.core.alarm_message import order_of_alarm, read_alarm
from functions.core.reconciling import PERIOD
from functions.core.registry import SplitRegistry
from functions.core.retraining_ledger import RetrainingLedger
from functions.core.retraining_order import RetrainingOrder
from functions.monitoring.ports import ReconcilePorts, RetrainingPorts
from functions.monitoring.reconcile import reconcile
from functions.monitoring.start_retraining import start_retraining
from functions.release.conclude import conclude
from functions.release.ports import ConcludePorts
from tests.fakes.registry import InMemoryRegistry
from tests.fakes.senders import RecordingNotifier
from tests.simulation.aws import STAGE, Alarm, Delivery, Executions, Levels
from tests.simulation.clock import Clock

MODEL = "car"
ALERTS = Alerts(retrain=("drift",))
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
START = datetime.fromisoformat("2026-06-01T00:00:00+00:00")
TRIES = 3
"""Lambda calls a function that was invoked asynchronously at most three times."""

OVERTAKEN = timedelta(seconds=2)
"""How long a function may stand still between reading and writing."""

GATES = EvaluateOutput(passed=True, reason="all gates passed", gate_report_key="k", scores={})


@dataclass
class Chances:
    """What goes wrong, and how often."""

    loss: float = 0.0
    duplicates: float = 0.0
    delay: timedelta = timedelta(seconds=1)
    lost_starts: float = 0.0
    deaths: float = 0.0
    interleaving: float = 0.0
    skew: timedelta = timedelta(0)


@dataclass
class InterleavedLedger:
    """A ledger before whose writes something else that is due may happen first."""

    inner: RetrainingLedger
    clock: Clock
    chance: float

    def read(self, model: str) -> RetrainingBook:
        return self.inner.read(model)

    def find_decision(self, model: str, trigger_id: str) -> DecisionRecord | None:
        return self.inner.find_decision(model, trigger_id)

    def list_decisions(self, model: str, *, limit: int) -> tuple[DecisionRecord, ...]:
        return self.inner.list_decisions(model, limit=limit)

    def decide(
        self,
        decision: DecisionRecord,
        *,
        book: RetrainingBook | None = None,
        closed: ExecutionRecord | None = None,
    ) -> None:
        self._let_others()
        self.inner.decide(decision, book=book, closed=closed)

    def write(self, book: RetrainingBook, *, closed: ExecutionRecord | None = None) -> None:
        self._let_others()
        self.inner.write(book, closed=closed)

    def _let_others(self) -> None:
        if self.chance and self.clock.rng.random() < self.chance:
            self.clock.step(OVERTAKEN)


@dataclass
class World:
    """One model, its alarms, and all that answers them; `seed` repeats everything that happens."""

    seed: int
    policy: Retraining = field(default_factory=Retraining)
    chances: Chances = field(default_factory=Chances)
    start: datetime = START
    promotes: bool = True
    training_seconds: float = 300.0
    registry: SplitRegistry = field(default_factory=InMemoryRegistry)
    ledger: RetrainingLedger | None = None
    promoted: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        chances = self.chances
        self.clock = Clock(self.start, Random(self.seed), chances.skew)  # noqa: S311 - no secret
        if self.ledger is None:
            assert isinstance(self.registry, InMemoryRegistry)
            self.ledger = self.registry.ledger
        self.ledger = InterleavedLedger(self.ledger, self.clock, chances.interleaving)
        self.executions = Executions(
            self.clock, self._conclude, lost=chances.lost_starts, deaths=chances.deaths
        )
        self.delivery = Delivery(self.clock, chances.loss, chances.duplicates, chances.delay)
        self.levels = Levels([])
        self.notifier = RecordingNotifier()
        self.ports = RetrainingPorts(self.registry, self.ledger, self.executions)

    def watch(self, is_breaching: Callable[[datetime], bool], *, name: str = "drift") -> Alarm:
        """Let an alarm look at something every minute."""
        alarm = Alarm(MODEL, name, is_breaching)
        self.levels.alarms.append(alarm)

        def evaluate() -> None:
            text = alarm.evaluate(self.clock.now)
            if text is not None:
                self.delivery.send(text, self.receive)

        self.clock.every(MINUTE, evaluate)
        return alarm

    def reconcile_regularly(self) -> None:
        """Let Reconcile look every quarter of an hour, from a moment that chance chooses."""
        first = self.clock.rng.random() * PERIOD
        self.clock.after(first, lambda: self.clock.every(PERIOD, self._reconcile))

    def receive(self, text: str) -> None:
        """Hand an alarm's message to StartRetraining, as Lambda does."""
        order = order_of_alarm(read_alarm(text), STAGE, lambda _model: ALERTS)
        if isinstance(order, RetrainingOrder):
            self.ask(order)

    def ask(self, order: RetrainingOrder, *, tries: int = TRIES) -> None:
        """Hand an order to StartRetraining; a call that fails is repeated a minute later."""
        try:
            start_retraining(order, policy=self.policy, ports=self.ports, now=self.clock.read())
        except ConnectionError:
            if tries > 1:
                self.clock.after(MINUTE, lambda: self.ask(order, tries=tries - 1))

    def pass_time(self, duration: timedelta) -> None:
        """Let time pass."""
        self.clock.run_until(self.clock.now + duration)

    def starts(self) -> list[datetime]:
        """The true moments at which executions began, in order."""
        return sorted(self.executions.started_at.values())

    def most_starts_in(self, window: timedelta) -> int:
        """The most executions that began within any window of true time."""
        starts = self.starts()
        return max(
            (sum(first <= each < first + window for each in starts) for first in starts), default=0
        )

    def decisions(self) -> list[Decision]:
        """What was decided about triggers, newest first."""
        assert self.ledger is not None
        return [each.decision for each in self.ledger.list_decisions(MODEL, limit=100_000)]

    def require(self, holds: bool, what: str) -> None:
        """Fail with the seed that repeats it."""
        assert holds, f"{what}; again: pytest tests/simulation --simulation-seed {self.seed}"

    def require_bounds(self) -> None:
        """Require that no two runs met, and that no true day or month held more than allowed."""
        policy, month = self.policy, 30 * DAY
        self.require(self.executions.most_at_once <= 1, "two runs of a model at once")
        day_runs, month_runs = self.most_starts_in(DAY), self.most_starts_in(month)
        self.require(day_runs <= policy.maximum_runs_per_day, f"{day_runs} runs in a day")
        self.require(month_runs <= policy.maximum_runs_per_month, f"{month_runs} runs in a month")
        minutes = month_runs * self.training_seconds / 60.0
        within = minutes <= policy.maximum_training_minutes_per_month
        self.require(within, f"{minutes} minutes of training in a month")

    def _reconcile(self) -> None:
        """One look; a call that fails is left to the next one."""
        names = tuple(alarm.name for alarm in self.levels.alarms)
        ports = ReconcilePorts(self.ports, self.registry, self.levels, self.notifier)
        message = ReconcileInput(model=MODEL, alarms={TriggerKind.DRIFT_ALARM: names})
        try:
            reconcile(message, policy=self.policy, ports=ports, now=self.clock.read())
        except ConnectionError:
            return

    def _conclude(self, name: str, payload: str) -> None:
        """End an execution as the workflow does."""
        given = WorkflowInput.model_validate_json(payload)
        train = TrainOutput(
            run_id=name,
            run_record_key="k",
            metric="m",
            value=1.0,
            parameters={},
            seconds=self.training_seconds,
        )
        prepared = PrepareOutput(
            passed=True, reason="ok", dataset_version=f"ds-{name}", quality_report_key="k"
        )
        message = ConcludeInput(
            model=given.model,
            execution=given.execution,
            trigger=given.trigger,
            lease_token=given.lease_token,
            prepare=prepared,
            train=(train,),
            evaluate=GATES.model_copy(update={"passed": self.promotes}),
            register=RegisterOutput(number=1) if self.promotes else None,
            roll_out=_rolled_out() if self.promotes else None,
        )
        assert self.ledger is not None
        ports = ConcludePorts(self.registry, self.ledger, self.notifier)
        if self.promotes:
            self.promoted()
        conclude(message, policy=self.policy, ports=ports, now=self.clock.read())


def _rolled_out() -> RollOutOutput:
    return RollOutOutput(
        status=RolloutStatus.PROMOTED, champion=1, previous=None, revision=1, reason="it is better"
    )
