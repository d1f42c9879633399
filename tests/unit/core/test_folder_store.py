"""A folder of a bucket is a bucket of its own; that it is one, tests/ports holds."""

from functions.core.folder_store import FolderStore
from tests.fakes.object_store import InMemoryObjectStore

TYPE = "text/plain"


def test_touches_nothing_beside_its_folder() -> None:
    bucket = InMemoryObjectStore()
    bucket.write("captures/real", b"real", content_type=TYPE)
    folder = FolderStore(bucket, "drills/drill-1/")

    folder.write("captures/drilled", b"drilled", content_type=TYPE)
    folder.replace("cursor", b"1", expected=None, content_type=TYPE)

    assert [found.key for found in folder.list("")] == ["captures/drilled", "cursor"]
    assert folder.find("captures/real") is None
    assert bucket.read("captures/real") == b"real"
    assert bucket.read("drills/drill-1/captures/drilled") == b"drilled"
