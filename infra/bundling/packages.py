"""The packages of a group, installed for the target and trimmed, once per lock."""

import shutil
import subprocess
import sys
from pathlib import Path

from uv import find_uv_bin

from infra.bundling import shared_library, trimming
from infra.bundling.directory import content_key
from infra.bundling.errors import BundleError
from infra.bundling.target import Target


def packages_key(lock: Path, target: Target) -> str:
    """Return the key of a lock's packages; groups with equal locks share it."""
    files = (__file__, trimming.__file__, shared_library.__file__)
    recipe = [Path(file).read_text(encoding="utf-8") for file in files]
    return content_key(
        lock.read_text(encoding="utf-8"), target.wheel_platform, target.python_version, *recipe
    )


def ensure_packages(lock: Path, target: Target, store: Path) -> Path:
    """Return the directory of a lock's packages in the store; install it if it is not there."""
    directory = store / packages_key(lock, target)
    if directory.is_dir():
        return directory
    unfinished = directory.with_name(f".{directory.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    _install(lock, target, unfinished)
    trimming.trim(unfinished)
    return unfinished.rename(directory)


def _install(lock: Path, target: Target, directory: Path) -> None:
    """Unpack the wheels that the lock names; nothing of them is run, so any machine will do."""
    command = [
        *(find_uv_bin(), "pip", "install", "--quiet", "--require-hashes", "--no-deps"),
        *("--only-binary", ":all:", "--link-mode", "copy", "--python", sys.executable),
        *("--python-platform", target.wheel_platform, "--python-version", target.python_version),
        *("--target", str(directory), "--requirements", str(lock)),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        msg = (
            f"the packages of {lock.parent.name} for {target.wheel_platform}, Python"
            f" {target.python_version}, cannot be installed: {done.stderr.strip()};"
            " check the network, or run 'make lock'"
        )
        raise BundleError(msg)
