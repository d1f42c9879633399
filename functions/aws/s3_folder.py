"""A folder in any bucket that the caller may use: `s3://bucket/prefix/`, or one object."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_ADDRESS = re.compile(r"s3://(?P<bucket>[^/]+)/?(?P<key>.*)", re.DOTALL)


class S3Folder:
    """Objects below a prefix by their names; `client` is an S3 client."""

    def __init__(self, client: Any, bucket: str, prefix: str) -> None:  # noqa: ANN401 - boto3 has no types
        self._client = client
        self._bucket = bucket
        self._prefix = prefix

    def names(self) -> Iterator[str]:
        """Yield the names below the prefix; of a single object, the last part of its key."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix
        )
        for page in pages:
            for item in page.get("Contents", ()):
                key = str(item["Key"])
                if key == self._prefix or key.startswith(self._folder):
                    yield self._name(key)

    def download(self, name: str, path: Path) -> None:
        """Write an object to a file."""
        self._client.download_file(self._bucket, self._key(name), str(path))

    def write(self, name: str, content: bytes) -> str:
        """Store an object and return its address."""
        key = f"{self._folder}{name}"
        self._client.put_object(Bucket=self._bucket, Key=key, Body=content)
        return f"s3://{self._bucket}/{key}"

    @property
    def _folder(self) -> str:
        return f"{self._prefix.rstrip('/')}/" if self._prefix else ""

    def _name(self, key: str) -> str:
        return key.rpartition("/")[2] if key == self._prefix else key.removeprefix(self._folder)

    def _key(self, name: str) -> str:
        is_object = self._prefix.rpartition("/")[2] == name
        return self._prefix if is_object else f"{self._folder}{name}"


def parse_address(text: str) -> tuple[str, str] | None:
    """Return bucket and prefix of an S3 address, or None for what is none.

    Examples
    --------
    >>> parse_address("s3://bucket/a/b.csv"), parse_address("a/b.csv")
    (('bucket', 'a/b.csv'), None)
    """
    match = _ADDRESS.fullmatch(text)
    return (match["bucket"], match["key"]) if match else None
