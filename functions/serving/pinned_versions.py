"""Versions that callers name by number: held beside the champions, in what memory these leave."""

from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from functions.core.registry import UnknownVersionError
from functions.serving.refreshed import Clock, Refreshed
from functions.serving.served_version import ServedVersion

MAXIMUM_PINNED = 8
"""How many versions are held because callers named them by number."""

Read: TypeAlias = Callable[[str, int, ServedVersion | None], ServedVersion]
"""Returns a version that may answer, the held one or anew; raises UnknownVersionError."""


class PinnedVersions:
    """Pinned versions, least recently used out first.

    Whether one may still answer is asked again every `seconds`. While that cannot be found out, it
    goes on answering.
    """

    def __init__(self, read: Read, *, clock: Clock, seconds: float) -> None:
        self._read = read
        self._clock = clock
        self._seconds = seconds
        self._held: OrderedDict[tuple[str, int], Refreshed[ServedVersion]] = OrderedDict()

    def get(self, model: str, number: int) -> ServedVersion:
        """Return a version; raise UnknownVersionError, or what reading it the first time raises."""
        key = (model, number)
        held = self._held.pop(key, None) or Refreshed(self._clock, self._seconds)
        if held.is_due:
            held.refresh(partial(self._read, model, number))
        is_gone = isinstance(held.failure, UnknownVersionError)
        if held.failure is not None and (held.value is None or is_gone):
            raise held.failure
        version: ServedVersion = held.value  # type: ignore[assignment] # it was read, or raised
        self._held[key] = held
        return version

    def make_room(self, maximum_bytes: int) -> None:
        """Let go of versions until the others fit."""
        sizes = {key: held.value.size_bytes for key, held in self._held.items() if held.value}
        used = sum(sizes.values())
        while self._held and (used > maximum_bytes or len(self._held) > MAXIMUM_PINNED):
            key, _ = self._held.popitem(last=False)
            used -= sizes[key]
