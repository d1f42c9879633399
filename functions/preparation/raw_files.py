"""The files that people uploaded, fetched by their versions."""

from dataclasses import dataclass
from pathlib import Path

from functions.contracts import keys
from functions.core.ports import ObjectStore


@dataclass(frozen=True, slots=True)
class RawFile:
    """One version of an uploaded file, and its copy in the working directory."""

    key: str
    s3_version_id: str
    sha256: str
    size_bytes: int
    path: Path


def download_raw_files(store: ObjectStore, model: str, directory: Path) -> tuple[RawFile, ...]:
    """Return copies of a model's raw files, in the order of their hashes.

    The order decides which rows come first, so it must depend on the content alone.
    """
    files = []
    for index, item in enumerate(store.list(keys.raw_prefix(model))):
        if item.key.endswith("/"):  # consoles make such objects and call them folders
            continue
        suffixes = "".join(Path(item.key).suffixes[-2:])
        path = directory / f"raw_{index}{suffixes}"
        sha256 = store.download(item.key, str(path), version_id=item.s3_version_id)
        files.append(RawFile(item.key, item.s3_version_id, sha256, item.size_bytes, path))
    return tuple(sorted(files, key=lambda file: (file.sha256, file.key)))
