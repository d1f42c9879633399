"""Levels that Reconcile looks at."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from functions.contracts.messages import TriggerKind
from functions.contracts.retraining import ReconcileInput, ReconcileOutput
from functions.core.reconciling import RaisedAlarm
from functions.monitoring.ports import ReconcilePorts
from functions.monitoring.reconcile import reconcile
from tests.fakes.documents import NOW
from tests.fakes.senders import RecordingNotifier
from tests.unit.monitoring.retraining_world import MODEL, World

ALARM = "drift"


@dataclass
class FixedLevels:
    """Alarms that ring, or rang."""

    alarms: list[RaisedAlarm] = field(default_factory=list)
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def raised(self, names: tuple[str, ...], *, since: datetime) -> tuple[RaisedAlarm, ...]:
        self.asked.append(names)
        return tuple(
            alarm
            for alarm in self.alarms
            if alarm.name in names and (alarm.is_ringing or alarm.raised_at >= since)
        )


@dataclass
class ReconcileWorld(World):
    """A world whose alarms are looked at; `look` is one look."""

    levels: FixedLevels = field(default_factory=FixedLevels)
    notifier: RecordingNotifier = field(default_factory=RecordingNotifier)

    def ring(self, at: timedelta = timedelta(0), *, is_ringing: bool = True) -> None:
        """Let the alarm ring from a moment on."""
        self.levels.alarms = [
            RaisedAlarm(ALARM, TriggerKind.DRIFT_ALARM, NOW + at, "psi 0.4", is_ringing)
        ]

    def look(self, after: timedelta = timedelta(0)) -> ReconcileOutput:
        return reconcile(
            ReconcileInput(model=MODEL, alarms={TriggerKind.DRIFT_ALARM: (ALARM,)}),
            policy=self.policy,
            ports=ReconcilePorts(self.ports, self.registry, self.levels, self.notifier),
            now=NOW + after,
        )

    def decisions(self) -> list[str]:
        """What was decided, oldest first."""
        return [
            str(each.decision) for each in reversed(self.ledger.list_decisions(MODEL, limit=99))
        ]
