"""Same inputs, same bytes: whatever the time zone, the hash seed, the mask and the folder."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.bundles import PROJECT
from infra.bundling.directory import ZIP_EPOCH_SECONDS, Contents, contents_of, files_in

BUILD_PREPARATION = """
import sys
from pathlib import Path
from functions.contracts.functions import Group
from infra.bundling.build import build_bundles, open_workshop
from infra.bundling.target import Target, Variant

project, out = map(Path, sys.argv[1:])
build_bundles(open_workshop(project, out, Target(Variant.ARM64)), [Group.PREPARATION], print)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project as it is now: somebody may be editing it."""
    project = tmp_path / "project"
    for folder in ("functions", "models"):
        shutil.copytree(PROJECT / folder, project / folder)
    (project / "node_modules").symlink_to(PROJECT / "node_modules")
    return project


def build(project: Path, out: Path, *, seed: str, time_zone: str, mask: int) -> Path:
    command = [sys.executable, "-c", BUILD_PREPARATION, str(project), str(out)]
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONHASHSEED", seed)
        environment.setenv("TZ", time_zone)
        subprocess.run(command, umask=mask, check=True)
    return (out / "arm64" / "preparation").resolve()


def test_builds_the_same_bytes_anywhere(project: Path, tmp_path: Path) -> None:
    one = build(project, tmp_path / "one", seed="1", time_zone="UTC", mask=0o022)
    other = build(project, tmp_path / "an other", seed="2", time_zone="Asia/Tokyo", mask=0o077)

    assert contents_of(one) == contents_of(other) != Contents(0, 0, "")
    for path in files_in(one):
        twin = other / path.relative_to(one)
        assert path.stat().st_mode == twin.stat().st_mode
        assert path.stat().st_mtime == twin.stat().st_mtime == ZIP_EPOCH_SECONDS
