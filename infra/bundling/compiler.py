"""A CPython of the target's version that compiles.

The Lambda runtime's Python is rarely the one at hand, and its bytecode can be made by no other.
The npm package `pyodide` is that CPython, compiled for Node: the same compiler, the same bytes
(docs/decisions/0001-bytecode-for-the-target.md).
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.bundling.errors import BundleError
from infra.bundling.target import LAMBDA_PYTHON, Target

WORKER: Final = Path(__file__).with_name("compile_worker.py")

PATH_IN_PYODIDE: Final = "/mnt"
"""Where compile_worker.mjs mounts the store."""


@dataclass(frozen=True, slots=True)
class Job:
    """A source and its bytecode, both relative to the store, and its name in tracebacks."""

    source: Path
    name: str
    bytecode: Path


@dataclass(frozen=True, slots=True)
class Compiler:
    """What compiles: its name, its exact version, the command, and how that sees the store."""

    name: str
    identity: str
    tag: str
    command: tuple[str, ...]
    store: Path
    seen_store: str

    def compile(self, jobs: Iterable[Job]) -> None:
        """Compile all jobs in one process; raise BundleError if one is no Python."""
        listed = [[self._seen(job.source), job.name, self._seen(job.bytecode)] for job in jobs]
        work_list = Path("work.json")
        (self.store / work_list).write_text(json.dumps(listed), encoding="utf-8")
        command = [*self.command, self._seen(work_list)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
        if done.returncode:
            msg = f"{self.name} cannot compile the bundle's sources: {done.stderr.strip()}"
            raise BundleError(msg)

    def _seen(self, path: Path) -> str:
        return f"{self.seen_store}/{path.as_posix()}"


def compiler_for(target: Target, *, project: Path, store: Path) -> Compiler:
    """Return what compiles for a target: Pyodide for Lambda, this Python for itself."""
    tag = f"cpython-{target.python_version.replace('.', '')}"
    if target.python_version == LAMBDA_PYTHON:
        return _pyodide(tag, project=project, store=store)
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    if target.python_version != here:
        msg = (
            f"nothing here compiles for Python {target.python_version}:"
            f" name {LAMBDA_PYTHON}, or {here} for this machine"
        )
        raise BundleError(msg)
    command = (sys.executable, "-I", str(WORKER))
    return Compiler(f"CPython {here}", sys.version, tag, command, store, store.as_posix())


def _pyodide(tag: str, *, project: Path, store: Path) -> Compiler:
    package = project / "node_modules" / "pyodide"
    node = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
    if node is None or not package.is_dir():
        msg = f"the compiler for Python {LAMBDA_PYTHON} is not installed: run 'make setup'"
        raise BundleError(msg)
    version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
    runner = WORKER.with_suffix(".mjs")
    command = (node, str(runner), str(package / "pyodide.mjs"), str(WORKER), str(store))
    return Compiler(f"Pyodide {version}", version, tag, command, store, PATH_IN_PYODIDE)
