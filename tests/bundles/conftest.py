"""The bundles, built where `make bundle` builds them, so that what is built once stays built."""

import platform
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from uv import find_uv_bin

from functions.contracts.functions import Group
from infra.bundles import BUNDLES, PROJECT
from infra.bundling.build import Bundle, build_bundles, open_workshop
from infra.bundling.target import LAMBDA_PYTHON, Target, Variant

Bundles = Mapping[Group, Bundle]


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups, however pytest is called
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one worker build: a second would only wait for it."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.xdist_group("bundles"))
            item.add_marker(pytest.mark.timeout(900))  # from nothing, a build takes a minute
            item.add_marker(pytest.mark.slow)


@cache
def build(target: Target) -> Bundles:
    workshop = open_workshop(PROJECT, BUNDLES, target)
    return {bundle.group: bundle for bundle in build_bundles(workshop, tuple(Group), print)}


@pytest.fixture(scope="session", params=[Variant.ARM64, Variant.X86_64], ids=str)
def bundles(request: pytest.FixtureRequest) -> Bundles:
    """The bundles that are deployed, for each kind of processor."""
    return build(Target(request.param))


@pytest.fixture(scope="session")
def lambda_python() -> str | None:
    """An interpreter of the Lambda runtime's version, if this machine has one."""
    command = [find_uv_bin(), "python", "find", "--no-project", "--no-python-downloads"]
    found = subprocess.run([*command, LAMBDA_PYTHON], capture_output=True, text=True, check=False)
    return found.stdout.strip() if found.returncode == 0 else None


@pytest.fixture(scope="session")
def runnable(lambda_python: str | None) -> tuple[str, Bundles]:
    """A Python and the bundles that it can import: Lambda's Python, or else the one at hand."""
    if sys.platform != "linux":
        pytest.skip("bundles hold Linux libraries, which this system cannot load")
    variant = Variant.ARM64 if platform.machine() == "aarch64" else Variant.X86_64
    if lambda_python:
        return lambda_python, build(Target(variant))
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    return sys.executable, build(Target(variant, here))
