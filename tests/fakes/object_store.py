"""A versioned bucket in memory."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from functions.aws.object_store import CHUNK_BYTES
from functions.contracts.artifact import StoredObject
from functions.core.conditional_writes import ObjectChangedError, TaggedObject
from functions.core.ports import ObjectExistsError, ObjectInfo, ObjectNotFoundError


@dataclass
class InMemoryObjectStore:
    """Keeps every version of every object; `reachable` False makes each call fail."""

    versions: dict[str, list[bytes]] = field(default_factory=dict)
    retired: set[str] = field(default_factory=set)
    reachable: bool = True

    def read(self, key: str, *, version_id: str | None = None) -> bytes:
        self._check_reachable()
        bodies = self.versions.get(key, [])
        index = int(version_id.removeprefix("v")) if version_id else len(bodies)
        if not 1 <= index <= len(bodies):
            msg = f"no object {key} version {version_id} in the bucket"
            raise ObjectNotFoundError(msg)
        return bodies[index - 1]

    def download(self, key: str, path: str, *, version_id: str | None = None) -> str:
        body = memoryview(self.read(key, version_id=version_id))
        digest = hashlib.sha256()
        with Path(path).open("wb") as file:  # in parts, as `S3ObjectStore` writes them
            for start in range(0, len(body), CHUNK_BYTES):
                part = body[start : start + CHUNK_BYTES]
                digest.update(part)
                file.write(part)
        return digest.hexdigest()

    def write(self, key: str, body: bytes, *, content_type: str) -> StoredObject:  # noqa: ARG002
        self._check_reachable()
        self.versions.setdefault(key, []).append(body)
        return self._stored(key)

    def write_once(self, key: str, body: bytes, *, content_type: str) -> StoredObject:
        if key not in self.versions:
            return self.write(key, body, content_type=content_type)
        if self.read(key) != body:
            msg = f"{key} already holds other bytes; a write-once key is never overwritten"
            raise ObjectExistsError(msg)
        return self._stored(key)

    def find(self, key: str) -> TaggedObject | None:
        self._check_reachable()
        bodies = self.versions.get(key)
        return TaggedObject(bodies[-1], str(len(bodies))) if bodies else None

    def replace(self, key: str, body: bytes, *, expected: str | None, content_type: str) -> None:
        held = self.find(key)
        if (held.tag if held else None) != expected:
            msg = f"{key} is not as it was read: others wrote it"
            raise ObjectChangedError(msg)
        self.write(key, body, content_type=content_type)

    def retire(self, key: str) -> None:
        self._check_reachable()
        if key not in self.versions:
            msg = f"no object {key} in the bucket"
            raise ObjectNotFoundError(msg)
        self.retired.add(key)

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        self._check_reachable()
        for key in sorted(self.versions):
            if key.startswith(prefix):
                stored = self._stored(key)
                yield ObjectInfo(
                    key=key,
                    s3_version_id=stored.s3_version_id,
                    size_bytes=stored.size_bytes,
                    modified_at=datetime(2026, 1, 1, tzinfo=UTC),
                )

    def first_key(self, prefix: str) -> str | None:
        self._check_reachable()
        return min((key for key in self.versions if key.startswith(prefix)), default=None)

    def _stored(self, key: str) -> StoredObject:
        bodies = self.versions[key]
        return StoredObject(
            key=key,
            s3_version_id=f"v{len(bodies)}",
            sha256=hashlib.sha256(bodies[-1]).hexdigest(),
            size_bytes=len(bodies[-1]),
        )

    def _check_reachable(self) -> None:
        if not self.reachable:
            msg = "the bucket cannot be reached"
            raise ConnectionError(msg)


@dataclass
class CountingStore(InMemoryObjectStore):
    """Counts what is asked of it."""

    calls: Counter[str] = field(default_factory=Counter)

    def read(self, key: str, *, version_id: str | None = None) -> bytes:
        self.calls["read"] += 1
        return super().read(key, version_id=version_id)

    def find(self, key: str) -> TaggedObject | None:
        self.calls["find"] += 1
        return super().find(key)

    def write(self, key: str, body: bytes, *, content_type: str) -> StoredObject:
        self.calls["write"] += 1
        return super().write(key, body, content_type=content_type)

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        self.calls["list"] += 1
        return super().list(prefix)

    def first_key(self, prefix: str) -> str | None:
        self.calls["first_key"] += 1
        return super().first_key(prefix)
