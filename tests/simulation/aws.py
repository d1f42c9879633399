"""CloudWatch alarms, SNS and Step Functions, as far as retraining meets them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from functions.contracts.messages import TriggerKind
from functions.contracts.metrics import namespace
from functions.core.ports import StartedExecution
from functions.core.reconciling import RaisedAlarm
from tests.simulation.clock import Clock

STAGE = "prod"
RUNNING = "RUNNING"


@dataclass
class Alarm:
    """An alarm of one model; it speaks when it changes, and at no other time.

    `is_breaching` says of a moment whether the metric is over its threshold: the seam by which any
    stream, judged by any detector, drives a simulation.
    """

    model: str
    name: str
    is_breaching: Callable[[datetime], bool]
    rings: bool = False
    changes: list[tuple[datetime, bool]] = field(default_factory=list)

    def evaluate(self, now: datetime) -> str | None:
        """Return the message of a change, None if there was none."""
        breaching = self.is_breaching(now)
        if breaching == self.rings:
            return None
        self.rings = breaching
        self.changes.append((now, breaching))
        return json.dumps(
            {
                "AlarmName": self.name,
                "AlarmArn": f"arn:aws:cloudwatch:eu-central-1:123456789012:alarm:{self.name}",
                "NewStateValue": "ALARM" if breaching else "OK",
                "NewStateReason": "Threshold Crossed",
                "StateChangeTime": now.strftime("%Y-%m-%dT%H:%M:%S.%f+0000"),
                "Trigger": {
                    "Namespace": namespace(STAGE, self.model),
                    "MetricName": "RetrainInputDrift",
                },
            }
        )


@dataclass
class Levels:
    """Reconcile's view of alarms: states and history, not events."""

    alarms: list[Alarm]

    def raised(self, names: tuple[str, ...], *, since: datetime) -> tuple[RaisedAlarm, ...]:
        found = []
        for alarm in (each for each in self.alarms if each.name in names):
            raised = next((at for at, rings in reversed(alarm.changes) if rings), None)
            if raised is not None and (alarm.rings or raised >= since):
                kind = TriggerKind.DRIFT_ALARM
                found.append(RaisedAlarm(alarm.name, kind, raised, "psi 0.4", alarm.rings))
        return tuple(found)


@dataclass
class Delivery:
    """SNS: at least once, in no order; or, where it is `loss`y, perhaps never."""

    clock: Clock
    loss: float = 0.0
    duplicates: float = 0.0
    delay: timedelta = timedelta(seconds=1)

    def send(self, text: str, receive: Callable[[str], None]) -> None:
        """Deliver a message after a while, and perhaps once more, and more."""
        rng = self.clock.rng
        if rng.random() < self.loss:
            return
        copies = 1
        while rng.random() < self.duplicates:
            copies += 1
        for _ in range(copies):
            self.clock.after(rng.random() * self.delay, lambda: receive(text))


@dataclass
class Executions:
    """Step Functions: a name is started once; `finish` is what an execution does at its end.

    One in so many starts (`lost`) never reaches the service, as many are answered with an error
    though they did; one in so many executions (`deaths`) ends without concluding.
    """

    clock: Clock
    finish: Callable[[str, str], None]
    duration: timedelta = timedelta(minutes=20)
    lost: float = 0.0
    deaths: float = 0.0
    statuses: dict[str, str] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)
    started_at: dict[str, datetime] = field(default_factory=dict)
    most_at_once: int = 0

    def start(self, name: str, payload: str) -> StartedExecution:
        chance = self.clock.rng.random()
        if chance < self.lost:
            msg = "the request was lost"
            raise ConnectionError(msg)
        known = name in self.statuses
        if not known:
            self._begin(name, payload)
        if chance < 2 * self.lost:
            msg = "the answer was lost"
            raise ConnectionError(msg)
        return StartedExecution(arn=f"arn:execution:{name}", started_now=not known)

    def status(self, name: str) -> str | None:
        return self.statuses.get(name)

    def _begin(self, name: str, payload: str) -> None:
        self.statuses[name] = RUNNING
        self.models[name] = json.loads(payload)["model"]
        self.started_at[name] = self.clock.now
        running = [
            each
            for each, status in self.statuses.items()
            if status == RUNNING and self.models[each] == self.models[name]
        ]
        self.most_at_once = max(self.most_at_once, len(running))
        self.clock.after(self.duration, lambda: self._end(name, payload))

    def _end(self, name: str, payload: str) -> None:
        if self.clock.rng.random() < self.deaths:
            self.statuses[name] = "TIMED_OUT"
            return
        self.finish(name, payload)
        # Its states are over a moment after it gave its lease back.
        self.clock.after(timedelta(seconds=1), lambda: self.statuses.update({name: "SUCCEEDED"}))
