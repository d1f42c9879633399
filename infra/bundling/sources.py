"""Which files of ours go into the bundle of a group."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from functions.contracts.functions import Group

SHARED_PACKAGES: Final = ("contracts", "core", "aws")

GROUPS_WITHOUT_SPECIFICATIONS: Final = frozenset({Group.SERVING, Group.ACCESS})
"""The groups that know models by the registry alone, or not at all."""

GROUPS_WITH_MODEL_CODE: Final = frozenset({Group.PREPARATION, Group.TRAINING})
"""The groups that run the models' code, or look whether it is another."""

GROUPS_THAT_RUN_MODELS: Final = frozenset({Group.TRAINING, Group.RELEASE, Group.SERVING})
"""The groups with onnxruntime in their dependencies, and so with `functions/inference`."""


def read_sources(group: Group, project: Path) -> dict[Path, bytes]:
    """Return our files in a group's bundle by path relative to the project, sorted.

    Bundles have the models' specifications where they are read; training's has their code as well,
    and preparation's, which never runs it, to see whether it changed.
    A model's sample data and its card go nowhere.
    """
    packages = [*SHARED_PACKAGES, group.value]
    if group in GROUPS_THAT_RUN_MODELS:
        packages.append("inference")
    found = {Path("functions/__init__.py")}
    for package in packages:
        found.update(_package_files(project, Path("functions", package)))
    found.update(_model_files(group, project))
    return {path: (project / path).read_bytes() for path in sorted(found)}


def _package_files(project: Path, directory: Path) -> Iterator[Path]:
    """Find modules and the files that they read, such as a page; the lock is the builder's."""
    for path in (project / directory).rglob("*"):
        is_lock = path.name == "requirements.txt"
        if path.is_file() and path.parent.name != "__pycache__" and not is_lock:
            yield path.relative_to(project)


def _model_files(group: Group, project: Path) -> Iterator[Path]:
    if group in GROUPS_WITHOUT_SPECIFICATIONS:
        return
    yield Path("models/__init__.py")
    for spec in (project / "models").glob("*/model.toml"):
        yield spec.relative_to(project)
        if group in GROUPS_WITH_MODEL_CODE:
            yield from (path.relative_to(project) for path in spec.parent.rglob("*.py"))
