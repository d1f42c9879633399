"""Reading many small objects: it is waiting, so some are read at a time."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from functions.core.ports import ObjectInfo, ObjectStore

READERS = 8
READ_AHEAD = 64


def read_objects(
    store: ObjectStore, found: Iterable[ObjectInfo]
) -> Iterator[tuple[ObjectInfo, bytes]]:
    """Yield listed objects with their bytes, in order; at most 64 are read ahead."""
    items = iter(found)
    with ThreadPoolExecutor(READERS) as readers:
        while batch := list(islice(items, READ_AHEAD)):
            bodies = readers.map(
                lambda item: store.read(item.key, version_id=item.s3_version_id), batch
            )
            yield from zip(batch, bodies, strict=True)
