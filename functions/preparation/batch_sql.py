"""A feature's value in SQL: the number that the matrix holds, and why a row has none.

The rules are those of serving (`core/feature_values.py`, `core/encoding.py`): an unlisted category
is unseen and not refused, and neither is a number outside the feature's range.
"""

from functions.contracts.feature_schema import UNSEEN_CATEGORY, Feature, FeatureType
from functions.core.feature_values import LARGEST_NUMBER
from functions.preparation.column_sql import Kind
from functions.preparation.engine import literal

SHOWN = 40
"""Characters of a value that a reason repeats; of a personal feature, none."""

_KINDS = {
    FeatureType.NUMBER: Kind.NUMBER,
    FeatureType.INTEGER: Kind.NUMBER,
    FeatureType.BOOLEAN: Kind.BOOLEAN,
    FeatureType.STRING: Kind.TEXT,
}
_WANTED = {
    FeatureType.NUMBER: "a number",
    FeatureType.INTEGER: "a whole number",
    FeatureType.BOOLEAN: "true or false",
    FeatureType.STRING: "a text",
}
_LARGEST = f"{LARGEST_NUMBER!r}::DOUBLE"


def feature_kind(feature: Feature) -> Kind:
    """Return what a feature wants of a column."""
    return _KINDS[feature.type]


def code_sql(feature: Feature, value: str) -> str:
    """Return the expression of the matrix's number, NULL where it is missing."""
    if not feature.is_categorical:
        return f"CASE WHEN isfinite({value}::DOUBLE) THEN TRY_CAST({value} AS FLOAT) END"
    if not feature.categories:
        return f"CASE WHEN {value} IS NOT NULL THEN {UNSEEN_CATEGORY}::FLOAT END"
    names = ", ".join(literal(name) for name in feature.categories)
    code = f"coalesce(list_position([{names}], {value}), 0) - 1"
    return f"CASE WHEN {value} IS NOT NULL THEN ({code})::FLOAT END"


def reason_sql(feature: Feature, value: str, text: str) -> str:
    """Return the expression of why a row is refused for this feature, NULL if it is not."""
    if feature.is_categorical:
        return f"CASE WHEN {_missing(feature, value, text)} END"
    shown = "" if feature.pii else f" || ', got ' || {text}"
    wanted = literal(f"{feature.name}: expected {_WANTED[feature.type]}")
    too_large = literal(f"{feature.name}: beyond 3.4e38, the largest float32")
    whole = f"WHEN {value} <> round({value}) THEN {wanted}{shown} "
    return (
        f"CASE WHEN {_missing(feature, value, text)} "
        f"WHEN {value} IS NULL AND {_is_there(text)} THEN {wanted}{shown} "
        f"WHEN NOT isnan({value}) AND abs({value}) > {_LARGEST} THEN {too_large} "
        f"{whole if feature.type is FeatureType.INTEGER else ''}END"
    )


def _missing(feature: Feature, value: str, text: str) -> str:
    """Return the WHEN of a missing value; one that never holds if the feature allows it."""
    if feature.allows_missing:
        return "false THEN NULL"
    absent = f"{value} IS NULL" if feature.is_categorical else f"NOT ({_is_there(text)})"
    reason = literal(f"{feature.name}: is missing, and this feature needs a value")
    return f"{absent} THEN {reason}"


def _is_there(text: str) -> str:
    return f"{text} IS NOT NULL AND trim({text}) <> '' AND lower(trim({text})) <> 'nan'"
