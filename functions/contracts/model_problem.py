"""What can be wrong in a model folder, and how it is told."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from functions.contracts.errors import WindvaneError

_SHOWN_CHARACTERS = 60


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


@dataclass(frozen=True, slots=True)
class Mistake:
    """A problem before it is known in which file it stands."""

    key: str
    value: object
    remedy: str

    def in_file(self, file: str) -> Problem:
        """Return the problem that this mistake is in a file."""
        return Problem(file, self.key, show_toml(self.value), self.remedy)


class Absent:
    """The value of a key that is not there."""


def show_toml(value: object) -> str:
    """Return a value in a few characters, as TOML writes it.

    Examples
    --------
    >>> show_toml(True), show_toml("a"), show_toml([1, "b"]), show_toml(Absent)
    ('true', '"a"', '[1, "b"]', 'missing')
    """
    if value is Absent:
        return "missing"
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, str):
        text = f'"{value}"'
    elif isinstance(value, list | tuple):
        text = f"[{', '.join(show_toml(item) for item in value)}]"
    elif isinstance(value, dict):
        text = f"{{{', '.join(f'{key} = {show_toml(item)}' for key, item in value.items())}}}"
    else:
        text = str(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[: _SHOWN_CHARACTERS - 1]}…"


def name_choices(given: object, known: Iterable[str]) -> str:
    """Return "did you mean" for the nearest of some names, and all of them.

    Examples
    --------
    >>> name_choices("targte", ["target", "task"])
    'did you mean target? known: target, task'
    """
    names = list(known)
    near = difflib.get_close_matches(str(given), names, n=1)
    guess = f"did you mean {near[0]}? " if near else ""
    return f"{guess}known: {', '.join(names) or 'none'}"
