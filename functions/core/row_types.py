"""The types as which msgspec reads a version's rows: a struct with a field for each feature."""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Annotated, Any

import msgspec

from functions.contracts.feature_types import UNSEEN_CATEGORY, FeatureType, FeatureView
from functions.core.feature_values import LARGEST_NUMBER

_Number = Annotated[float, msgspec.Meta(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER)]
_Integer = Annotated[float, msgspec.Meta(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER, multiple_of=1.0)]
_KINDS: Mapping[FeatureType, Any] = {
    FeatureType.INTEGER: _Integer,  # 3.0 is a whole number, because JSON does not tell it from 3
    FeatureType.BOOLEAN: bool,
}
_UNSEEN = "unseen"


class _Category(float, Enum):
    """A category as its code: decoded from its text, and a number wherever one is wanted."""

    def __new__(cls, text: str, code: float) -> "_Category":
        member = float.__new__(cls, code)
        member._value_ = text
        return member

    @classmethod
    def _missing_(cls, _text: object) -> "_Category":
        return cls[_UNSEEN]


def row_type(features: Sequence[FeatureView], *, may_be_absent: bool = False) -> Any:  # noqa: ANN401 - made here
    """Return the struct of a record; `may_be_absent`: what may be missing may be left out, too.

    Its values are floats, truth values and categories, all of them numbers in the order of the
    matrix; None for null and UNSET for what is left out.
    """
    return _define((feature.name, *_field_of(feature, may_be_absent)) for feature in features)


def columns_type(features: Sequence[FeatureView]) -> Any:  # noqa: ANN401 - made here
    """Return the struct of all columns, a list each.

    Numbers may be of any size here: looking at a whole matrix takes a third of the time of a
    decoder that looks at each.
    """
    return _define(
        (feature.name, list[_nullable(feature, number=float)])  # type: ignore[misc] # made here
        for feature in features
    )


def batch_decoder(key: str, content: Any) -> "msgspec.json.Decoder[Any]":  # noqa: ANN401 - a type
    """Return the decoder of an object that has one key; the content is the field `f0`."""
    return msgspec.json.Decoder(_define([(key, content)]))


def _define(fields: Iterable[tuple[Any, ...]]) -> Any:  # noqa: ANN401 - made here
    """Return a struct type; a feature may have the name of a keyword, so fields have numbers."""
    numbered = [(f"f{index}", *field) for index, field in enumerate(fields)]
    return msgspec.defstruct(
        "Row",
        [(field, *rest) for field, _, *rest in numbered],
        rename={field: name for field, name, *_ in numbered},
        forbid_unknown_fields=True,
        kw_only=True,  # a field with a default may stand before one without
        gc=False,  # it holds numbers and lists of them, which refer to nothing
    )


def _field_of(feature: FeatureView, may_be_absent: bool) -> tuple[Any, ...]:
    kind = _nullable(feature)
    if may_be_absent and feature.allows_missing:
        return kind | msgspec.UnsetType, msgspec.UNSET
    return (kind,)


def _nullable(feature: FeatureView, *, number: Any = _Number) -> Any:  # noqa: ANN401 - a type
    is_text = feature.type is FeatureType.STRING
    kind = _category_type(feature.categories) if is_text else _KINDS.get(feature.type, number)
    return kind | None if feature.allows_missing else kind


def _category_type(categories: Sequence[str]) -> Any:  # noqa: ANN401 - made here
    codes = {text: float(code) for code, text in enumerate(categories)}
    unseen = _UNSEEN
    while unseen in codes:
        unseen += "_"
    members = {f"c{code:.0f}": (text, code) for text, code in codes.items()}
    make: Any = _Category
    return make("Category", {**members, _UNSEEN: (unseen, UNSEEN_CATEGORY)})
