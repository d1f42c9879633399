"""Which JSON values a feature takes, and the sentence for each that it does not."""

import json
from collections.abc import Sequence
from typing import Any

from functions.contracts.feature_types import FeatureType, FeatureView

LARGEST_NUMBER = 3.4028235e38
"""The largest float32 as it is printed; of a number much beyond, the matrix holds an infinity."""

_SHOWN_CHARACTERS = 40
_TAKEN: dict[FeatureType, frozenset[type]] = {
    FeatureType.NUMBER: frozenset({int, float}),
    FeatureType.INTEGER: frozenset({int, float}),
    FeatureType.BOOLEAN: frozenset({bool}),
    FeatureType.STRING: frozenset({str}),
}
_NUMERIC = (FeatureType.NUMBER, FeatureType.INTEGER)
_WANTED: dict[FeatureType, str] = {
    FeatureType.NUMBER: "a number",
    FeatureType.INTEGER: "a whole number",
    FeatureType.BOOLEAN: "true or false",
    FeatureType.STRING: "a text",
}


def find_misfit(feature: FeatureView, value: object) -> str | None:
    """Return why a feature does not take a parsed JSON value, or None if it does.

    A truth value is no number here, a number is no truth value, and a text is neither. 3.0 is a
    whole number, because JSON does not tell it from 3. Ranges and categories are not looked at:
    what lies outside them is encoded and left to drift watching.

    Examples
    --------
    >>> from functions.contracts.feature_schema import Feature
    >>> find_misfit(Feature(name="age", type="integer"), 1.5)
    'expected a whole number, got 1.5'
    """
    if value is None:
        return None if feature.allows_missing else "is missing, and this feature needs a value"
    if type(value) not in _TAKEN[feature.type]:
        return f"expected {_WANTED[feature.type]}, got {show_value(value)}"
    if isinstance(value, int | float):
        return _find_number_misfit(feature, value)
    return None


def column_fits(feature: FeatureView, values: Sequence[object]) -> bool:
    """Return whether `find_misfit` finds nothing in any value, ten times as fast.

    False may be said of a column that fits; True may not be said of one that does not.
    """
    kinds = set(map(type, values))
    present: Sequence[object] = values
    if type(None) in kinds:
        if not feature.allows_missing:
            return False
        kinds.discard(type(None))
        present = [value for value in values if value is not None]
    if not kinds <= _TAKEN[feature.type]:
        return False
    if feature.type not in _NUMERIC or not present:
        return True
    return _numbers_fit(feature, present, may_have_fractions=float in kinds)


def show_value(value: object) -> str:
    """Return a value as JSON in a few characters, for the person who sent it.

    Examples
    --------
    >>> show_value("yes"), show_value({"a": 1}), show_value([])
    ('"yes"', 'an object', 'an empty array')
    """
    if isinstance(value, dict | list):
        kind = "object" if isinstance(value, dict) else "array"
        return f"an {kind}" if value else f"an empty {kind}"
    text = json.dumps(value[:_SHOWN_CHARACTERS] if isinstance(value, str) else value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"


def _find_number_misfit(feature: FeatureView, value: float) -> str | None:
    if not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
        return f"expected {_WANTED[feature.type]} of at most 3.4e38, the largest float32"
    if feature.type is FeatureType.INTEGER and value % 1:
        return f"expected a whole number, got {show_value(value)}"
    return None


def _numbers_fit(feature: FeatureView, numbers: Sequence[Any], *, may_have_fractions: bool) -> bool:
    if min(numbers) < -LARGEST_NUMBER or max(numbers) > LARGEST_NUMBER:
        return False
    if feature.type is FeatureType.INTEGER and may_have_fractions:
        return not any(number % 1 for number in numbers)
    return True
