from collections.abc import Iterator

from functions.aws.parallel_reads import READ_AHEAD, read_objects
from functions.core.ports import ObjectInfo
from tests.fakes.object_store import InMemoryObjectStore


def test_reads_listed_objects_in_order() -> None:
    store = InMemoryObjectStore()
    for index in range(150):
        store.write(f"captures/{index:03d}", f"body {index}".encode(), content_type="")

    found = [(info.key, body) for info, body in read_objects(store, store.list("captures/"))]

    assert found == [(f"captures/{i:03d}", f"body {i}".encode()) for i in range(150)]


def test_leaves_unread_what_is_not_asked_for_any_more() -> None:
    read: list[str] = []

    class Noted(InMemoryObjectStore):
        def read(self, key: str, *, version_id: str | None = None) -> bytes:
            read.append(key)
            return super().read(key, version_id=version_id)

    store = Noted()
    for index in range(150):
        store.write(f"captures/{index:03d}", b"body", content_type="")
    found = read_objects(store, store.list("captures/"))
    for _ in range(3):
        next(found)

    found.close()

    assert 3 <= len(read) <= 3 + READ_AHEAD < 64


def test_reads_ahead_no_further_than_a_window() -> None:
    store = InMemoryObjectStore()
    store.write("captures/0", b"first", content_type="")
    listed: list[str] = []

    def listing() -> Iterator[ObjectInfo]:
        for _ in range(3 * READ_AHEAD):
            (info,) = store.list("captures/")
            listed.append(info.key)
            yield info

    _, body = next(read_objects(store, listing()))

    assert (body, len(listed)) == (b"first", READ_AHEAD)
