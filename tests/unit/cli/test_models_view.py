"""Model folders, checked and shown."""

import io
import json
import shutil
from pathlib import Path

import pytest

from functions.cli.errors import RefusedError
from functions.cli.model_trial import TRIAL_ROWS, generate_rows
from functions.cli.models_view import check, check_folder, show
from functions.cli.output import Output
from functions.contracts.model_folder import MODELS_DIRECTORY, find_model_names, load_model_spec

NAMES = find_model_names()


@pytest.fixture
def models(tmp_path: Path) -> Path:
    for name in NAMES:
        ignored = shutil.ignore_patterns("data", "__pycache__")
        shutil.copytree(MODELS_DIRECTORY / name, tmp_path / name, ignore=ignored)
    return tmp_path


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_finds_nothing_wrong_with_what_is_shipped(name: str) -> None:
    assert check_folder(name) == ()


def test_names_file_key_value_and_remedy(models: Path) -> None:
    edit(models / "loan_default" / "model.toml", 'task = "binary', 'task = "binay')
    out = Output(as_json=True, stdout=io.StringIO())

    with pytest.raises(RefusedError, match="1 mistake"):
        check(out, names=(), directory=models)

    document = json.loads(out._stdout.getvalue())  # type: ignore[attr-defined]
    (problem,) = document["problems"]
    assert document["checked"] == list(NAMES)
    assert problem["file"] == "models/loan_default/model.toml"
    assert problem["key"] == "task"
    assert "binay_classification" in problem["value"]
    assert "binary_classification" in problem["remedy"]


def test_tries_the_pipeline_before_anybody_trains_it(models: Path) -> None:
    edit(models / "car_price" / "model.py", "def build_pipeline(", "def build_pipeline_(")
    edit(
        models / "loan_default" / "model.py",
        "trees = HistGradientBoostingClassifier(",
        "trees = HistGradientBoostingClassifier(nonsense=1,",
    )

    (missing,) = check_folder("car_price", models)
    (broken,) = check_folder("loan_default", models)

    assert missing.key == "build_pipeline"
    assert broken.file == "models/loan_default/model.py"
    assert "nonsense" in broken.value


@pytest.mark.parametrize("name", NAMES)
def test_tries_pipelines_on_rows_that_fit_the_schema(name: str) -> None:
    spec = load_model_spec(name)

    x, y = generate_rows(spec)

    assert x.shape == (TRIAL_ROWS, len(spec.features))
    assert len(y) == TRIAL_ROWS
    assert len(set(y.tolist())) > 1


@pytest.mark.parametrize("name", NAMES)
def test_shows_what_a_folder_says(name: str) -> None:
    people, script = io.StringIO(), io.StringIO()

    show(Output(as_json=False, stdout=people), model=name)
    show(Output(as_json=True, stdout=script), model=name)

    spec = load_model_spec(name)
    assert all(feature.name in people.getvalue() for feature in spec.features)
    assert json.loads(script.getvalue())["name"] == name
