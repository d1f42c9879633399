"""The family of errors is drawn whole."""

import ast
from collections.abc import Iterator
from pathlib import Path

from functions.contracts import errors

ROOT = Path(__file__).resolve().parents[2]


def error_classes() -> Iterator[str]:
    for file in (*ROOT.glob("functions/**/*.py"), *ROOT.glob("infra/**/*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            is_error = isinstance(node, ast.ClassDef) and node.name.endswith("Error")
            if is_error and not node.name.startswith("_") and node.bases:
                base = ast.unparse(node.bases[0])
                if base.endswith("Error"):
                    yield f"{file.stem}.{node.name}"


def test_every_error_is_in_the_tree() -> None:
    missing = [name for name in error_classes() if name not in str(errors.__doc__)]

    assert missing == [], "draw them in functions/contracts/errors.py"


def test_the_tree_names_no_error_that_is_gone() -> None:
    drawn = {
        line.split("├── ")[1].split()[0]
        for line in str(errors.__doc__).splitlines()
        if "├── " in line and line.rstrip(" ]0123456789[").endswith("Error")
    }
    known = set(error_classes()) | {"model_parsing.SpecMistakesError"}

    assert {name for name in drawn if ".".join(name.split(".")[-2:]) not in known} == set()
