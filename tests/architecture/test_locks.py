"""Locks hold names, versions and hashes, and no addresses."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from functions.contracts.functions import Group
from tests.architecture.project import PROJECT

DEVELOPMENT_LOCK = PROJECT / "requirements-dev.txt"
GROUP_LOCKS = tuple(PROJECT / "functions" / group / "requirements.txt" for group in Group)
CLIENTS_LOCK = PROJECT / "tests" / "clients" / "requirements.txt"
LOCKS = (PROJECT / "requirements-bootstrap.txt", DEVELOPMENT_LOCK, CLIENTS_LOCK, *GROUP_LOCKS)

REQUIREMENT = re.compile(r"^([a-z0-9][a-z0-9.-]*)==(\S+)(?: ; (.+?))? \\$", re.MULTILINE)


def name_of(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def versions(lock: Path) -> dict[str, str]:
    return {name: version for name, version, _ in REQUIREMENT.findall(lock.read_text())}


@pytest.mark.parametrize("lock", [*LOCKS, PROJECT / "package-lock.json"], ids=name_of)
def test_holds_no_address(lock: Path) -> None:
    text = lock.read_text()

    assert "://" not in text
    assert "resolved" not in text
    assert "index-url" not in text


@pytest.mark.parametrize("lock", LOCKS, ids=name_of)
def test_hashes_every_requirement(lock: Path) -> None:
    entries = re.split(r"\n(?=\S)", lock.read_text().strip())

    assert entries
    for entry in entries:
        first, *hashes = entry.splitlines()
        assert REQUIREMENT.match(first + "\n"), first
        assert hashes
        assert all(re.fullmatch(r" {4}--hash=sha256:[0-9a-f]{64}(?: \\)?", line) for line in hashes)


def test_hashes_every_node_package() -> None:
    packages = json.loads((PROJECT / "package-lock.json").read_text())["packages"]

    assert all(entry["integrity"] for name, entry in packages.items() if name)


@pytest.mark.parametrize("lock", GROUP_LOCKS, ids=name_of)
def test_ships_the_versions_that_are_tested(lock: Path) -> None:
    assert versions(lock).items() <= versions(DEVELOPMENT_LOCK).items()


@pytest.mark.parametrize("group", Group)
def test_locks_what_a_group_names(group: Group) -> None:
    groups = tomllib.loads((PROJECT / "pyproject.toml").read_text())["dependency-groups"]
    named = {re.split(r"[<>=\[]", requirement)[0] for requirement in groups[group]}

    assert named <= versions(PROJECT / "functions" / group / "requirements.txt").keys()


def test_boots_with_the_installer_that_is_tested() -> None:
    bootstrap = versions(PROJECT / "requirements-bootstrap.txt")

    assert bootstrap == {"uv": versions(DEVELOPMENT_LOCK)["uv"]}


def test_pins_the_tools_that_the_design_pins() -> None:
    node_packages = json.loads((PROJECT / "package.json").read_text())["devDependencies"]

    assert (
        node_packages["aws-cdk"] == "2.1148.1"
    )  # D15: the tag `latest` cannot read today's assemblies
    assert versions(DEVELOPMENT_LOCK)["protobuf"] < "7"
