"""What every ObjectStore promises."""

import hashlib
from pathlib import Path

import pytest

from functions.core.ports import ObjectExistsError, ObjectNotFoundError, ObjectStore

TEXT = "text/plain"


def test_reads_back_what_was_written(store: ObjectStore) -> None:
    written = store.write("a/b", b"one", content_type=TEXT)

    assert store.read("a/b") == b"one"
    assert written.sha256 == hashlib.sha256(b"one").hexdigest()
    assert written.size_bytes == 3


def test_keeps_earlier_versions(store: ObjectStore) -> None:
    first = store.write("a", b"one", content_type=TEXT)
    store.write("a", b"two", content_type=TEXT)

    assert store.read("a") == b"two"
    assert store.read("a", version_id=first.s3_version_id) == b"one"


def test_says_which_object_is_missing(store: ObjectStore) -> None:
    with pytest.raises(ObjectNotFoundError, match="nowhere"):
        store.read("nowhere")


def test_refuses_to_change_a_write_once_key(store: ObjectStore) -> None:
    store.write_once("a", b"one", content_type=TEXT)

    with pytest.raises(ObjectExistsError, match="a already holds other bytes"):
        store.write_once("a", b"two", content_type=TEXT)
    assert store.read("a") == b"one"


def test_takes_the_same_bytes_twice_under_a_write_once_key(store: ObjectStore) -> None:
    first = store.write_once("a", b"one", content_type=TEXT)

    assert store.write_once("a", b"one", content_type=TEXT) == first


def test_downloads_a_version_and_hashes_it(store: ObjectStore, tmp_path: Path) -> None:
    first = store.write("a", b"one", content_type=TEXT)
    store.write("a", b"two", content_type=TEXT)

    digest = store.download("a", str(tmp_path / "file"), version_id=first.s3_version_id)

    assert (tmp_path / "file").read_bytes() == b"one"
    assert digest == first.sha256


def test_lists_current_versions_in_key_order(store: ObjectStore) -> None:
    store.write("raw/m/2", b"two", content_type=TEXT)
    store.write("raw/m/1", b"old", content_type=TEXT)
    newest = store.write("raw/m/1", b"newer", content_type=TEXT)
    store.write("raw/other/1", b"x", content_type=TEXT)

    listed = list(store.list("raw/m/"))

    assert [info.key for info in listed] == ["raw/m/1", "raw/m/2"]
    assert listed[0].s3_version_id == newest.s3_version_id
    assert listed[0].size_bytes == 5


def test_names_the_first_key_of_many_versions(store: ObjectStore) -> None:
    for key in ("raw/m/2", "raw/m/1", "raw/m/1", "raw/a/0"):
        store.write(key, b"x", content_type=TEXT)

    assert store.first_key("raw/m/") == "raw/m/1"
    assert store.first_key("raw/nothing/") is None
