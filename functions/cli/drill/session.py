"""A drill's beginning and end: it is announced, listened to, and undone whatever comes."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from functions.aws.failures import explain
from functions.aws.topic_mailbox import TopicMessage
from functions.cli.drill.cast import DrillCast, Mailbox
from functions.cli.drill.links import Chain
from functions.cli.errors import RefusedError
from functions.cli.output import Output
from functions.contracts import keys
from functions.contracts.retraining import RetrainingBook
from functions.core.conditional_writes import ConditionalStore
from functions.core.drills import ECHO, announce, end_drill
from functions.core.folder_store import captures_of
from functions.core.retraining_ledger import LedgerMovedError

LASTS = timedelta(hours=1)
"""What is announced; a drill that ends says so, and one that was killed is over then."""

ATTEMPTS = 10
"""How often others may be faster to write to the ledger."""

Undo = tuple[str, Callable[[], object]]


@dataclass(slots=True)
class Session:
    """One drill under way: its name, its folder of the captures bucket, and what it has to undo.

    `restoring` is the function, and its payload, that makes the metrics say again what is so.
    """

    name: str
    began: datetime
    cast: DrillCast
    chain: Chain
    mailbox: Mailbox
    undo: list[Undo] = field(default_factory=list)
    restoring: tuple[str, str] | None = None

    @property
    def captures(self) -> ConditionalStore:
        """The folder that is the captures bucket to this drill."""
        return captures_of(self.cast.captures, self.name)

    def on_end(self, what: str, do: Callable[[], object]) -> None:
        """Have something done when the drill ends, the last first, whatever comes."""
        self.undo.append((what, do))

    def hear(self, fits: Callable[[TopicMessage], bool]) -> TopicMessage | None:
        """Return a message that fits, if one has come."""
        return next((each for each in self.mailbox.messages() if fits(each)), None)


def name_drill(kind: str, now: datetime) -> str:
    """Return a new drill's name: its kind, its moment and some letters."""
    return f"{kind}-{now:%Y%m%dt%H%M%S}-{secrets.token_hex(3)}"


def require_no_other(book: RetrainingBook, now: datetime) -> None:
    """Raise RefusedError if another drill of the model is under way."""
    drill = book.drill
    if drill is None or drill.until <= now + ECHO:
        return
    msg = (
        f"{drill.name} of {drill.announced_by} is under way; if it was killed, it is over by "
        f"itself at {drill.until - ECHO:%H:%M:%S} UTC"
    )
    raise RefusedError(msg)


@contextmanager
def drill_session(
    cast: DrillCast, chain: Chain, out: Output, *, kind: str, left: list[str]
) -> Iterator[Session]:
    """Announce a drill, and undo all that it did when it ends, fails or is interrupted.

    What could not be undone is added to `left`.

    Raises RefusedError if another drill of the model is under way.
    """
    began = cast.now()
    require_no_other(cast.ledger.read(cast.model), began)
    name = name_drill(kind, began)
    mailbox = cast.open_mailbox(f"windvane-drill-{name}")
    session = Session(name, began, cast, chain, mailbox)
    session.on_end("the queue and its subscriptions", mailbox.close)
    try:
        _announce(session)
        yield session
    finally:
        left += _undo(session)
        for what in left:
            out.remark(f"not undone: {what}")


def _announce(session: Session) -> None:
    cast = session.cast
    prefix = keys.drill_prefix(session.name)
    session.on_end(f"the folder {prefix}", lambda: cast.remove(prefix))
    session.on_end("the announcement", lambda: _close(session))
    _write(
        cast,
        lambda book: announce(book, session.name, by=cast.caller, lasts=LASTS, now=session.began),
    )
    session.chain.alive("announced", f"{session.name}, by {cast.caller}")


def _close(session: Session) -> None:
    _write(session.cast, lambda book: end_drill(book, session.name, now=session.cast.now()))


def _write(cast: DrillCast, change: Callable[[RetrainingBook], RetrainingBook]) -> None:
    """Change the model's book, and tell whoever reads the captures bucket alone."""
    for attempt in range(ATTEMPTS):
        book = change(cast.ledger.read(cast.model))
        try:
            cast.ledger.write(book)
        except LedgerMovedError:
            if attempt == ATTEMPTS - 1:
                raise
            continue
        if book.drill is not None:
            cast.captures.write(
                keys.drill_announcement(cast.model),
                book.drill.model_dump_json().encode(),
                content_type=keys.JSON_TYPE,
            )
        return


def _undo(session: Session) -> list[str]:
    """Undo each thing, the last first; return what could not be, the others are all the same."""
    left = []
    while session.undo:
        what, do = session.undo.pop()
        try:
            do()
        except Exception as error:  # noqa: BLE001 - the rest has to be undone, too
            told = explain(error) or str(error) or type(error).__name__
            left.append(f"{what} of {session.name}: {told}")
    return left
