"""Reading what was registered, or nothing."""

import pytest

from functions.core.ports import ObjectNotFoundError
from functions.core.stored_objects import AlteredObjectError, read_stored
from tests.fakes.object_store import InMemoryObjectStore


def test_reads_the_version_that_was_registered() -> None:
    store = InMemoryObjectStore()
    registered = store.write("a", b"one", content_type="text/plain")
    store.write("a", b"two", content_type="text/plain")

    assert read_stored(registered, store) == b"one"


def test_refuses_other_bytes() -> None:
    store = InMemoryObjectStore()
    registered = store.write("a", b"one", content_type="text/plain")
    store.versions["a"][0] = b"uno"

    with pytest.raises(AlteredObjectError, match=r"a has sha256 .*, registered is 7692c3ad"):
        read_stored(registered, store)


def test_says_that_the_version_is_gone() -> None:
    store = InMemoryObjectStore()
    registered = store.write("a", b"one", content_type="text/plain")
    store.versions.clear()

    with pytest.raises(ObjectNotFoundError):
        read_stored(registered, store)
