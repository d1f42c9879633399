"""What has arrived in the captures bucket, counted without reading an object twice."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

from functions.core.ports import ObjectStore

_GZIP_MAGIC = b"\x1f\x8b"


class Arrivals:
    """Counts the distinct rows below one prefix: Firehose may deliver a line twice."""

    def __init__(self, store: ObjectStore, prefix: str, model: str) -> None:
        self._store = store
        self._prefix = prefix
        self._model = model
        self._read: set[str] = set()
        self._rows: dict[tuple[str, int], int] = {}

    def count(self) -> int:
        """Return how many rows have arrived by now."""
        for held in self._store.list(self._prefix):
            if held.key not in self._read:
                self._read.add(held.key)
                for line in _lines(self._store.read(held.key)):
                    if line.get("model") == self._model and line.get("windvane") != "failure":
                        self._rows[_identity(line)] = int(line.get("n", 1))
        return sum(self._rows.values())


def _identity(line: dict[str, Any]) -> tuple[str, int]:
    return str(line.get("id") or line.get("inference_id")), int(line.get("first", 0))


def _lines(body: bytes) -> Iterator[dict[str, Any]]:
    """Yield the JSON documents of an object, one a line, compressed or not."""
    text = (gzip.decompress(body) if body.startswith(_GZIP_MAGIC) else body).decode()
    for line in text.splitlines():
        if line.strip():
            yield json.loads(line)
