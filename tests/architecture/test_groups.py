"""Suites that share what is slow to make stay on one worker."""

import subprocess
import sys
from pathlib import Path

from functions.cli import wiring
from tests.architecture.project import PROJECT, python_modules

GROUPING = """\
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.xdist_group("together"))
"""
TESTS = """\
import pytest

@pytest.mark.parametrize("number", range(8))
def test_is_run(number, worker_id):
    print(f"run by {worker_id}")
"""


def test_a_group_stays_on_one_worker(tmp_path: Path) -> None:
    """What is installed does so, even where pytest is called with the suite's own folder."""
    (tmp_path / "suite").mkdir()
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "suite" / "conftest.py").write_text(GROUPING)
    (tmp_path / "suite" / "test_groups.py").write_text(TESTS)
    options = ["-n", "2", "--dist", "loadgroup", "-rP", "-p", "xdist"]

    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "suite"],
        cwd=tmp_path,
        env={**wiring.environ(), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    workers = [line for line in done.stdout.splitlines() if line.startswith("run by ")]
    assert done.returncode == 0, done.stdout
    assert len(workers) == 8
    assert len(set(workers)) == 1


def test_groups_are_named_before_xdist_reads_them() -> None:
    """A conftest.py that pytest is called with is loaded before xdist, and asked after it."""
    texts = {
        path: (PROJECT / path).read_text()
        for path in python_modules("tests")
        if path.name == "conftest.py"
    }
    grouping = {path: text for path, text in texts.items() if "xdist_group(" in text}

    assert grouping
    assert not [
        path
        for path, text in grouping.items()
        if "hookimpl(tryfirst=True)" not in text.partition("def pytest_collection_modifyitems")[0]
    ]
