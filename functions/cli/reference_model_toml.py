"""The reference page of model.toml, written from the classes that read it.

`python -m functions.cli.reference_model_toml` writes it; a test compares it with the code.
"""

import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from functions.contracts.model_spec import ModelSpec, Task
from functions.contracts.schedules import EXAMPLES
from functions.contracts.score_names import score_names

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "model-toml.md"

_HEAD = """# model.toml

<!-- Written by `python -m functions.cli.reference_model_toml`; edit the code instead. -->

What `models/<name>/model.toml` may say. A key that is not listed here is a mistake, and
`windvane models check` says which one was meant. Types are TOML's: `"200"` is no number.
How to fill it in: [add a model](../how-to/add-a-model.md).
"""

_PLACES = {"features": "[[features]]", "absolute": "[gates.absolute.<score>]"}
_NAMES = {"str": "text", "int": "whole number", "float": "number", "bool": "true or false"}
_BOUNDS = (
    (annotated_types.Ge, "ge", "at least"),
    (annotated_types.Gt, "gt", "above"),
    (annotated_types.Le, "le", "at most"),
    (annotated_types.Lt, "lt", "below"),
)


def model_toml_page() -> str:
    """Return the page."""
    parts = [_HEAD, *_tables(ModelSpec, ()), *_vocabulary()]
    return "\n".join(parts) + "\n"


def _tables(document: type[BaseModel], place: tuple[str, ...]) -> Iterator[str]:
    """Yield a section for a table and one for each table in it."""
    title = _title(place)
    yield f"## {title}\n\n{document.__doc__}\n"
    yield "| key | type | default | meaning |\n| --- | --- | --- | --- |"
    inner: list[tuple[str, type[BaseModel]]] = []
    for name, field in document.model_fields.items():
        table = _table_in(field.annotation)
        if table is not None:
            inner.append((name, table))
        yield _row(name, field, table, _title((*place, name)))
    yield ""
    for name, table in inner:
        yield from _tables(table, (*place, name))


def _title(place: tuple[str, ...]) -> str:
    if not place:
        return "The file"
    return f"`{_PLACES.get(place[-1], '[' + '.'.join(place) + ']')}`"


def _row(name: str, field: FieldInfo, table: type[BaseModel] | None, title: str) -> str:
    default = "required"
    if not field.is_required():
        value = field.get_default(call_default_factory=True)
        default = "" if table or value in (None, (), {}, "") else f"`{_written(value)}`"
    described = field.description or (_first_line(table) if table else "")
    meaning = "; ".join(part for part in (described, _limits(field)) if part)
    kind = f"table {title}" if table else _kind(field.annotation)
    return f"| `{name}` | {kind} | {default} | {meaning} |"


def _first_line(table: type[BaseModel]) -> str:
    text = str(table.__doc__).splitlines()[0].removesuffix(".")
    return text[0].lower() + text[1:]


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def _limits(field: FieldInfo) -> str:
    found = [
        f"{words} {getattr(limit, attribute):g}"
        for limit in field.metadata
        for kind, attribute, words in _BOUNDS
        if isinstance(limit, kind)
    ]
    return ", ".join(found)


def _kind(annotation: Any) -> str:  # noqa: ANN401 - any annotation of pydantic's
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is None:
        return _plain_kind(annotation)
    if origin is Literal:
        return " or ".join(f'`"{value}"`' for value in arguments)
    if origin in _CONTAINERS:
        words, position = _CONTAINERS[origin]
        return words + _kind(arguments[position])
    kinds = [_kind(member) for member in arguments if member is not type(None)]
    return " or ".join(dict.fromkeys(kinds))


_CONTAINERS: dict[Any, tuple[str, int]] = {
    Annotated: ("", 0),
    tuple: ("list of: ", 0),
    dict: ("table of: ", 1),
}


def _plain_kind(kind: type) -> str:
    if issubclass(kind, Enum):
        return " or ".join(f'`"{member.value}"`' for member in kind)
    return _NAMES.get(kind.__name__, kind.__name__)


def _table_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 - as above
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _table_in(part))), None)


def _vocabulary() -> Iterator[str]:
    yield "## Scores\n\nOf a `*_score` more is better, of an `*_error` less.\n"
    yield "| task | scores |\n| --- | --- |"
    for task in Task:
        names = ", ".join(f"`{name}`" for name in score_names(task))
        yield f"| `{task}` | {names} |"
    schedules = re.sub(r"(rate|cron)\([^)]*\)", r"`\g<0>`", EXAMPLES)
    yield f"\n## Schedules\n\nAs EventBridge Scheduler has them, in UTC: {schedules}."


if __name__ == "__main__":
    PAGE.write_text(model_toml_page(), encoding="utf-8")
