"""What a regular look at the levels finds: events may be lost, states cannot.

An alarm speaks when it changes. If its message is lost, declined, or the execution that it started
dies, nobody speaks again; so what is still so is looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from functions.contracts.messages import Trigger, TriggerKind
from functions.contracts.release import Outcome
from functions.contracts.retraining import Notice, RetrainingBook, RetrainingRun
from functions.contracts.rollout import RolloutRecord, RolloutStatus
from functions.core.budget import CLOCK_ALLOWANCE
from functions.core.retraining import serves
from functions.core.retraining_order import RetrainingOrder

PERIOD = timedelta(minutes=15)
"""Between two looks."""

LOOK_BACK = 2 * PERIOD + CLOCK_ALLOWANCE
"""An alarm that rang since then is seen, though it may have stopped ringing between two looks."""

RETRY_AFTER = timedelta(hours=6)
"""While its alarm rings on, a run that found nothing new, or failed, is tried again after this:
labels may have come, and what failed may have passed."""

RERUN_AFTER = timedelta(hours=48)
"""While its alarm rings on, another candidate is tried after this: the rows of before have left the
usual window by then, and the alarm speaks of the champion of now."""

WORK_PATIENCE = timedelta(hours=6)
"""Preparing, training and replaying take minutes; every state has a limit below an hour."""

ROLLOUT_PATIENCE = timedelta(hours=24)
"""A paused rollout waits for a person, one that is overdue for traffic or labels."""

NOTICE_PERIOD = timedelta(hours=24)
"""How often people are told of the same."""

_WITHOUT_CANDIDATE = frozenset({Outcome.NO_NEW_DATA, Outcome.FAILED})
_SHOWN_NAME = 120
_SHOWN_ID = 180
_SHOWN_REASON = 500


@dataclass(frozen=True, slots=True)
class RaisedAlarm:
    """An alarm that rings (`is_ringing`), or did a moment ago; `raised_at` is when it began."""

    name: str
    kind: TriggerKind
    raised_at: datetime
    reason: str
    is_ringing: bool = True


class AlarmLevels(Protocol):
    """Where the states of alarms are read."""

    def raised(self, names: tuple[str, ...], *, since: datetime) -> tuple[RaisedAlarm, ...]:
        """Return those that ring now or began to since a moment; their kind is the drift alarm."""
        ...


@dataclass(frozen=True, slots=True)
class Stuck:
    """Something that waits for longer than it should, and what a person can do about it."""

    key: str
    subject: str
    text: str


def find_unserved(
    book: RetrainingBook, alarms: tuple[RaisedAlarm, ...], *, now: datetime
) -> RaisedAlarm | None:
    """Return an alarm that no run answered, the one that has been raised longest."""
    unserved = (
        alarm for alarm in alarms if not any(_answers(run, alarm, now=now) for run in book.runs)
    )
    return min(unserved, key=lambda alarm: (alarm.raised_at, alarm.name), default=None)


def order_of_level(book: RetrainingBook, alarm: RaisedAlarm, *, now: datetime) -> RetrainingOrder:
    """Return the order that an alarm gives by ringing; the same at every look, until a run ended.

    It is dated by the later of both clocks, so that its run answers all that was raised before.
    """
    tries = sum(serves(run, alarm.raised_at) for run in book.runs)
    trigger = Trigger(
        kind=alarm.kind,
        id=f"{alarm.name[:_SHOWN_NAME]}@{alarm.raised_at.isoformat()}#level{tries}",
        reason=f"{alarm.name} is in ALARM and nothing ran: {alarm.reason}"[:_SHOWN_REASON],
        requested_by="reconcile",
        requested_at=max(now, alarm.raised_at),
    )
    return RetrainingOrder(book.model, trigger)


def order_of_waiting(book: RetrainingBook, *, now: datetime) -> RetrainingOrder | None:
    """Return the order of the trigger that waits, a new one at each look; None if none waits."""
    if book.waiting is None:
        return None
    waiting = book.waiting.trigger
    changes = {
        "id": f"{waiting.id[:_SHOWN_ID]}#again@{now.isoformat()}",
        "reason": f"{waiting.reason} (declined before: {book.waiting.decision})"[:_SHOWN_REASON],
        "requested_at": max(now, waiting.requested_at),
    }
    return RetrainingOrder(book.model, waiting.model_copy(update=changes))


def find_stuck(
    book: RetrainingBook, rollout: RolloutRecord | None, *, now: datetime
) -> tuple[Stuck, ...]:
    """Return what people have to be told now; what they were told lately is left out."""
    told = {notice.key for notice in book.notices if now < notice.at + NOTICE_PERIOD}
    return tuple(stuck for stuck in _stuck(book, rollout, now) if stuck.key not in told)


def note_told(book: RetrainingBook, stuck: tuple[Stuck, ...], *, now: datetime) -> RetrainingBook:
    """Return the book that remembers what people were told."""
    keys = {each.key for each in stuck}
    kept = [notice for notice in book.notices if notice.key not in keys]
    fresh = [Notice(key=each.key, at=now) for each in stuck]
    return book.model_copy(update={"notices": (*kept, *fresh)})


def _answers(run: RetrainingRun, alarm: RaisedAlarm, *, now: datetime) -> bool:
    if not serves(run, alarm.raised_at):
        return False
    patience = RETRY_AFTER if run.outcome in _WITHOUT_CANDIDATE else RERUN_AFTER
    return not alarm.is_ringing or now < run.started_at + patience


def _stuck(book: RetrainingBook, rollout: RolloutRecord | None, now: datetime) -> Iterator[Stuck]:
    lease, model = book.lease, book.model
    own = rollout if rollout and lease and rollout.execution == lease.execution else None
    if lease is not None and own is None and now >= lease.taken_at + WORK_PATIENCE:
        yield Stuck(
            f"run {lease.execution}",
            f"{model}: a retraining hangs",
            f"{lease.execution} runs since {lease.taken_at:%Y-%m-%d %H:%M} UTC and has not come to "
            f"its rollout. Where it stands: windvane runs show {lease.execution}. Until it ends "
            "nothing else is retrained; stop it in Step Functions, and the lease is freed.",
        )
    if rollout is None or rollout.is_over:
        return
    since = rollout.status_since or rollout.step_started_at
    if rollout.status is RolloutStatus.PAUSED and now >= since + ROLLOUT_PATIENCE:
        yield Stuck(
            f"pause {rollout.split_id} {since.isoformat()}",
            f"{model}: a paused rollout waits for a person",
            f"The rollout of {model}/{rollout.challenger} is paused at {rollout.percent:g} % since "
            f"{since:%Y-%m-%d %H:%M} UTC. Go on: windvane rollout resume {model}. End it: windvane "
            f"rollout abort {model}",
        )
    if rollout.status is RolloutStatus.BAKING and now >= rollout.ends_at + ROLLOUT_PATIENCE:
        yield Stuck(
            f"bake {rollout.split_id} {rollout.step}",
            f"{model}: a rollout does not get on",
            f"The rollout of {model}/{rollout.challenger} should have gone on from "
            f"{rollout.percent:g} % at {rollout.ends_at:%Y-%m-%d %H:%M} UTC: {rollout.reason}. "
            f"What it waits for: windvane rollout status {model}. End it: windvane rollout abort "
            f"{model}",
        )
