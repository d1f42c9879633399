"""A versioned S3 bucket as an ObjectStore."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from functions.contracts.artifact import StoredObject
from functions.contracts.labels import RETIRED_TAG
from functions.core.conditional_writes import ObjectChangedError, TaggedObject
from functions.core.ports import ObjectExistsError, ObjectInfo, ObjectNotFoundError

CHUNK_BYTES = 1 << 20
_ABSENT = {"NoSuchKey", "NoSuchVersion", "404"}
_TAKEN = {"PreconditionFailed", "ConditionalRequestConflict"}


class S3ObjectStore:
    """Reads and writes one bucket; `client` is an S3 client."""

    def __init__(self, client: Any, bucket: str) -> None:  # noqa: ANN401 - boto3 has no types
        self._client = client
        self._bucket = bucket

    def read(self, key: str, *, version_id: str | None = None) -> bytes:
        """Return an object's bytes; raise ObjectNotFoundError."""
        body: bytes = self._get(key, version_id)["Body"].read()
        return body

    def download(self, key: str, path: str, *, version_id: str | None = None) -> str:
        """Write an object to a file and return the sha256 of its bytes."""
        digest = hashlib.sha256()
        with Path(path).open("wb") as file:
            for chunk in self._get(key, version_id)["Body"].iter_chunks(CHUNK_BYTES):
                digest.update(chunk)
                file.write(chunk)
        return digest.hexdigest()

    def write(self, key: str, body: bytes, *, content_type: str) -> StoredObject:
        """Store bytes as the key's newest version."""
        answer = self._client.put_object(
            Bucket=self._bucket, Key=key, Body=body, ContentType=content_type
        )
        return _stored(key, answer["VersionId"], body)

    def upload(self, key: str, path: Path) -> None:
        """Store a file as the key's newest version, in parts if it is large."""
        self._client.upload_file(str(path), self._bucket, key)

    def write_once(self, key: str, body: bytes, *, content_type: str) -> StoredObject:
        """Store bytes under a key that never changes; see the port."""
        try:
            answer = self._client.put_object(
                Bucket=self._bucket, Key=key, Body=body, ContentType=content_type, IfNoneMatch="*"
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in _TAKEN:
                raise
        else:
            return _stored(key, answer["VersionId"], body)
        held = self._get(key, None)
        if held["Body"].read() != body:
            msg = f"{key} already holds other bytes; a write-once key is never overwritten"
            raise ObjectExistsError(msg)
        return _stored(key, held["VersionId"], body)

    def find(self, key: str) -> TaggedObject | None:
        """Return an object as it is now, None if there is none."""
        try:
            held = self._get(key, None)
        except ObjectNotFoundError:
            return None
        return TaggedObject(held["Body"].read(), held["ETag"])

    def replace(self, key: str, body: bytes, *, expected: str | None, content_type: str) -> None:
        """Write an object if it is as expected; see `ConditionalStore`."""
        condition = {"IfNoneMatch": "*"} if expected is None else {"IfMatch": expected}
        try:
            self._client.put_object(
                Bucket=self._bucket, Key=key, Body=body, ContentType=content_type, **condition
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in _TAKEN | _ABSENT:
                raise
            msg = f"{key} in bucket {self._bucket} is not as it was read: others wrote it"
            raise ObjectChangedError(msg) from error

    def retire(self, key: str) -> None:
        """Tag an object as retired; see `ConditionalStore`."""
        tags = {"TagSet": [{"Key": RETIRED_TAG, "Value": "true"}]}
        try:
            self._client.put_object_tagging(Bucket=self._bucket, Key=key, Tagging=tags)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _ABSENT:
                raise
            msg = f"no object {key} in bucket {self._bucket}"
            raise ObjectNotFoundError(msg) from error

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """Yield the current objects under a prefix, in key order."""
        paginator = self._client.get_paginator("list_object_versions")
        for page in paginator.paginate(Bucket=self._bucket, Prefix=prefix):
            for version in page.get("Versions", ()):
                if version["IsLatest"]:
                    yield ObjectInfo(
                        key=version["Key"],
                        s3_version_id=version["VersionId"],
                        size_bytes=version["Size"],
                        modified_at=version["LastModified"],
                    )

    def first_key(self, prefix: str) -> str | None:
        """Return the first key under a prefix, None if there is none; see the port.

        It needs the right to ask for one object that may be missing, s3:ListBucket, and not that
        of `list`, which passes by every version.
        """
        answer = self._client.list_objects_v2(Bucket=self._bucket, Prefix=prefix, MaxKeys=1)
        keys: list[str] = [each["Key"] for each in answer.get("Contents", ())]
        return keys[0] if keys else None

    def _get(self, key: str, version_id: str | None) -> Any:  # noqa: ANN401 - boto3 has no types
        version = {"VersionId": version_id} if version_id else {}
        try:
            return self._client.get_object(Bucket=self._bucket, Key=key, **version)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _ABSENT:
                raise
            which = f" version {version_id}" if version_id else ""
            msg = f"no object {key}{which} in bucket {self._bucket}"
            raise ObjectNotFoundError(msg) from error


def _stored(key: str, version_id: str, body: bytes) -> StoredObject:
    return StoredObject(
        key=key,
        s3_version_id=version_id,
        sha256=hashlib.sha256(body).hexdigest(),
        size_bytes=len(body),
    )
