"""A value that is read again from time to time, and kept when it cannot be (D11)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Generic, TypeVar

import msgspec

ValueT = TypeVar("ValueT")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Clock(msgspec.Struct, frozen=True):
    """Two clocks: `monotonic` never jumps, `now` goes on while Lambda freezes the process."""

    monotonic: Callable[[], float]
    now: Callable[[], datetime]


class Refreshed(msgspec.Struct, Generic[ValueT]):
    """The last good value of something far away.

    It is read at most once every `seconds`, whether that works or not. When it does not, `value`
    stays, `failure` says why, and `stale_since` is the last moment at which `value` was known to
    be right (None while it is, and where there never was one).
    """

    clock: Clock
    seconds: float
    value: ValueT | None = None
    confirmed_at: datetime | None = None
    stale_since: datetime | None = None
    failure: Exception | None = None
    _due: float = -inf
    _due_at: datetime = _LONG_AGO

    @property
    def is_due(self) -> bool:
        """Whether the interval is over, by either clock."""
        clock = self.clock
        return clock.monotonic() >= self._due or clock.now() >= self._due_at

    @property
    def retry_after_seconds(self) -> int:
        """Whole seconds until it is read again, at least 1."""
        if self._due == -inf:
            return 1
        return max(1, int(self._due - self.clock.monotonic() + 0.999))

    def refresh(self, read: Callable[[ValueT | None], ValueT]) -> None:
        """Read the value anew; `read` is given the one that is held."""
        try:
            self.value = read(self.value)
        except Exception as error:  # noqa: BLE001 - whatever happens, the last good value is kept
            self.failure = error
            self.stale_since = self.stale_since or self.confirmed_at
        else:
            self.failure = None
            self.stale_since = None
            self.confirmed_at = self.clock.now()
        self._due = self.clock.monotonic() + self.seconds
        self._due_at = self.clock.now() + timedelta(seconds=self.seconds)
