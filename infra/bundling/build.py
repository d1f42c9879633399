"""Building the bundles of some groups for one target, as little of it as the changes ask for.

Everything lies in a store beside the bundles: packages by lock, bytecode by source, bundles by
the hash of all that goes into them. A bundle's own path is a link into the store, moved when
the new one is whole.
"""

import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from functions.contracts.functions import Group
from infra.bundling import bytecode, directory
from infra.bundling.compiler import Compiler, compiler_for
from infra.bundling.directory import Contents
from infra.bundling.packages import ensure_packages, packages_key
from infra.bundling.sources import read_sources
from infra.bundling.target import Target, Variant

STORE: Final = ".store"

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that is built: where it is, what it holds, and the seconds if it was made now."""

    group: Group
    path: Path
    contents: Contents
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Workshop:
    """What bundles are built from, where to, and for which target."""

    project: Path
    out: Path
    target: Target
    compiler: Compiler | None
    """None for the variant `source`, which is compiled by whoever runs it."""

    @property
    def store(self) -> Path:
        """Where packages, bytecode and bundles are kept."""
        return self.out / STORE

    def lock_of(self, group: Group) -> Path:
        """Return a group's list of packages."""
        return self.project / "functions" / group / "requirements.txt"

    def link_of(self, group: Group) -> Path:
        """Return the path by which a group's bundle is known."""
        return self.out / self.target.name / group


@dataclass(frozen=True, slots=True)
class Plan:
    """A bundle to be: our files as they were when planned, and where in the store it goes."""

    group: Group
    sources: dict[Path, bytes]
    home: Path

    @property
    def tree(self) -> Path:
        """Where it lies until it is whole."""
        return self.home.with_name(f".{self.home.name}")

    @property
    def record(self) -> Path:
        """The file beside it that says what it holds; written last."""
        return self.home.with_name(f"{self.home.name}.json")


def open_workshop(project: Path, out: Path, target: Target) -> Workshop:
    """Return the workshop for a target; raise BundleError if nothing here can compile for it."""
    compiler = None
    if target.variant is not Variant.SOURCE:
        compiler = compiler_for(target, project=project, store=out / STORE)
    return Workshop(project, out, target, compiler)


def build_bundles(workshop: Workshop, groups: Sequence[Group], tell: Tell) -> tuple[Bundle, ...]:
    """Build what has changed and tell of each step; a second builder of the directory waits."""
    with directory.locked(workshop.store):
        plans = [_plan(workshop, group) for group in groups]
        stale = [plan for plan in plans if not _is_intact(plan)]
        seconds = {plan.group: _stage(plan, workshop, tell) for plan in stale}
        if workshop.compiler and stale:
            _compile(stale, workshop.compiler, tell)
        for plan in stale:
            _finish(plan)
        return tuple(
            Bundle(plan.group, _point(plan, workshop), _recorded(plan), seconds.get(plan.group))
            for plan in plans
        )


def _plan(workshop: Workshop, group: Group) -> Plan:
    """Read our files once: what is hashed is what is bundled, whoever edits meanwhile."""
    sources = read_sources(group, workshop.project)
    own = [f"{path.as_posix()} {directory.hash_of(content)}" for path, content in sources.items()]
    recipe = [Path(file).read_text("utf-8") for file in (__file__, bytecode.__file__)]
    made_with = []
    if workshop.compiler:
        packages = packages_key(workshop.lock_of(group), workshop.target)
        made_with = [workshop.compiler.identity, packages]
    key = directory.content_key(*own, *recipe, *made_with)
    home = workshop.store / "bundles" / f"{workshop.target.name}-{group}-{key}"
    return Plan(group, sources, home)


def _stage(plan: Plan, workshop: Workshop, tell: Tell) -> float:
    """Lay packages and our code in an unfinished directory; return the seconds it took."""
    started = time.perf_counter()
    shutil.rmtree(plan.tree, ignore_errors=True)
    plan.tree.mkdir(parents=True)
    if workshop.compiler:
        tell(f"{plan.group}: packages for {workshop.target.wheel_platform}")
        lock = workshop.lock_of(plan.group)
        packages = ensure_packages(lock, workshop.target, workshop.store / "packages")
        directory.link_tree(packages, plan.tree)
    for path, content in plan.sources.items():
        (plan.tree / path.parent).mkdir(parents=True, exist_ok=True)
        (plan.tree / path).write_bytes(content)
    return time.perf_counter() - started


def _compile(plans: Sequence[Plan], compiler: Compiler, tell: Tell) -> None:
    started = time.perf_counter()
    count = bytecode.add_bytecode([plan.tree for plan in plans], compiler)
    tell(f"{count} sources compiled by {compiler.name} in {time.perf_counter() - started:.1f} s")


def _finish(plan: Plan) -> None:
    """Make a staged bundle whole: uniform, in its place, and recorded."""
    directory.make_uniform(plan.tree)
    shutil.rmtree(plan.home, ignore_errors=True)
    plan.tree.rename(plan.home)
    record = json.dumps(asdict(directory.contents_of(plan.home)))
    plan.record.write_text(record, encoding="utf-8")


def _point(plan: Plan, workshop: Workshop) -> Path:
    """Move a bundle's path to its new home.

    The one before stays, a deployment may be reading it; older ones go.
    """
    link = workshop.link_of(plan.group)
    before = link.resolve()
    directory.point_to(link, plan.home)
    for old in plan.home.parent.glob(f"{workshop.target.name}-{plan.group}-*/"):
        if old not in {plan.home, before}:
            old.with_name(f"{old.name}.json").unlink(missing_ok=True)
            shutil.rmtree(old)
    return link


def _is_intact(plan: Plan) -> bool:
    if not plan.record.is_file():
        return False
    recorded = _recorded(plan)
    return directory.weigh(plan.home) == (recorded.file_count, recorded.size_bytes)


def _recorded(plan: Plan) -> Contents:
    return Contents(**json.loads(plan.record.read_text(encoding="utf-8")))
