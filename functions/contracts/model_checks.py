"""Everything that can be said against a model folder without running it."""

from collections.abc import Iterator
from pathlib import Path

from functions.contracts.model_code import find_code_mistakes
from functions.contracts.model_folder import (
    MODELS_DIRECTORY,
    SPEC_FILE,
    ModelFolderError,
    Problem,
    load_model_spec,
)
from functions.contracts.model_problem import Absent, Mistake

CODE_FILE = "model.py"
CARD_FILE = "README.md"


def check_model_folder(name: str, directory: Path = MODELS_DIRECTORY) -> tuple[Problem, ...]:
    """Return every mistake in the folder `name` of `directory`; an empty tuple means none."""
    try:
        load_model_spec(name, directory)
        problems: tuple[Problem, ...] = ()
    except ModelFolderError as error:
        problems = error.problems
    if not (directory / name).is_dir():
        return problems
    return (*problems, *_file_problems(name, directory))


def check_all_model_folders(directory: Path = MODELS_DIRECTORY) -> dict[str, tuple[Problem, ...]]:
    """Return the mistakes of every folder, also of those whose model.toml is missing."""
    names = sorted(
        path.name
        for path in directory.iterdir()
        if path.is_dir() and ((path / SPEC_FILE).exists() or (path / CODE_FILE).exists())
    )
    return {name: check_model_folder(name, directory) for name in names}


def _file_problems(name: str, directory: Path) -> Iterator[Problem]:
    for mistake in _code_mistakes(directory / name / CODE_FILE):
        yield mistake.in_file(f"models/{name}/{CODE_FILE}")
    for mistake in _card_mistakes(directory / name / CARD_FILE):
        yield mistake.in_file(f"models/{name}/{CARD_FILE}")


def _code_mistakes(path: Path) -> Iterator[Mistake]:
    if not path.is_file():
        yield Mistake(
            "(file)", Absent, "write it, with a function build_pipeline(params, features)"
        )
        return
    try:
        source = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        yield Mistake("(file)", "not UTF-8", str(error))
        return
    yield from find_code_mistakes(source)


def _card_mistakes(path: Path) -> Iterator[Mistake]:
    if not path.is_file():
        yield Mistake("(file)", Absent, "write the model card: purpose, data, limits, owner")
    elif not path.read_bytes().strip():
        yield Mistake("(file)", "empty", "write the model card: purpose, data, limits, owner")
