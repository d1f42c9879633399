"""A batch job's files: where rows come from and where results go, on disk or in S3."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from functions.aws.s3_folder import S3Folder
from functions.cli import wiring
from functions.cli.errors import UsageError
from functions.contracts.batch_format import BatchFormat

FORMATS = {
    ".csv": BatchFormat.CSV,
    ".csv.gz": BatchFormat.CSV,
    ".jsonl": BatchFormat.JSONL,
    ".jsonl.gz": BatchFormat.JSONL,
    ".ndjson": BatchFormat.JSONL,
    ".ndjson.gz": BatchFormat.JSONL,
    ".parquet": BatchFormat.PARQUET,
}
BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of rows on this machine; `name` is its path below the source."""

    name: str
    path: Path
    sha256: str


class SourceFiles:
    """The files of a source; those in S3 are fetched while this is entered."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._directory: TemporaryDirectory[str] | None = None

    def __enter__(self) -> tuple[SourceFile, ...]:
        """Return the files in the order of their names; raise UsageError if there is none."""
        files = tuple(self._gather())
        if not files:
            msg = f"{self._source} holds no file of rows; its names end in {', '.join(FORMATS)}"
            raise UsageError(msg)
        return files

    def __exit__(self, *_error: object) -> None:
        if self._directory is not None:
            self._directory.cleanup()

    def _gather(self) -> Iterator[SourceFile]:
        folder = wiring.s3_folder(self._source)
        root = Path(self._source) if folder is None else self._fetch(folder)
        if root.is_file():
            yield _source_file(root.name, root)
            return
        if not root.is_dir():
            msg = f"{self._source} is not there"
            raise UsageError(msg)
        for path in sorted(root.rglob("*")):
            if path.is_file() and format_of(path.name) is not None:
                yield _source_file(path.relative_to(root).as_posix(), path)

    def _fetch(self, folder: S3Folder) -> Path:
        self._directory = TemporaryDirectory()
        root = Path(self._directory.name)
        for name in folder.names():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            folder.download(name, path)
        return root


def format_of(name: str) -> BatchFormat | None:
    """Return the format that a file's name says, or None if it is no file of rows."""
    lower = name.lower()
    return next((form for end, form in FORMATS.items() if lower.endswith(end)), None)


def put_result(destination: str, name: str, content: bytes) -> str:
    """Write one file of results to its destination and return where it is."""
    folder = wiring.s3_folder(destination)
    if folder is not None:
        return folder.write(name, content)
    path = Path(destination) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return str(path)


def check_destination(destination: str) -> None:
    """Raise UsageError for a destination that results cannot go to, before anything is done."""
    if wiring.s3_folder(destination) is None and Path(destination).is_file():
        msg = f"{destination} is a file; name a folder"
        raise UsageError(msg)


def _source_file(name: str, path: Path) -> SourceFile:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
    return SourceFile(name, path, digest.hexdigest())
