"""The tree of the design: what lies where, how large, under what name."""

import ast
import re
from pathlib import Path

from functions.contracts.functions import FUNCTIONS, Group
from tests.architecture.project import PROJECT, committed_files, python_modules, texts

FOLDERS = {"docs", "functions", "infra", "models", "tests"}
MAX_FILE_BYTES = 2_000_000
MAX_MODULE_LINES = 300

# Words that say nothing of what a module is for (style.md, "Names").
EMPTY_WORDS = {"utils", "util", "helpers", "helper", "common", "manager", "info", "misc", "base"}
CLEARER_THAN_IT_LOOKS = {
    Path("functions/contracts/base.py"),  # the base class of everything that crosses a border
}

# Written in two parts, so that this file does not hold what it looks for.
REGISTRY_HOSTS = ("pypi" + ".org", "python" + "hosted", "registry." + "npmjs")
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:root|home/\w+|Users/\w+|work/\w+)/")
UNNUMBERED_TASK = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b(?!\(#\d+\))")


def test_has_the_folders_of_the_design_and_no_other() -> None:
    folders = {path.parts[0] for path in committed_files() if len(path.parts) > 1}

    assert {name for name in folders if not name.startswith(".")} == FOLDERS


def test_holds_no_large_file() -> None:
    sizes = {path: (PROJECT / path).stat().st_size for path in committed_files()}

    assert not {path: size for path, size in sizes.items() if size > MAX_FILE_BYTES}


def test_keeps_modules_short() -> None:
    modules = python_modules("functions", "infra", "models", "tests")
    lines = {path: len((PROJECT / path).read_text().splitlines()) for path in modules}

    assert not {path: count for path, count in lines.items() if count > MAX_MODULE_LINES}


def test_names_modules_by_what_they_are_for() -> None:
    empty = {path for path in python_modules("functions", "infra") if path.stem in EMPTY_WORDS}

    assert empty <= CLEARER_THAN_IT_LOOKS


def test_names_no_path_of_a_machine() -> None:
    assert not [path for path, text in texts() if MACHINE_PATH.search(text)]


def test_names_no_package_registry() -> None:
    assert not [path for path, text in texts() if any(host in text for host in REGISTRY_HOSTS)]


def test_leaves_no_task_without_an_issue() -> None:
    assert not [path for path, text in texts() if UNNUMBERED_TASK.search(text)]


def test_defines_every_handler_once_and_lists_it() -> None:
    defined = {
        ".".join(path.with_suffix("").parts)
        for path in python_modules("functions")
        if path.parts[1] in set(Group) and "handler" in _top_level_functions(path)
    }

    assert defined == {function.module for function in FUNCTIONS}


def test_names_a_state_after_its_function() -> None:
    for function in FUNCTIONS:
        if function.state:
            words = re.findall("[A-Z][a-z]+", function.state)
            assert "_".join(words).lower() == function.name


def _top_level_functions(path: Path) -> set[str]:
    tree = ast.parse((PROJECT / path).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
