"""Files that models learn from, uploaded."""

from pathlib import Path

import pytest

from functions.cli.data_view import upload
from tests.fakes.object_store import InMemoryObjectStore


@pytest.fixture
def store() -> InMemoryObjectStore:
    return InMemoryObjectStore()


def add(store: InMemoryObjectStore, name: str, body: bytes, day: str = "2026-03-01") -> bool:
    item = upload(store, model="m", day=day, file=Path("folder") / name, body=body)
    return bool(item["added"])


def test_puts_a_file_among_the_models_raw_files(store: InMemoryObjectStore) -> None:
    assert add(store, "rows.csv", b"a\n1\n")
    assert store.read("raw/m/2026-03-01/rows.csv") == b"a\n1\n"


def test_does_not_send_the_same_bytes_again(store: InMemoryObjectStore) -> None:
    add(store, "rows.csv", b"a\n1\n")

    assert not add(store, "again.csv", b"a\n1\n", day="2026-03-02")
    assert len(store.versions) == 1


def test_sends_other_bytes_of_the_same_length(store: InMemoryObjectStore) -> None:
    add(store, "rows.csv", b"a\n1\n")

    assert add(store, "more.csv", b"a\n2\n")
