"""The links of a drill: what should happen, whether it did, when, and how long it took."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NoReturn, TypeVar

from functions.cli.cells import seconds_text
from functions.cli.errors import RefusedError
from functions.cli.output import Output

POLL_SECONDS = 0.5

ValueT = TypeVar("ValueT")


class DeadLinkError(RefusedError):
    """What should have followed in a fire drill did not."""


class LinkStatus(StrEnum):
    """What a drill found of a link."""

    ALIVE = "alive"
    DEAD = "dead"
    SKIPPED = "skipped"


_MARKS = {LinkStatus.ALIVE: "✓", LinkStatus.DEAD: "✗", LinkStatus.SKIPPED: "-"}
_STYLES = {LinkStatus.ALIVE: "green", LinkStatus.DEAD: "bold red", LinkStatus.SKIPPED: "dim"}


@dataclass(frozen=True, slots=True)
class Link:
    """One link; `seconds` is how long the drill waited for it."""

    name: str
    status: LinkStatus
    at: datetime
    seconds: float
    text: str

    def as_document(self) -> dict[str, object]:
        """Return the link for scripts."""
        return {
            "link": self.name,
            "status": str(self.status),
            "at": self.at.isoformat(),
            "seconds": round(self.seconds, 3),
            "text": self.text,
        }


class Chain:
    """Tells of each link as it is found, and ends the drill at the first dead one.

    Parameters
    ----------
    out : Output
    now : callable
        The clock.
    pause : callable
        Waits so many seconds between two looks.
    patience_seconds : float
        How long a link may take that nothing else is said of.
    """

    def __init__(
        self,
        out: Output,
        *,
        now: Callable[[], datetime],
        pause: Callable[[float], None],
        patience_seconds: float,
    ) -> None:
        self._out = out
        self._now = now
        self._pause = pause
        self._patience = patience_seconds
        self._since = now()
        self.links: list[Link] = []

    def alive(self, name: str, text: str) -> None:
        """Note a link that has happened since the last one."""
        self._note(name, LinkStatus.ALIVE, text)

    def skip(self, name: str, why: str) -> None:
        """Note a link that this drill cannot or need not prove."""
        self._note(name, LinkStatus.SKIPPED, why)

    def dead(self, name: str, text: str) -> NoReturn:
        """Note a dead link and raise DeadLinkError."""
        self._note(name, LinkStatus.DEAD, text)
        msg = f"the link {name!r} is dead: {text}"
        raise DeadLinkError(msg)

    def require(self, happened: bool, name: str, text: str, *, otherwise: str) -> None:
        """Note a link as alive with `text`, or as dead with `otherwise`."""
        if not happened:
            self.dead(name, otherwise)
        self.alive(name, text)

    def wait(
        self,
        name: str,
        look: Callable[[], ValueT | None],
        *,
        what: str,
        told: Callable[[ValueT], str],
        seconds: float | None = None,
    ) -> ValueT:
        """Look until something is seen and return it; a link that takes too long is dead."""
        began, patience = self._now(), self._patience if seconds is None else seconds
        with self._shown(f"{name}: {what}"):
            while True:
                seen = look()
                if seen is not None:
                    break
                waited = (self._now() - began).total_seconds()
                if waited > patience:
                    seen_nothing = f"{what} did not happen within {patience:.0f} s"
                    self.dead(name, seen_nothing)
                self._pause(POLL_SECONDS)
        self.alive(name, told(seen))
        return seen

    def rest(self, seconds: float, why: str) -> None:
        """Wait so long, and say why."""
        self._out.line(f"{'':8}  {'':>10}  … waits {seconds_text(seconds)} {why}", style="dim")
        with self._shown(why):
            self._pause(seconds)

    def _note(self, name: str, status: LinkStatus, text: str) -> None:
        now = self._now()
        link = Link(name, status, now, (now - self._since).total_seconds(), text)
        self._since = now
        self.links.append(link)
        self._out.line(
            f"{now:%H:%M:%S}  {seconds_text(link.seconds):>10}  {_MARKS[status]} {name:<10} {text}",
            style=_STYLES[status],
        )

    @contextmanager
    def _shown(self, text: str) -> Iterator[None]:
        """Show on a terminal what is being waited for."""
        if not self._out.is_terminal:
            yield
            return
        with self._out.console().status(text):
            yield
