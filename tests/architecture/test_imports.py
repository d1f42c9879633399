"""The import rules hold, and each of them would say so if it did not."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.project import PROJECT, python_modules

LINTER = Path(sys.executable).with_name("lint-imports")

# By the number of the contract: where a line is added, and which.
VIOLATIONS = {
    1: ("functions/core/intruder.py", "import functions.aws"),
    2: ("infra/components/intruder.py", "import infra.stacks"),
    3: ("infra/stacks/intruder.py", "import infra.stacks.other"),
    4: ("infra/intruder_of_core.py", "import functions.core"),
    5: ("functions/contracts/intruder.py", "import numpy"),
    6: ("functions/core/clock.py", "import time"),
    7: ("functions/release/intruder.py", "import sklearn"),
    8: ("functions/monitoring/intruder.py", "import fastapi"),
    9: ("functions/training/intruder.py", "import boto3"),
    10: ("models/intruder/model.py", "import functions.core"),
    11: ("models/intruder/features.py", "import models.other.model"),
    12: ("functions/serving/intruder.py", "import aws_cdk"),
    13: ("functions/core/cycle_a.py", "import functions.core.cycle_b.part"),
}
NEEDED_FOR_THEM = {
    "infra/stacks/other.py": "",
    "functions/core/cycle_b/__init__.py": "",
    "functions/core/cycle_b/part.py": "import functions.core.cycle_a",
    "models/intruder/__init__.py": "",
    "models/other/__init__.py": "",
    "models/other/model.py": "",
}

UNSAFE_FORMATS = {"cloudpickle", "dill", "joblib", "pickle", "shelve"}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [LINTER, "--no-logo", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_keeps_every_contract() -> None:
    done = lint(PROJECT)

    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_notices_a_violation_of_each_contract(tmp_path: Path) -> None:
    for folder in ("functions", "infra", "models"):
        shutil.copytree(PROJECT / folder, tmp_path / folder)
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    for name, line in (*VIOLATIONS.values(), *NEEDED_FOR_THEM.items()):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(f"{line}\n")

    broken = re.findall(r"^(\d+) .* BROKEN", lint(tmp_path).stdout, re.MULTILINE)

    assert sorted(map(int, broken)) == sorted(VIOLATIONS)


def test_reads_and_writes_no_format_that_runs_code() -> None:
    modules = python_modules("functions", "infra", "models")

    unsafe = {path for path in modules if _runs_code(ast.parse((PROJECT / path).read_text()))}

    assert not unsafe


def _runs_code(module: ast.Module) -> bool:
    imported: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            imported.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])
        elif isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            imported.update(() if _is_false(node.value) else {"pickle"})
    return bool(imported & UNSAFE_FORMATS)


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is False
