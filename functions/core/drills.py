"""Which alarms a fire drill raised itself: they are answered, recorded, and start nothing."""

from datetime import datetime, timedelta

from functions.contracts.messages import Trigger, TriggerKind
from functions.contracts.retraining import AnnouncedDrill, RetrainingBook
from functions.core.budget import CLOCK_ALLOWANCE

ECHO = timedelta(minutes=20)
"""How long after a drill its metrics may still ring: their alarms look back 5 minutes."""

_OF_PEOPLE = frozenset({TriggerKind.PERSON, TriggerKind.SCHEDULE, TriggerKind.DRILL})


def announce(
    book: RetrainingBook, name: str, *, by: str, lasts: timedelta, now: datetime
) -> RetrainingBook:
    """Return the book in which a drill is announced.

    It begins a clock's error ago, lest an alarm whose clock is behind trains for real, and ends by
    itself, lest a drill that was killed keeps a real alarm from retraining for long.
    """
    drill = AnnouncedDrill(
        name=name, announced_by=by, since=now - CLOCK_ALLOWANCE, until=now + lasts + ECHO
    )
    return book.model_copy(update={"drill": drill})


def end_drill(book: RetrainingBook, name: str, *, now: datetime) -> RetrainingBook:
    """Return the book in which a drill is over, its echo aside; another drill is left as it is."""
    if book.drill is None or book.drill.name != name:
        return book
    until = min(book.drill.until, now + ECHO)
    return book.model_copy(update={"drill": book.drill.model_copy(update={"until": until})})


def is_drilled(drill: AnnouncedDrill | None, trigger: Trigger) -> bool:
    """Return whether a trigger is an alarm that went off in a drill's time."""
    return trigger.kind not in _OF_PEOPLE and covers(drill, trigger.requested_at)


def covers(drill: AnnouncedDrill | None, moment: datetime) -> bool:
    """Return whether a moment lies in a drill's time."""
    return drill is not None and drill.since <= moment < drill.until


def is_echo(
    drill: AnnouncedDrill | None, raised_at: datetime, *, is_ringing: bool, now: datetime
) -> bool:
    """Return whether an alarm's level is a drill's doing.

    One that rings on when the drill and its echo are over is not.
    """
    return covers(drill, raised_at) and (covers(drill, now) or not is_ringing)


def mark_message(drill: AnnouncedDrill, subject: str, text: str) -> tuple[str, str]:
    """Return a message's subject and text so that nobody takes a drill's alarm for a real one."""
    note = f"This is the fire drill {drill.name} of {drill.announced_by}. Nothing is to be done."
    return f"Fire drill: {subject}", f"{note}\n\n{text}"
