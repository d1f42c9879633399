"""A model's code, read to see whether it is another."""

from pathlib import Path

from functions.contracts.model_folder import MODELS_DIRECTORY, read_model_code


def test_reads_all_code_of_a_folder_whatever_else_is_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "kiln"
    (folder / "parts").mkdir(parents=True)
    (folder / "model.py").write_text("a = 1")
    (folder / "parts" / "steps.py").write_text("b = 2")
    before = read_model_code("kiln", tmp_path)

    (folder / "README.md").write_text("changed")

    assert before == b"model.py\na = 1\nparts/steps.py\nb = 2"
    assert read_model_code("kiln", tmp_path) == before


def test_tells_code_that_moved_to_another_file(tmp_path: Path) -> None:
    folder = tmp_path / "kiln"
    folder.mkdir()
    (folder / "model.py").write_text("a = 1")
    before = read_model_code("kiln", tmp_path)

    (folder / "model.py").rename(folder / "other.py")

    assert read_model_code("kiln", tmp_path) != before


def test_finds_the_code_of_the_models_that_are_here() -> None:
    assert b"def build_pipeline" in read_model_code("loan_default", MODELS_DIRECTORY)
