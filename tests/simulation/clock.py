"""Virtual time: what is due happens in order, and each function has a clock of its own."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random


@dataclass
class Clock:
    """The true time, and what is due when; `rng` is the simulation's one source of chance.

    A function's own clock is wrong by at most `skew`, each time by another amount.
    """

    now: datetime
    rng: Random
    skew: timedelta = timedelta(0)
    _due: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _order: "count[int]" = field(default_factory=count)

    def read(self) -> datetime:
        """Return what the clock of a function shows."""
        return self.now + self.rng.uniform(-1.0, 1.0) * self.skew

    def at(self, moment: datetime, do: Callable[[], None]) -> None:
        """Let something happen at a moment."""
        heapq.heappush(self._due, (moment, next(self._order), do))

    def after(self, delay: timedelta, do: Callable[[], None]) -> None:
        """Let something happen a while after now."""
        self.at(self.now + delay, do)

    def every(self, period: timedelta, do: Callable[[], None]) -> None:
        """Let something happen regularly, from one period after now on."""

        def again() -> None:
            self.after(period, again)
            do()

        self.after(period, again)

    def step(self, within: timedelta) -> None:
        """Do the next thing now, if it is due so soon: it overtakes what is being done."""
        if self._due and self._due[0][0] <= self.now + within:
            heapq.heappop(self._due)[2]()

    def run_until(self, end: datetime) -> None:
        """Let time pass."""
        while self._due and self._due[0][0] <= end:
            self.now, _, do = heapq.heappop(self._due)
            do()
        self.now = end
