"""Objects that change only as their reader saw them: nobody overwrites what another just wrote."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from functions.contracts import keys
from functions.contracts.base import Document
from functions.contracts.errors import WindvaneError
from functions.core.ports import ObjectStore

ATTEMPTS = 20
"""To write what others write too. Each failure is another's success."""

DocumentT = TypeVar("DocumentT", bound=Document)


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


def change_document(
    store: ConditionalStore,
    key: str,
    kind: type[DocumentT],
    change: Callable[[DocumentT | None], DocumentT | None],
    *,
    attempts: int = ATTEMPTS,
    advice: str = "the next run goes on",
) -> DocumentT | None:
    """Write what `change` makes of a document, again as long as others write in between.

    Parameters
    ----------
    store : ConditionalStore
    key : str
    kind : type of Document
    change : callable
        Takes the document as it is now, None if there is none; returns what to write, None to
        leave it. It is called anew each time.
    attempts : int, default `ATTEMPTS`
    advice : str
        What to do if it fails, for the message.

    Returns
    -------
    Document or None
        What was written.

    Raises
    ------
    ObjectChangedError
        If others wrote it each time.
    """
    for _ in range(attempts):
        held = store.find(key)
        changed = change(kind.model_validate_json(held.body) if held else None)
        if changed is None:
            return None
        body, tag = changed.model_dump_json().encode(), held.tag if held else None
        try:
            store.replace(key, body, expected=tag, content_type=keys.JSON_TYPE)
        except ObjectChangedError:
            continue
        return changed
    msg = f"{key} was changed by others {attempts} times in a row; {advice}"
    raise ObjectChangedError(msg)
