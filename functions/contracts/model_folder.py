"""Finding model folders and reading their model.toml."""

from pathlib import Path

from functions.contracts.feature_rules import find_column_mistakes
from functions.contracts.model_parsing import SpecMistakesError, parse_spec
from functions.contracts.model_problem import ModelFolderError, Problem, name_choices
from functions.contracts.model_spec import ModelSpec
from functions.contracts.policy_rules import find_folder_mistakes, find_policy_mistakes

__all__ = [
    "MODELS_DIRECTORY",
    "SPEC_FILE",
    "ModelFolderError",
    "Problem",
    "find_model_names",
    "load_model_spec",
    "read_model_code",
]

MODELS_DIRECTORY = Path(__file__).resolve().parents[2] / "models"
"""Where the folders are, in a checkout and in a bundle alike."""

SPEC_FILE = "model.toml"


def find_model_names(directory: Path = MODELS_DIRECTORY) -> tuple[str, ...]:
    """Return the names of all folders that hold a model.toml, sorted."""
    return tuple(sorted(path.parent.name for path in directory.glob(f"*/{SPEC_FILE}")))


def load_model_spec(name: str, directory: Path = MODELS_DIRECTORY) -> ModelSpec:
    """Return what a folder's model.toml says.

    Raises
    ------
    ModelFolderError
        If the folder or the file is missing, is no TOML, or says something that cannot be.
    """
    file = f"models/{name}/{SPEC_FILE}"
    path = directory / name / SPEC_FILE
    if not path.is_file():
        models = name_choices(name, find_model_names(directory))
        raise ModelFolderError([Problem(file, "(file)", "missing", f"write it; {models}")])
    try:
        spec = parse_spec(path.read_bytes())
    except SpecMistakesError as error:
        raise ModelFolderError([mistake.in_file(file) for mistake in error.mistakes]) from error
    mistakes = (
        *find_folder_mistakes(spec, name),
        *find_column_mistakes(spec),
        *find_policy_mistakes(spec),
    )
    if mistakes:
        raise ModelFolderError([mistake.in_file(file) for mistake in mistakes])
    return spec


def read_model_code(name: str, directory: Path = MODELS_DIRECTORY) -> bytes:
    """Return all of a model's code, file by file, to see whether it is another.

    It is read and never run.
    """
    folder = directory / name
    return b"\n".join(
        path.relative_to(folder).as_posix().encode() + b"\n" + path.read_bytes()
        for path in sorted(folder.rglob("*.py"))
    )
