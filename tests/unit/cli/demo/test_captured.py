"""Counting what arrived."""

import gzip
import json

from functions.cli.demo.captured import Arrivals
from tests.fakes.object_store import InMemoryObjectStore


def capture(id_: str, n: int, *, first: int = 0, model: str = "m") -> str:
    return json.dumps({"windvane": "capture", "id": id_, "model": model, "n": n, "first": first})


def put(store: InMemoryObjectStore, name: str, body: bytes) -> None:
    store.write(f"captures/2026/03/01/12/{name}", body, content_type="")


def test_counts_rows_of_plain_and_compressed_objects() -> None:
    store = InMemoryObjectStore()
    put(store, "a", f"{capture('1', 250)}\n{capture('2', 250)}\n".encode())
    put(store, "b", gzip.compress(capture("3", 10).encode()))

    assert Arrivals(store, "captures/", "m").count() == 510


def test_counts_a_line_once_however_often_it_is_delivered() -> None:
    store = InMemoryObjectStore()
    put(store, "a", capture("1", 250).encode())
    arrivals = Arrivals(store, "captures/", "m")

    assert arrivals.count() == 250
    put(store, "b", capture("1", 250).encode())
    assert arrivals.count() == 250


def test_counts_the_parts_of_a_request_apart() -> None:
    store = InMemoryObjectStore()
    put(store, "a", f"{capture('1', 250)}\n{capture('1', 50, first=250)}".encode())

    assert Arrivals(store, "captures/", "m").count() == 300


def test_counts_outcomes_one_by_one() -> None:
    store = InMemoryObjectStore()
    lines = [json.dumps({"model": "m", "inference_id": f"i/{i}"}) for i in range(3)]
    store.write("ground_truth/2026/03/01/12/a", "\n".join(lines).encode(), content_type="")

    assert Arrivals(store, "ground_truth/", "m").count() == 3


def test_leaves_other_models_out() -> None:
    store = InMemoryObjectStore()
    put(store, "a", capture("1", 250, model="another").encode())

    assert Arrivals(store, "captures/", "m").count() == 0
