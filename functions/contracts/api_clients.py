"""`clients.toml`: who gets an API key on the stages whose authorization is `api_key`."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator

from functions.contracts.base import Document
from functions.contracts.errors import WindvaneError
from functions.contracts.model_problem import Problem, name_choices, show_toml

CLIENTS_FILE = Path(__file__).resolve().parents[2] / "clients.toml"
"""Where the clients are named; a checkout without the file has none."""

CLIENT_NAME_PATTERN = r"[a-z][a-z0-9_-]{0,62}"
"""A client's name; matched against the whole string."""

_TABLE = "clients"


class ClientsFileError(WindvaneError):
    """clients.toml cannot be used; the message lists every mistake."""


class ApiClient(Document):
    """One holder of an API key, and how much it may ask. No key is ever written down."""

    name: Annotated[str, StringConstraints(pattern=rf"^{CLIENT_NAME_PATTERN}\z")] = Field(
        description="what models, logs and captures call it"
    )
    description: str = Field(min_length=1, description="who that is")
    requests_per_second: float = Field(default=10.0, gt=0, description="steady rate; 429 beyond it")
    burst: int = Field(default=20, ge=1, description="requests at once above the steady rate")
    requests_per_day: int | None = Field(default=None, ge=1, description="quota; 429 beyond it")
    requests_per_month: int | None = Field(default=None, ge=1, description="quota; 429 beyond it")
    enabled: bool = Field(default=True, description="false: the key is kept and refused")
    stages: tuple[str, ...] = Field(default=(), description="those it has a key for; none: all")

    @model_validator(mode="after")
    def _has_one_quota(self) -> Self:
        if self.requests_per_day is not None and self.requests_per_month is not None:
            msg = "a usage plan has one quota: write requests_per_day or requests_per_month"
            raise ValueError(msg)
        return self

    def is_of(self, stage: str) -> bool:
        """Whether the client has a key for a stage."""
        return not self.stages or stage in self.stages


def load_clients(file: Path = CLIENTS_FILE) -> tuple[ApiClient, ...]:
    """Return the clients that a file names, none without the file.

    Raises
    ------
    ClientsFileError
        If the file is no TOML, or says something that cannot be.
    """
    if not file.is_file():
        return ()
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = f"{file.name}: is no TOML: {error}"
        raise ClientsFileError(msg) from error
    clients, problems = _read(content, file.name)
    if problems:
        raise ClientsFileError("\n".join(map(str, problems)))
    return clients


def _read(
    content: Mapping[str, Any], file: str
) -> tuple[tuple[ApiClient, ...], tuple[Problem, ...]]:
    problems = [
        Problem(file, key, show_toml(content[key]), f"is not known; {name_choices(key, [_TABLE])}")
        for key in content
        if key != _TABLE
    ]
    clients: list[ApiClient] = []
    tables = content.get(_TABLE, [])
    if not isinstance(tables, list):
        problems.append(Problem(file, _TABLE, show_toml(tables), "write each as [[clients]]"))
        tables = []
    for index, table in enumerate(tables):
        place = f"clients[{index}]"
        try:
            client = ApiClient.model_validate(table, strict=False)
        except ValidationError as error:
            problems.extend(_mistakes(error, file, place))
            continue
        if client.name in {other.name for other in clients}:
            problems.append(Problem(file, f"{place}.name", client.name, "is named twice"))
        clients.append(client)
    return tuple(clients), tuple(problems)


def _mistakes(error: ValidationError, file: str, place: str) -> list[Problem]:
    return [
        Problem(
            file,
            ".".join([place, *map(str, mistake["loc"])]),
            "missing" if mistake["type"] == "missing" else show_toml(mistake["input"]),
            _remedy(mistake["type"], str(mistake["loc"][-1]) if mistake["loc"] else "")
            or mistake["msg"].removeprefix("Value error, "),
        )
        for mistake in error.errors()
    ]


def _remedy(kind: str, key: str) -> str:
    if kind == "extra_forbidden":
        return f"is not known; {name_choices(key, ApiClient.model_fields)}"
    if kind == "string_pattern_mismatch":
        return "write a lower-case letter, then at most 62 of a-z, 0-9, _ and -"
    return ""
