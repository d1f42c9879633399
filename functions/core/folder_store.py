"""A folder of a bucket as a bucket of its own: what is done in it touches nothing beside it."""

from collections.abc import Iterator

from functions.contracts import keys
from functions.contracts.artifact import StoredObject
from functions.core.conditional_writes import ConditionalStore, TaggedObject
from functions.core.ports import ObjectInfo


def captures_of(captures: ConditionalStore, drill: str | None) -> ConditionalStore:
    """Return the captures bucket, or the folder that stands for it in a fire drill."""
    return captures if drill is None else FolderStore(captures, keys.drill_prefix(drill))


class FolderStore:
    """All that a ConditionalStore does, below `folder`, which ends in a slash; keys are within it.

    A fire drill gives functions the captures bucket so: they read the drill's captures and write
    the drill's records and reports, and none of it is ever mixed with real ones.
    """

    def __init__(self, store: ConditionalStore, folder: str) -> None:
        self._store = store
        self._folder = folder

    def read(self, key: str, *, version_id: str | None = None) -> bytes:
        """Return an object's bytes; raise ObjectNotFoundError."""
        return self._store.read(self._folder + key, version_id=version_id)

    def download(self, key: str, path: str, *, version_id: str | None = None) -> str:
        """Write an object to a file and return its sha256; raise ObjectNotFoundError."""
        return self._store.download(self._folder + key, path, version_id=version_id)

    def write(self, key: str, body: bytes, *, content_type: str) -> StoredObject:
        """Store bytes as the key's newest version."""
        return self._within(self._store.write(self._folder + key, body, content_type=content_type))

    def write_once(self, key: str, body: bytes, *, content_type: str) -> StoredObject:
        """Store bytes under a key that never changes; raise ObjectExistsError."""
        stored = self._store.write_once(self._folder + key, body, content_type=content_type)
        return self._within(stored)

    def find(self, key: str) -> TaggedObject | None:
        """Return an object as it is now, None if there is none."""
        return self._store.find(self._folder + key)

    def replace(self, key: str, body: bytes, *, expected: str | None, content_type: str) -> None:
        """Write an object if its tag is still `expected`; raise ObjectChangedError."""
        self._store.replace(self._folder + key, body, expected=expected, content_type=content_type)

    def retire(self, key: str) -> None:
        """Mark an object as one that nothing names any more; raise ObjectNotFoundError."""
        self._store.retire(self._folder + key)

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """Yield the current objects under a prefix, in key order."""
        for found in self._store.list(self._folder + prefix):
            yield found._replace(key=found.key.removeprefix(self._folder))

    def first_key(self, prefix: str) -> str | None:
        """Return the first key under a prefix, None if there is none."""
        found = self._store.first_key(self._folder + prefix)
        return None if found is None else found.removeprefix(self._folder)

    def _within(self, stored: StoredObject) -> StoredObject:
        return stored.model_copy(update={"key": stored.key.removeprefix(self._folder)})
