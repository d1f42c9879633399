"""Every mistake in a model folder is told, and a folder without one is read."""

from pathlib import Path

import pytest

from functions.contracts.model_checks import check_all_model_folders, check_model_folder
from functions.contracts.model_folder import (
    ModelFolderError,
    Problem,
    find_model_names,
    load_model_spec,
)
from tests.unit.contracts.folders import CARD_FILE, PYTHON, SPEC, spoilt, write_folder


def test_finds_nothing_in_a_folder_without_a_mistake(tmp_path: Path) -> None:
    write_folder(tmp_path)

    assert check_model_folder("membership", tmp_path) == ()


def test_tells_each_missing_file(tmp_path: Path) -> None:
    write_folder(tmp_path, toml=None, code=None, card=None)

    problems = check_model_folder("membership", tmp_path)

    assert [(problem.file, problem.value) for problem in problems] == [
        (SPEC, "missing"),
        (PYTHON, "missing"),
        (CARD_FILE, "missing"),
    ]


def test_tells_an_empty_model_card(tmp_path: Path) -> None:
    write_folder(tmp_path, card=" \n")

    assert check_model_folder("membership", tmp_path) == (
        Problem(
            CARD_FILE, "(file)", '"empty"', "write the model card: purpose, data, limits, owner"
        ),
    )


def test_tells_all_mistakes_at_once(tmp_path: Path) -> None:
    toml = spoilt("rate(1 day)", "daily").replace("minimum = 0.8", "maximum = 0.8")
    write_folder(tmp_path, toml=toml, code="", card=None)

    files = [problem.file for problem in check_model_folder("membership", tmp_path)]

    assert files == [SPEC, SPEC, PYTHON, CARD_FILE]


def test_suggests_the_folder_that_was_meant(tmp_path: Path) -> None:
    write_folder(tmp_path)

    with pytest.raises(ModelFolderError) as raised:
        load_model_spec("memberships", tmp_path)

    assert str(raised.value) == (
        "models/memberships/model.toml: (file) = missing: "
        "write it; did you mean membership? known: membership"
    )


def test_reads_a_folder_without_a_mistake(tmp_path: Path) -> None:
    write_folder(tmp_path)

    spec = load_model_spec("membership", tmp_path)

    assert find_model_names(tmp_path) == ("membership",)
    assert spec.training.parameters == {"depth": (2, 3)}
    assert spec.schema_.names == ("age", "fuel", "member")


def test_refuses_a_spec_that_breaks_a_rule(tmp_path: Path) -> None:
    write_folder(tmp_path, toml=spoilt('name = "stays"', 'name = "age"'))

    with pytest.raises(ModelFolderError, match=r"target\.name"):
        load_model_spec("membership", tmp_path)


def test_checks_folders_that_lack_their_model_toml_too(tmp_path: Path) -> None:
    write_folder(tmp_path)
    write_folder(tmp_path, name="unfinished", toml=None)
    (tmp_path / "__pycache__").mkdir()

    found = check_all_model_folders(tmp_path)

    assert {name: len(problems) for name, problems in found.items()} == {
        "membership": 0,
        "unfinished": 1,
    }
