"""The page of model.toml is what the classes say, and every key of it has a meaning."""

import re
from pathlib import Path

import pytest

from functions.cli.reference_model_toml import PAGE, model_toml_page
from functions.contracts.feature_schema import Feature
from functions.contracts.model_checks import check_model_folder
from functions.contracts.model_spec import (
    Bound,
    ChampionGate,
    DataRules,
    DriftPolicy,
    Gates,
    Holdout,
    ModelSpec,
    Retraining,
    Rollout,
    Serving,
    Target,
    Training,
)

TABLES = (
    ModelSpec,
    Target,
    DataRules,
    Feature,
    Training,
    Holdout,
    Gates,
    Bound,
    ChampionGate,
    DriftPolicy,
    Rollout,
    Retraining,
    Serving,
)
HOW_TO = PAGE.parents[1] / "how-to" / "add-a-model.md"


def test_page_is_what_the_code_writes() -> None:
    written = PAGE.read_text(encoding="utf-8")

    assert written == model_toml_page(), "run: python -m functions.cli.reference_model_toml"


@pytest.mark.parametrize(
    "key", [f"{table.__name__}.{name}" for table in TABLES for name in table.model_fields]
)
def test_every_key_is_listed_with_its_meaning(key: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    name = key.partition(".")[2]

    rows = re.findall(rf"^\| `{name}` \|.*\| (.*) \|$", page, flags=re.MULTILINE)

    assert rows
    assert name == "description" or all(rows)


def test_the_guides_model_folder_has_no_mistake(tmp_path: Path) -> None:
    text = HOW_TO.read_text(encoding="utf-8")
    blocks = dict(re.findall(r"`(models/churn/[\w.]+)`:\n\n```\w+\n(.*?)```", text, re.DOTALL))
    for path, content in blocks.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")

    assert {Path(path).name for path in blocks} == {"model.toml", "model.py", "README.md"}
    assert check_model_folder("churn", tmp_path / "models") == ()
