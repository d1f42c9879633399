"""A feature's value in SQL: the number that the matrix holds, and why a row has none.

The rules are those of serving (`core/feature_values.py`, `core/encoding.py`): an unlisted category
is unseen and not refused, and neither is a number outside the feature's range.
"""

from collections.abc import Sequence

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
    """Return the expression of the matrix's number, NULL or NaN where it is missing.

    Of a value that is refused it may be an infinity.
    """
    if not feature.is_categorical:
        return f"TRY_CAST({value} AS FLOAT)"
    if not feature.categories:
        return f"CASE WHEN {value} IS NOT NULL THEN {UNSEEN_CATEGORY}::FLOAT END"
    names = ", ".join(literal(name) for name in feature.categories)
    code = f"coalesce(enum_code(TRY_CAST({value} AS ENUM({names}))), {UNSEEN_CATEGORY})"
    return f"CASE WHEN {value} IS NOT NULL THEN ({code})::FLOAT END"


def all_fit_sql(values: Sequence[tuple[Feature, str, str]]) -> str:
    """Return a condition that is quickly checked and never NULL: a row with it is not refused.

    Without it `misfit_sql` decides.

    Parameters
    ----------
    values : sequence of tuples
        Features with what `fit_sql` takes.
    """
    needed = [value for feature, value, _ in values if _is_needed_number(feature)]
    fit = [fit_sql(*each) for each in values if not _is_needed_number(each[0])]
    if needed:
        # None is missing or NaN, and none too large, if their sum is not: one comparison for all.
        total = " + ".join(f"abs({value})" for value in needed)
        fit.insert(0, f"coalesce({total} <= {_LARGEST}, false)")
    return " AND ".join(fit)


def _is_needed_number(feature: Feature) -> bool:
    return feature.type is FeatureType.NUMBER and not feature.allows_missing


def fit_sql(feature: Feature, value: str, nothing: str) -> str:
    """Return a condition that is quickly checked and never NULL: a row with it is not refused.

    Without it `misfit_sql` decides.

    Parameters
    ----------
    nothing : str
        The condition that no text was there.
    """
    fits = f"{value} IS NOT NULL" if feature.is_categorical else _plain_number_sql(feature, value)
    if not feature.allows_missing:
        return f"coalesce({fits}, false)"
    return f"(coalesce({fits}, false) OR ({nothing}))"


def odd_sql(feature: Feature, value: str) -> str:
    """Return the condition of a number whose text a reason would show; it is never NULL."""
    return f"({value} IS NOT NULL AND NOT {_plain_number_sql(feature, value)})"


def shown_sql(text: str) -> str:
    """Return the expression of as much of a value's text as a reason repeats."""
    return f"left(({text})::VARCHAR, {SHOWN})"


def misfit_sql(feature: Feature, value: str, text: str) -> str:
    """Return the condition under which a row is refused for this feature.

    `text` is what the value was read from, as `shown_sql` says it.
    """
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


def _plain_number_sql(feature: Feature, value: str) -> str:
    """Return the condition of a number that fits; NULL of one that is missing, false of NaN."""
    fits = f"{value} BETWEEN -{_LARGEST} AND {_LARGEST}"
    whole = f" AND {value} = round({value})" if feature.type is FeatureType.INTEGER else ""
    return f"({fits}{whole})"


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
