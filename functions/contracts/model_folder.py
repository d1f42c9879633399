"""Finding model folders and reading their model.toml."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from functions.contracts.errors import WindvaneError
from functions.contracts.model_spec import ModelSpec

MODELS_DIRECTORY = Path(__file__).resolve().parents[2] / "models"
"""Where the folders are, in a checkout and in a bundle alike."""

SPEC_FILE = "model.toml"


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a model folder: where it is, what is there, and what to write instead."""

    file: str
    key: str
    value: str
    remedy: str

    def __str__(self) -> str:
        """Return the problem as one line."""
        return f"{self.file}: {self.key} = {self.value}: {self.remedy}"


class ModelFolderError(WindvaneError):
    """A model folder cannot be used; the message lists every problem."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


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
        known = ", ".join(find_model_names(directory)) or "none"
        raise ModelFolderError(
            [Problem(file, "(file)", "missing", f"write it; models here: {known}")]
        )
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ModelFolderError([Problem(file, "(file)", "not TOML", str(error))]) from error
    try:
        return ModelSpec.model_validate(content)
    except ValidationError as error:
        raise ModelFolderError(
            [
                Problem(
                    file,
                    ".".join(str(part) for part in p["loc"]) or "(file)",
                    repr(p["input"]),
                    p["msg"],
                )
                for p in error.errors()
            ]
        ) from error
