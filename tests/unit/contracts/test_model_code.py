"""Mistakes in a model.py, found without running it."""

from pathlib import Path

import pytest

from functions.contracts.model_checks import check_model_folder
from tests.unit.contracts.folders import CODE, PYTHON, write_folder

SIGNATURE = "is called with params and features: write def build_pipeline(params, features)"


@pytest.mark.parametrize(
    ("code", "key", "value", "remedy"),
    [
        ("def build_pipeline(:\n", "line 1", '"not Python"', "invalid syntax"),
        (
            "x = 1\n",
            "build_pipeline",
            "missing",
            "write def build_pipeline(params, features) that returns a scikit-learn Pipeline",
        ),
        (
            "class A:\n    def build_pipeline(params, features):\n        return 1\n",
            "build_pipeline",
            "missing",
            "write def build_pipeline(params, features)",
        ),
        (
            "def build_pipeline(features, params):\n    return 1\n",
            "line 1",
            '"def build_pipeline(features, params)"',
            SIGNATURE,
        ),
        (
            "def build_pipeline(params):\n    return 1\n",
            "line 1",
            '"def build_pipeline(params)"',
            SIGNATURE,
        ),
        (
            "def build_pipeline(params, features, seed):\n    return 1\n",
            "line 1",
            '"def build_pipeline(params, features, seed)"',
            SIGNATURE,
        ),
        (
            "def build_pipeline(params, features, *, seed):\n    return 1\n",
            "line 1",
            '"def build_pipeline(params, features, *, seed)"',
            SIGNATURE,
        ),
        (
            "def build_pipeline(params, features):\n    pass\n",
            "line 1",
            '"build_pipeline returns nothing"',
            "return the unfitted Pipeline",
        ),
        (
            "async def build_pipeline(params, features):\n    return 1\n",
            "line 1",
            '"async def build_pipeline"',
            "write def build_pipeline(params, features)",
        ),
        (
            f"import functions.core.drift\n{CODE}",
            "line 1",
            '"import functions.core.drift"',
            "a model folder stands alone: remove the import, and pass values as params",
        ),
        (
            f"{CODE}\n\ndef later():\n    from models.car_price import model\n",
            "line 11",
            '"import models.car_price"',
            "models do not know each other: copy what is needed into this folder's model.py",
        ),
        (
            f"from . import other\n{CODE}",
            "line 1",
            '"from ."',
            "model.py is one file: a relative import finds nothing",
        ),
        (f"import pickle\n{CODE}", "line 1", '"import pickle"', "nothing is pickled: "),
        (f"import boto3\n{CODE}", "line 1", '"import boto3"', "a pipeline reads nothing itself: "),
    ],
)
def test_tells_a_mistake_in_model_py(
    tmp_path: Path, code: str, key: str, value: str, remedy: str
) -> None:
    write_folder(tmp_path, code=code)

    (problem,) = check_model_folder("membership", tmp_path)

    assert (problem.file, problem.key, problem.value) == (PYTHON, key, value)
    assert problem.remedy.startswith(remedy)


def test_accepts_more_parameters_that_have_defaults(tmp_path: Path) -> None:
    code = "def build_pipeline(params, features, seed=0, *, verbose=False):\n    return 1\n"
    write_folder(tmp_path, code=code)

    assert check_model_folder("membership", tmp_path) == ()


def test_does_not_run_the_code(tmp_path: Path) -> None:
    write_folder(tmp_path, code=f"raise SystemExit('run')\n{CODE}")

    assert check_model_folder("membership", tmp_path) == ()
