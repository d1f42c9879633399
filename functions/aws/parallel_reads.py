"""Reading many small objects: it is waiting, so some are read at a time."""

from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

from functions.core.ports import ObjectInfo, ObjectStore

READERS = 8
READ_AHEAD = 2 * READERS
"""Enough that no reader waits for whoever takes the bytes; more would be read for nothing."""


def read_objects(
    store: ObjectStore, found: Iterable[ObjectInfo]
) -> Generator[tuple[ObjectInfo, bytes], None, None]:
    """Yield listed objects with their bytes, in order; at most READ_AHEAD are read ahead.

    Whoever stops early leaves what is not begun unread.
    """
    items = iter(found)
    ahead: deque[tuple[ObjectInfo, Future[bytes]]] = deque()
    readers = ThreadPoolExecutor(READERS)

    def begin(count: int) -> None:
        for item in islice(items, count):
            read = readers.submit(store.read, item.key, version_id=item.s3_version_id)
            ahead.append((item, read))

    try:
        begin(READ_AHEAD)
        while ahead:
            item, read = ahead.popleft()
            yield item, read.result()
            begin(1)
    finally:
        readers.shutdown(cancel_futures=True)
