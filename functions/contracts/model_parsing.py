"""From the bytes of a model.toml to a ModelSpec, or to every mistake of form in it."""

import json
import math
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from functions.contracts.model_problem import Absent, Mistake, name_choices
from functions.contracts.model_spec import ModelSpec

_KINDS = {
    "string_type": "write a text in quotes",
    "int_type": "write a whole number",
    "int_from_float": "write a whole number",
    "float_type": "write a number",
    "bool_type": "write true or false",
    "tuple_type": "write a list in [ ]",
    "model_type": "write a table",
    "model_attributes_type": "write a table",
    "dict_type": "write a table",
    "too_short": "write at least one",
    "string_too_short": "write a text that is not empty",
}
_LIMITS = {
    "greater_than_equal": ("ge", "of at least"),
    "greater_than": ("gt", "above"),
    "less_than_equal": ("le", "of at most"),
    "less_than": ("lt", "below"),
}
_UNION_MEMBERS = ("bool", "int", "float", "str", "none")
_ROW_COUNTS = ("training", "window_rows")
_OWN_REMEDIES: Mapping[tuple[int | str, ...], str] = {
    _ROW_COUNTS: 'write a whole number of at least 20, a list of such numbers, or "auto"',
    (
        "training",
        "parameters",
    ): "write the values to try as a list of texts, numbers or truth values",
}
_NAME_RULE = (
    "write a lower-case letter followed by at most 62 lower-case letters, digits or underscores"
)
_FEATURE_NAME_RULE = (
    "write a letter or underscore followed by at most 127 letters, digits or underscores"
)


class SpecMistakesError(Exception):
    """A model.toml does not become a ModelSpec; `mistakes` says why."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        self.mistakes = mistakes
        super().__init__(f"{len(mistakes)} mistakes")


def parse_spec(content: bytes) -> ModelSpec:
    """Return what the bytes of a model.toml say; raise SpecMistakesError.

    Types are taken as TOML has them: `"200"` is no number and `1` is no truth value.
    """
    try:
        table = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SpecMistakesError((Mistake("(file)", "not TOML", str(error)),)) from error
    unwritable = tuple(_find_unwritable(table, ()))
    if unwritable:
        raise SpecMistakesError(unwritable)
    try:
        # By way of JSON, because its strict mode takes lists as tuples and texts as enum members.
        return ModelSpec.model_validate_json(json.dumps(table, default=str), strict=True)
    except ValidationError as error:
        raise SpecMistakesError(tuple(_mistakes(error, table))) from error


def key_name(place: tuple[int | str, ...], table: Mapping[str, Any]) -> str:
    """Return a key as people find it: a feature by its name, another list's item by its number.

    Examples
    --------
    >>> key_name(("features", 0, "minimum"), {"features": [{"name": "age"}]})
    'features.age.minimum'
    >>> key_name(("target", "classes", 1), {})
    'target.classes[2]'
    """
    text = ""
    for depth, part in enumerate(place):
        if isinstance(part, int):
            name = _feature_name(part, table) if place[:depth] == ("features",) else None
            text += f".{name}" if name else f"[{part + 1}]"
        else:
            text += f".{part}" if text else part
    return text or "(file)"


def _find_unwritable(value: object, place: tuple[int | str, ...]) -> Iterator[Mistake]:
    """Yield a mistake for each number that is not finite: none has a meaning anywhere."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _find_unwritable(item, (*place, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _find_unwritable(item, (*place, index))
    elif isinstance(value, float) and not math.isfinite(value):
        yield Mistake(key_name(place, {}), value, "write a finite number, or leave the key out")


def _mistakes(error: ValidationError, table: dict[str, Any]) -> Iterator[Mistake]:
    seen: set[str] = set()
    for details in error.errors():
        place = _table_place(details["loc"], details["type"])
        key = key_name(place, table)
        if key in seen:  # one union member's complaint is enough
            continue
        seen.add(key)
        if details["type"] == "value_error":
            yield _own_rule(str(details["ctx"]["error"]), key, details["input"])
        else:
            value = Absent if details["type"] == "missing" else details["input"]
            yield Mistake(key, value, _remedy(details, place))


def _own_rule(message: str, key: str, value: object) -> Mistake:
    """Return the mistake that a rule of ModelSpec tells as `key: what is wrong`."""
    named, separator, text = message.partition(": ")
    if not separator:
        return Mistake(key, value, message)
    for part in named.split("."):
        value = value.get(part, Absent) if isinstance(value, dict) else Absent
    return Mistake(named, value, text)


def _remedy(details: Any, place: tuple[int | str, ...]) -> str:  # noqa: ANN401 - pydantic's own
    kind = details["type"]
    if place[:2] in _OWN_REMEDIES:
        return _OWN_REMEDIES[place[:2]]
    if kind in _LIMITS:
        limit, words = _LIMITS[kind]
        return f"write a number {words} {details['ctx'][limit]}"
    if kind in _OF_PLACE:
        return _OF_PLACE[kind](details, place)
    return _KINDS.get(kind) or str(details["msg"])


def _unknown_key(_details: Any, place: tuple[int | str, ...]) -> str:  # noqa: ANN401 - pydantic types them so
    return f"unknown key; {name_choices(place[-1], _known_keys(place[:-1]))}"


def _missing_key(_details: Any, place: tuple[int | str, ...]) -> str:  # noqa: ANN401 - pydantic types them so
    return "write this key" + _meaning(place)


def _unknown_choice(details: Any, _place: tuple[int | str, ...]) -> str:  # noqa: ANN401 - pydantic types them so
    choices = details["ctx"]["expected"].replace(" or ", ", ").replace("'", "").split(", ")
    return name_choices(details["input"], choices)


def _misspelled_name(_details: Any, place: tuple[int | str, ...]) -> str:  # noqa: ANN401 - pydantic types them so
    return _NAME_RULE if place == ("name",) else _FEATURE_NAME_RULE


_OF_PLACE: dict[str, Callable[[Any, tuple[int | str, ...]], str]] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing_key,
    "enum": _unknown_choice,
    "literal_error": _unknown_choice,
    "string_pattern_mismatch": _misspelled_name,
}


def _table_place(place: tuple[int | str, ...], kind: str) -> tuple[int | str, ...]:
    """Return a place without the name of the union's member that pydantic appends."""
    if place[:2] == _ROW_COUNTS:
        return _ROW_COUNTS
    of_union = kind != "extra_forbidden" and place[-1:] and place[-1] in _UNION_MEMBERS
    return place[:-1] if of_union else place


def _known_keys(place: tuple[int | str, ...]) -> tuple[str, ...]:
    document = _document_at(place)
    return tuple(document.model_fields) if document else ()


def _meaning(place: tuple[int | str, ...]) -> str:
    document = _document_at(place[:-1])
    field = document.model_fields.get(str(place[-1])) if document else None
    return f": {field.description}" if field and field.description else ""


def _document_at(place: tuple[int | str, ...]) -> type[BaseModel] | None:
    document: type[BaseModel] | None = ModelSpec
    for part in place:
        if isinstance(part, int) or document is None:
            continue
        field = document.model_fields.get(part)
        document = _document_in(field.annotation) if field else document
    return document


def _document_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _document_in(part))), None)


def _feature_name(index: int, table: Mapping[str, Any]) -> str | None:
    features = table.get("features")
    if isinstance(features, list) and index < len(features) and isinstance(features[index], dict):
        name = features[index].get("name")
        return name if isinstance(name, str) else None
    return None
