"""A feature's value in SQL: the number that the matrix holds, and why a row has none.

The rules are those of serving (`core/feature_values.py`, `core/encoding.py`): an unlisted category
is unseen and not refused, and neither is a number outside the feature's range.
"""

from functions.contracts.feature_schema import UNSEEN_CATEGORY, Feature, FeatureType
from functions.core.feature_values import LARGEST_NUMBER
from functions.preparation.engine import literal

SHOWN = 40
"""Characters of a value that a reason repeats; of a personal feature, none."""

_WANTED = {
    FeatureType.NUMBER: "a number",
    FeatureType.INTEGER: "a whole number",
    FeatureType.BOOLEAN: "true or false",
    FeatureType.STRING: "a text",
}
_LARGEST = f"{LARGEST_NUMBER!r}::DOUBLE"


def code_sql(feature: Feature, value: str) -> str:
    """Return the expression of the matrix's number, NULL where it is missing."""
    if not feature.is_categorical:
        return f"CASE WHEN isfinite({value}::DOUBLE) THEN TRY_CAST({value} AS FLOAT) END"
    if not feature.categories:
        return f"CASE WHEN {value} IS NOT NULL THEN {UNSEEN_CATEGORY}::FLOAT END"
    names = ", ".join(literal(name) for name in feature.categories)
    code = f"coalesce(list_position([{names}], {value}), 0) - 1"
    return f"CASE WHEN {value} IS NOT NULL THEN ({code})::FLOAT END"


def text_sql(feature: Feature, value: str, text: str) -> str:
    """Return the expression of a value's text where it may be needed, NULL elsewhere.

    Most values are right, and writing a number as text costs more than all the rest.
    """
    return f"CASE WHEN {_is_suspect(feature, value)} THEN left(({text})::VARCHAR, {SHOWN}) END"


def misfit_sql(feature: Feature, value: str, text: str) -> str:
    """Return the condition under which a row is refused for this feature."""
    suspect = _is_suspect(feature, value)
    if not feature.allows_missing:
        return suspect
    absent = f"({_is_absent(feature, value)} AND NOT ({_is_there(text)}))"
    return f"({suspect} AND NOT {absent})"


def reason_sql(feature: Feature, value: str, text: str) -> str:
    """Return the expression of why a row is refused for this feature, NULL if it is not."""
    missing = literal(f"{feature.name}: is missing, and this feature needs a value")
    absent = f"{_is_absent(feature, value)} AND NOT ({_is_there(text)})"
    shown = "" if feature.pii else f" || ', got ' || {text}"
    wanted = literal(f"{feature.name}: expected {_WANTED[feature.type]}") + shown
    large = literal(f"{feature.name}: beyond 3.4e38, the largest float32")
    return (
        f"CASE WHEN NOT ({misfit_sql(feature, value, text)}) THEN NULL "
        f"WHEN {absent} THEN {missing} "
        f"{_when_too_large(feature, value)} THEN {large} ELSE {wanted} END"
    )


def _when_too_large(feature: Feature, value: str) -> str:
    if feature.is_categorical:
        return "WHEN false"
    return f"WHEN NOT isnan({value}) AND abs({value}) > {_LARGEST}"


def _is_absent(feature: Feature, value: str) -> str:
    """Return the condition of a value that could not be read, or is not a number."""
    return f"{value} IS NULL" if feature.is_categorical else f"({value} IS NULL OR isnan({value}))"


def _is_suspect(feature: Feature, value: str) -> str:
    """Return the condition of a value that may be wrong; it is never NULL."""
    if feature.type in (FeatureType.STRING, FeatureType.BOOLEAN):
        return f"{value} IS NULL"
    fraction = f" OR {value} <> round({value})" if feature.type is FeatureType.INTEGER else ""
    unfit = f"isnan({value}) OR abs({value}) > {_LARGEST}{fraction}"
    return f"({value} IS NULL OR {unfit})"


def _is_there(text: str) -> str:
    return f"coalesce(trim({text}) <> '' AND lower(trim({text})) <> 'nan', false)"
