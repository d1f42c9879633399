"""As much of JSON Schema as our OpenAPI description uses; anything else in a schema is refused."""

from typing import Any

TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
NOT_CHECKED = {"title", "description", "examples", "x-windvane", "format", "default", "pattern"}


def fits(schema: dict[str, Any], value: Any, document: dict[str, Any]) -> bool:
    """Return whether a value is what a schema of an OpenAPI document describes."""
    checks = {
        "$ref": lambda ref: fits(resolve(ref, document), value, document),
        "type": lambda kinds: any(has_type(kind, value) for kind in listed(kinds)),
        "enum": lambda known: any(same(one, value) for one in known),
        "const": lambda known: same(known, value),
        "oneOf": lambda inner: sum(fits(one, value, document) for one in inner) == 1,
        "anyOf": lambda inner: any(fits(one, value, document) for one in inner),
        "minimum": lambda low: not isinstance(value, int | float) or value >= low,
        "maximum": lambda high: not isinstance(value, int | float) or value <= high,
        "minProperties": lambda low: not isinstance(value, dict) or len(value) >= low,
        "minItems": lambda low: not isinstance(value, list) or len(value) >= low,
        "maxItems": lambda high: not isinstance(value, list) or len(value) <= high,
        "items": lambda one: (
            not isinstance(value, list) or all(fits(one, item, document) for item in value)
        ),
        "required": lambda names: not isinstance(value, dict) or set(names) <= set(value),
        "properties": lambda known: (
            not isinstance(value, dict)
            or all(fits(known[name], value[name], document) for name in known if name in value)
        ),
        "additionalProperties": lambda rest: (
            not isinstance(value, dict)
            or all(
                rest if isinstance(rest, bool) else fits(rest, item, document)
                for name, item in value.items()
                if name not in schema.get("properties", {})
            )
        ),
    }
    return all(checks[key](limit) for key, limit in schema.items() if key not in NOT_CHECKED)


def resolve(ref: str, document: dict[str, Any]) -> dict[str, Any]:
    """Return what a reference within the document refers to; KeyError if nothing."""
    found: Any = document
    for part in ref.removeprefix("#/").split("/"):
        found = found[part]
    return found


def has_type(kind: str, value: Any) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, TYPES[kind])


def same(one: Any, other: Any) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
