"""Environments of others, each its own, made by uv from a pinned list."""

import subprocess
import sys
from pathlib import Path

from uv import find_uv_bin

from infra.bundles import PROJECT

LISTS = Path(__file__).parent.parent / "environments"
HOME = PROJECT / "build" / "bench"


class MissingEnvironmentError(Exception):
    """An environment could not be installed."""


def ensure_environment(name: str) -> Path:
    """Return the Python of an environment; install it if its list is not what is there."""
    home, wanted = HOME / name, (LISTS / f"{name}.txt").read_text(encoding="utf-8")
    stamp = home / "installed.txt"
    python = home / "bin" / "python"
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        _run("venv", "--clear", "--python", sys.executable, str(home))
        _run(
            "pip", "install", "--python", str(python), "--requirements", str(LISTS / f"{name}.txt")
        )
        stamp.write_text(wanted, encoding="utf-8")
    return python


def ensure_target(name: str, home: Path, python: str) -> Path:
    """Return a directory with a list's packages for a Python, compiled as installers do."""
    stamp = home / "installed.txt"
    wanted = f"{python}\n{(LISTS / f'{name}.txt').read_text(encoding='utf-8')}"
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        options = ("--compile-bytecode", "--link-mode", "copy", "--python", python)
        source = ("--requirements", str(LISTS / f"{name}.txt"))
        _run("pip", "install", *options, "--target", str(home), *source)
        stamp.write_text(wanted, encoding="utf-8")
    return home


def _run(*arguments: str) -> None:
    command = [find_uv_bin(), *arguments[:1], "--quiet", *arguments[1:]]
    if arguments[0] == "pip":
        command = [find_uv_bin(), "pip", arguments[1], "--quiet", *arguments[2:]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no reason given"]
        raise MissingEnvironmentError(lines[0])
