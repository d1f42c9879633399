"""Objects that change only as their reader saw them: nobody overwrites what another just wrote."""

from dataclasses import dataclass
from typing import Protocol

from functions.contracts.errors import WindvaneError
from functions.core.ports import ObjectStore


class ObjectChangedError(WindvaneError):
    """An object is not what it was when it was read: somebody else wrote in between."""


@dataclass(frozen=True, slots=True)
class TaggedObject:
    """An object's bytes, and the tag that names just this state of it."""

    body: bytes
    tag: str


class ConditionalStore(ObjectStore, Protocol):
    """A versioned bucket whose objects can be replaced on condition."""

    def find(self, key: str) -> TaggedObject | None:
        """Return an object as it is now, None if there is none."""
        ...

    def replace(self, key: str, body: bytes, *, expected: str | None, content_type: str) -> None:
        """Write an object if its tag is still `expected`; None: if there is none yet.

        Raises ObjectChangedError if it is not.
        """
        ...

    def retire(self, key: str) -> None:
        """Mark an object as one that nothing names any more: the bucket ends it in some days.

        Raises ObjectNotFoundError.
        """
        ...
