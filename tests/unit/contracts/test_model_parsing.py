"""Mistakes of form in a model.toml."""

from pathlib import Path

import pytest

from functions.contracts.model_checks import check_model_folder
from tests.unit.contracts.folders import SPEC, TOML, spoilt, write_folder


@pytest.mark.parametrize(
    ("toml", "key", "value", "remedy"),
    [
        (
            spoilt('ignore = ["colour"]', 'ignored = ["colour"]'),
            "data.ignored",
            '["colour"]',
            "unknown key; did you mean ignore? known: timestamp, id, ignore, ",
        ),
        (
            spoilt("minimum = 0\n", "minimun = 0\n"),
            "features.age.minimun",
            "0",
            "unknown key; did you mean minimum? known: name, type, ",
        ),
        (spoilt('owner = "tests"', 'owner = ""'), "owner", '""', "write a text that is not empty"),
        (
            spoilt('metric = "roc_auc_score"\nwindow', "window"),
            "training.metric",
            "missing",
            "write this key: the score or error by which candidates are ranked",
        ),
        (
            spoilt('task = "binary_classification"', 'task = "binary_clasification"'),
            "task",
            '"binary_clasification"',
            "did you mean binary_classification? known: binary_classification, "
            "multiclass_classification, regression",
        ),
        (
            spoilt('by = "time"', 'by = "times"'),
            "training.holdout.by",
            '"times"',
            "did you mean time? known: time, random",
        ),
        (
            spoilt("window_rows = 1000", 'window_rows = "1000"'),
            "training.window_rows",
            '"1000"',
            "write a whole number",
        ),
        (
            spoilt("window_rows = 1000", "window_rows = 10"),
            "training.window_rows",
            "10",
            "write a whole number of at least 20, a list of such numbers",
        ),
        (
            spoilt("window_rows = 1000", "window_rows = [1000, 10]"),
            "training.window_rows",
            "[1000, 10]",
            "write a whole number of at least 20, a list of such numbers",
        ),
        (
            spoilt("window_rows = 1000", 'window_rows = "all"'),
            "training.window_rows",
            '"all"',
            'write a whole number of at least 20, a list of such numbers, or "auto"',
        ),
        (
            spoilt("fraction = 0.2", "fraction = 0.95"),
            "training.holdout.fraction",
            "0.95",
            "write a number below 0.9",
        ),
        (
            spoilt("minimum = 0\n", "minimum = true\n"),
            "features.age.minimum",
            "true",
            "write a number",
        ),
        (
            spoilt("minimum = 0\n", "minimum = nan\n"),
            "features[1].minimum",
            "nan",
            "write a finite",
        ),
        (
            spoilt('categories = ["diesel", "gas"]', 'categories = "diesel"'),
            "features.fuel.categories",
            '"diesel"',
            "write a list in [ ]",
        ),
        (
            spoilt("depth = [2, 3]", "depth = [[2], 3]"),
            "training.parameters.depth[1]",
            "[2]",
            "write the values to try as a list of texts, numbers or truth values",
        ),
        (
            spoilt('name = "age"', 'name = "age in years"'),
            "features.age in years.name",
            '"age in years"',
            "write a letter or underscore followed by",
        ),
        (
            spoilt('name = "membership"', 'name = "Membership"'),
            "name",
            '"Membership"',
            "write a lower-case letter followed by",
        ),
        (
            spoilt("classes = [0, 1]", "classes = [0]"),
            "target.classes",
            "[0]",
            "a binary_classification model needs exactly 2 classes, got 1",
        ),
        (TOML + "\n[drift]\n", "(file)", '"not TOML"', "Cannot declare ('drift',) twice"),
    ],
)
def test_tells_a_mistake_of_form(
    tmp_path: Path, toml: str, key: str, value: str, remedy: str
) -> None:
    write_folder(tmp_path, toml=toml)

    (problem,) = check_model_folder("membership", tmp_path)

    assert (problem.file, problem.key, problem.value) == (SPEC, key, value)
    assert problem.remedy.startswith(remedy)
