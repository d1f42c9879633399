"""Each stage is synthesized once; `local` in a process that is cut off from the world."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pytest

from infra.app import Sources
from infra.stage import STAGES, choose_api
from tests.infra.assembly import (
    API_VARIANTS,
    PROJECT,
    Assembly,
    lay_clients,
    lay_empty_bundles,
    lay_models,
    synthesize,
)

HERE = Path(__file__).parent

Synthesized = Callable[[str], Assembly]


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups, however pytest is called
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one worker synthesize: another would do all of it again."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.xdist_group("infra"))
            item.add_marker(pytest.mark.timeout(900))  # cfn-lint takes a minute, alone
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    root = tmp_path_factory.mktemp("sources")
    return Sources(
        bundles=lay_empty_bundles(root / "bundles"),
        models=lay_models(root / "models"),
        clients=lay_clients(root / "clients.toml"),
    )


@pytest.fixture(scope="session")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a closed process writes what it was refused."""
    return tmp_path_factory.mktemp("closed") / "notes"


@pytest.fixture(scope="session")
def node() -> Path:
    return Path(sys.executable).parent / "node"


@pytest.fixture(scope="session")
def closed_environment(notes: Path, node: Path) -> Mapping[str, str]:
    """The environment of a process that is to be cut off from the world."""
    return {
        "HOME": str(Path.home()),
        "PATH": "/usr/bin:/bin",
        "CLOSED_NOTES": str(notes),
        "JSII_NODE": str(node),
        "NODE_OPTIONS": f'--require "{HERE / "closed_node.cjs"}"',
    }


@pytest.fixture(scope="session")
def synthesized(
    sources: Sources,
    notes: Path,
    node: Path,
    closed_environment: Mapping[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Synthesized:
    @cache
    def of(stage: str) -> Assembly:
        directory = tmp_path_factory.mktemp(f"assembly-{stage}")
        if stage in API_VARIANTS:
            variant = choose_api(STAGES["dev"], API_VARIANTS[stage])
            return synthesize(variant, sources, directory)
        if stage != "local":
            return synthesize(STAGES[stage], sources, directory)
        arguments = [notes, node, stage, sources.bundles, sources.models, directory]
        done = subprocess.run(
            [sys.executable, "-m", "tests.infra.closed_synthesis", *map(str, arguments)],
            cwd=PROJECT,
            env=closed_environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return Assembly(STAGES[stage], directory)

    return of


@pytest.fixture(scope="session", params=sorted(STAGES))
def assembly(request: pytest.FixtureRequest, synthesized: Synthesized) -> Assembly:
    """Every stage in turn."""
    return synthesized(request.param)


@pytest.fixture(scope="session", params=["dev", *sorted(API_VARIANTS)])
def any_api(request: pytest.FixtureRequest, synthesized: Synthesized) -> Assembly:
    """The stage dev with each kind of API and each authorization in turn."""
    return synthesized(request.param)


@pytest.fixture(scope="session")
def prod(synthesized: Synthesized) -> Assembly:
    return synthesized("prod")
