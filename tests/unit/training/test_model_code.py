import hashlib
import sys
from pathlib import Path

import pytest

import models
from functions.contracts import model_folder
from functions.contracts.model_folder import ModelFolderError
from functions.training import model_code
from functions.training.model_code import ModelCodeError, load_model_code

TOML = """
name = "{name}"
task = "regression"
owner = "ann"
[target]
name = "price"
[[features]]
name = "age"
type = "number"
[training]
metric = "r2_score"
"""
CODE = """
from sklearn.dummy import DummyRegressor
from sklearn.pipeline import Pipeline

def build_pipeline(params, features):
    assert features.numeric == (0,)
    return Pipeline([("mean", DummyRegressor())])
"""


def add_folder(name: str, code: str | None, *, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = root / name
    folder.mkdir()
    (folder / "model.toml").write_text(TOML.format(name=name), encoding="utf-8")
    if code is not None:
        (folder / "model.py").write_text(code, encoding="utf-8")
    monkeypatch.setattr(models, "__path__", [str(root)])
    monkeypatch.setattr(
        model_code, "load_model_spec", lambda asked: model_folder.load_model_spec(asked, root)
    )
    for module in [each for each in sys.modules if each.startswith(f"models.{name}")]:
        monkeypatch.delitem(sys.modules, module)


def test_loads_a_folder_that_nobody_else_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_folder("unheard_of", CODE, root=tmp_path, monkeypatch=monkeypatch)

    code = load_model_code("unheard_of")

    assert code.spec.name == "unheard_of"
    assert [name for name, _ in code.new_pipeline({}).steps] == ["mean"]
    assert code.sha256 == hashlib.sha256(CODE.encode()).hexdigest()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("no_file", None, "models/no_file/model.py cannot be imported"),
        ("bad_import", "import no_such_module_at_all", "cannot be imported: No module named"),
        ("no_builder", "builder = 1", "must define build_pipeline"),
    ],
)
def test_says_what_is_wrong_with_the_code(
    name: str, content: str | None, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_folder(name, content, root=tmp_path, monkeypatch=monkeypatch)

    with pytest.raises(ModelCodeError, match=message):
        load_model_code(name)


def test_refuses_a_pipeline_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "def build_pipeline(params, features):\n    return 7\n"
    add_folder("no_pipeline", code, root=tmp_path, monkeypatch=monkeypatch)

    with pytest.raises(
        ModelCodeError, match="must return a scikit-learn Pipeline, it returned int"
    ):
        load_model_code("no_pipeline").new_pipeline({})


def test_refuses_a_model_without_a_folder() -> None:
    with pytest.raises(ModelFolderError, match=r"models/no_such_model/model\.toml"):
        load_model_code("no_such_model")
