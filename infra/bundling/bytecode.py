"""Bytecode in bundles, each source compiled once and shared by all of them.

Our own code keeps its sources, with bytecode beside them that is never checked against them.
Packages are left as bytecode alone, in the place of the source: 33 MiB less in training.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.bundling.compiler import WORKER, Compiler, Job
from infra.bundling.directory import content_key, files_in, hash_of

LAMBDA_ROOT: Final = "/var/task"
"""Where Lambda unpacks a bundle: the paths that tracebacks show."""

OURS: Final = frozenset({"functions", "models"})


@dataclass(frozen=True, slots=True)
class Place:
    """A source in a bundle, its bytecode in the store, and where that belongs in the bundle."""

    job: Job
    destination: Path
    keeps_source: bool


def add_bytecode(trees: Iterable[Path], compiler: Compiler) -> int:
    """Compile the sources of trees in the store; return how many were not compiled before."""
    store = compiler.store
    (store / "bytecode").mkdir(exist_ok=True)
    places = [place for tree in trees for place in _places(tree, compiler)]
    jobs = {place.job.bytecode: place.job for place in places}
    missing = [job for job in jobs.values() if not (store / job.bytecode).exists()]
    if missing:
        compiler.compile(missing)
    for place in places:
        place.destination.parent.mkdir(exist_ok=True)
        os.link(store / place.job.bytecode, place.destination)
        if not place.keeps_source:
            (store / place.job.source).unlink()
    return len(missing)


def _places(tree: Path, compiler: Compiler) -> Iterator[Place]:
    worker = WORKER.read_text(encoding="utf-8")
    for source in files_in(tree):
        if source.suffix != ".py":
            continue
        relative = source.relative_to(tree)
        name = f"{LAMBDA_ROOT}/{relative.as_posix()}"
        key = content_key(compiler.identity, worker, name, hash_of(source.read_bytes()))
        job = Job(source.relative_to(compiler.store), name, Path("bytecode", f"{key}.pyc"))
        keeps_source = relative.parts[0] in OURS
        beside = source.parent / "__pycache__" / f"{source.stem}.{compiler.tag}.pyc"
        yield Place(job, beside if keeps_source else source.with_suffix(".pyc"), keeps_source)
