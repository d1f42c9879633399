"""Mistakes of a model.toml about its columns."""

from pathlib import Path

import pytest

from functions.contracts.model_checks import check_model_folder
from tests.unit.contracts.folders import SPEC, spoilt, write_folder


@pytest.mark.parametrize(
    ("toml", "key", "value", "remedy"),
    [
        (
            spoilt("minimum = 0\n", "minimum = 200\n").replace("example = 40\n", ""),
            "features.age.minimum",
            "200.0",
            "is above maximum = 120.0: swap them or correct one",
        ),
        (
            spoilt('type = "boolean"', 'type = "boolean"\nminimum = 0'),
            "features.member.minimum",
            "0.0",
            "a boolean has no range: remove this key",
        ),
        (
            spoilt('type = "boolean"', 'type = "boolean"\ncategories = ["a"]'),
            "features.member.categories",
            '["a"]',
            'a boolean has no categories: remove this key, or write type = "string"',
        ),
        (
            spoilt('type = "boolean"', 'type = "boolean"\nmax_unseen_rate = 0.1'),
            "features.member.max_unseen_rate",
            "0.1",
            "only strings have categories that can be unseen: remove this key",
        ),
        (
            spoilt('categories = ["diesel", "gas"]\nexample = "gas"\n', ""),
            "features.fuel.categories",
            "missing",
            "a string feature lists every value that it can have",
        ),
        (
            spoilt('"diesel", "gas"', '"gas", "diesel", "gas"'),
            "features.fuel.categories",
            '"gas"',
            "is listed 2 times; keep one",
        ),
        (
            spoilt('"diesel", "gas"', '"", "gas"'),
            "features.fuel.categories",
            '""',
            "an empty text means a missing value: remove it from the list",
        ),
        (
            spoilt('example = "gas"', 'example = "gaz"'),
            "features.fuel.example",
            '"gaz"',
            "did you mean gas? known: diesel, gas",
        ),
        (
            spoilt("example = 40", "example = 121"),
            "features.age.example",
            "121",
            "lies outside minimum = 0.0, maximum = 120.0",
        ),
        (
            spoilt("example = 40", "example = 40.5"),
            "features.age.example",
            "40.5",
            "write an example of type integer",
        ),
        (
            spoilt('name = "member"\n', 'name = "age"\n'),
            "features",
            '"age"',
            "2 features have this name; keep one of them",
        ),
        (
            spoilt('name = "stays"', 'name = "age"'),
            "target.name",
            '"age"',
            "is also a feature, which would give the answer away or mean nothing: remove it",
        ),
        (
            spoilt('timestamp = "at"', 'timestamp = "age"'),
            "data.timestamp",
            '"age"',
            "is also a feature, ",
        ),
        (spoilt('id = "id"', 'id = "age"'), "data.id", '"age"', "is also a feature, "),
        (
            spoilt('ignore = ["colour"]', 'ignore = ["fuel"]'),
            "data.ignore",
            '"fuel"',
            "is used as features.fuel: remove it from one of them",
        ),
        (
            spoilt("classes = [0, 1]", 'classes = [1, "1"]'),
            "target.classes",
            "1",
            "another class is read from files as the same value; write distinct classes",
        ),
        (
            spoilt("classes = [0, 1]", "classes = [0, 1]\nminimum = 0"),
            "target.minimum",
            "0.0",
            "classes have no range: remove this key",
        ),
    ],
)
def test_tells_a_mistake_about_columns(
    tmp_path: Path, toml: str, key: str, value: str, remedy: str
) -> None:
    write_folder(tmp_path, toml=toml)

    (problem,) = check_model_folder("membership", tmp_path)

    assert (problem.file, problem.key, problem.value) == (SPEC, key, value)
    assert problem.remedy.startswith(remedy)
