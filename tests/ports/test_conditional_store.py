"""What every ConditionalStore promises."""

import pytest

from functions.core.conditional_writes import ConditionalStore, ObjectChangedError
from functions.core.ports import ObjectNotFoundError

TEXT = "text/plain"


def tag_of(store: ConditionalStore, key: str) -> str | None:
    found = store.find(key)
    return found.tag if found else None


def test_finds_what_is_there_and_says_so_where_nothing_is(store: ConditionalStore) -> None:
    store.write("a", b"one", content_type=TEXT)

    found = store.find("a")

    assert found is not None
    assert found.body == b"one"
    assert store.find("b") is None


def test_replaces_what_is_as_it_was_read(store: ConditionalStore) -> None:
    store.replace("a", b"one", expected=None, content_type=TEXT)
    store.replace("a", b"two", expected=tag_of(store, "a"), content_type=TEXT)

    assert store.read("a") == b"two"


def test_refuses_to_replace_what_others_wrote(store: ConditionalStore) -> None:
    store.write("a", b"one", content_type=TEXT)
    read = tag_of(store, "a")
    store.write("a", b"two", content_type=TEXT)

    with pytest.raises(ObjectChangedError, match="others wrote it"):
        store.replace("a", b"three", expected=read, content_type=TEXT)
    assert store.read("a") == b"two"


def test_refuses_to_make_what_others_made(store: ConditionalStore) -> None:
    store.write("a", b"one", content_type=TEXT)

    with pytest.raises(ObjectChangedError):
        store.replace("a", b"two", expected=None, content_type=TEXT)
    assert store.read("a") == b"one"


def test_refuses_to_replace_what_is_not_there(store: ConditionalStore) -> None:
    store.write("a", b"one", content_type=TEXT)

    with pytest.raises(ObjectChangedError):
        store.replace("b", b"two", expected=tag_of(store, "a"), content_type=TEXT)


def test_retires_what_is_there_and_leaves_it_readable(store: ConditionalStore) -> None:
    stored = store.write_once("a", b"one", content_type=TEXT)

    store.retire("a")
    store.retire("a")

    assert store.read("a", version_id=stored.s3_version_id) == b"one"
    with pytest.raises(ObjectNotFoundError):
        store.retire("b")
