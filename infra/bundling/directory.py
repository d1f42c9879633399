"""Directories as values: their key, their weight, their digest, and replacing one as a whole."""

import fcntl
import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ZIP_EPOCH_SECONDS: Final = 315_532_800
"""1980-01-01 UTC, the earliest time a zip can hold and the one CDK writes."""

KEY_LENGTH: Final = 16
"""Hexadecimal digits of a key: 64 bits tell apart all that one machine ever builds."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a directory holds: files, their bytes together, and a digest of names and bytes."""

    file_count: int
    size_bytes: int
    digest: str


def content_key(*parts: str) -> str:
    """Return a short name for exactly these inputs, in this order."""
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode()
        digest.update(f"{len(encoded)}:".encode() + encoded)
    return digest.hexdigest()[:KEY_LENGTH]


def hash_of(content: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def files_in(root: Path) -> Iterator[Path]:
    """Return every file under a directory, sorted by name."""
    return (path for path in sorted(root.rglob("*")) if path.is_file())


def contents_of(root: Path) -> Contents:
    """Read a directory through and say what it holds."""
    digest = hashlib.sha256()
    file_count = size_bytes = 0
    for path in files_in(root):
        digest.update(
            f"{path.relative_to(root).as_posix()}\0{hash_of(path.read_bytes())}\n".encode()
        )
        file_count += 1
        size_bytes += path.stat().st_size
    return Contents(file_count, size_bytes, digest.hexdigest())


def weigh(root: Path) -> tuple[int, int]:
    """Return the number of files under a directory and their bytes, without reading them."""
    sizes = [path.stat().st_size for path in root.rglob("*") if path.is_file()]
    return len(sizes), sum(sizes)


def link_tree(source: Path, destination: Path) -> None:
    """Copy a tree by hard links: bundles share the packages that they have in common."""
    shutil.copytree(source, destination, copy_function=os.link, dirs_exist_ok=True)


def make_uniform(root: Path) -> None:
    """Give every file and folder one time and the modes that Lambda can read."""
    for path in [root, *root.rglob("*")]:
        found = path.stat()
        mode = 0o755 if stat.S_ISDIR(found.st_mode) else 0o644
        if stat.S_IMODE(found.st_mode) != mode:
            path.chmod(mode)
        if found.st_mtime != ZIP_EPOCH_SECONDS:  # most are linked, and so done before
            os.utime(path, (ZIP_EPOCH_SECONDS, ZIP_EPOCH_SECONDS))


def point_to(link: Path, directory: Path) -> None:
    """Make a link to a directory, or move it there, in one step that readers never see half of."""
    link.parent.mkdir(parents=True, exist_ok=True)
    new = link.with_name(f".{link.name}.new")
    new.unlink(missing_ok=True)
    new.symlink_to(os.path.relpath(directory, link.parent))
    new.replace(link)


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold a directory for one builder; a second one waits, and then finds all built."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
