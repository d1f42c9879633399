"""The project's files, as a commit would hold them."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def committed_files() -> tuple[Path, ...]:
    """Return every file that is committed or would be, relative to the project."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    paths = (Path(name) for name in sorted(set(listed.split("\0"))) if name)
    return tuple(path for path in paths if (PROJECT / path).is_file())


def python_modules(*folders: str) -> tuple[Path, ...]:
    """Return the committed modules under some top-level folders."""
    return tuple(
        path for path in committed_files() if path.suffix == ".py" and path.parts[0] in folders
    )


def texts() -> Iterator[tuple[Path, str]]:
    """Read every committed file that is text."""
    for path in committed_files():
        content = (PROJECT / path).read_bytes()
        if b"\0" not in content:
            yield path, content.decode("utf-8")
