"""What features are, apart from the documents that describe them.

Standard library only: a first prediction reads this module.
"""

import hashlib
from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

UNSEEN_CATEGORY = -1.0
"""The code of a category that the schema does not list; missing values are NaN."""


class FeatureType(StrEnum):
    """What a feature's values are before they are encoded."""

    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    STRING = "string"


class FeatureView(Protocol):
    """What serving reads of a feature, whichever class holds it."""

    @property
    def name(self) -> str:
        """The column's name."""
        ...

    @property
    def type(self) -> FeatureType:
        """What its values are."""
        ...

    @property
    def description(self) -> str:
        """For people."""
        ...

    @property
    def categories(self) -> tuple[str, ...]:
        """Of a string feature, in code order."""
        ...

    @property
    def minimum(self) -> float | None:
        """The least value that was expected."""
        ...

    @property
    def maximum(self) -> float | None:
        """The greatest value that was expected."""
        ...

    @property
    def pii(self) -> bool:
        """Whether its values are personal."""
        ...

    @property
    def example(self) -> float | int | bool | str | None:
        """A value to show."""
        ...

    @property
    def is_categorical(self) -> bool:
        """Whether the matrix holds codes of categories instead of numbers."""
        ...

    @property
    def allows_missing(self) -> bool:
        """Whether a missing value is expected."""
        ...


class SchemaView(Protocol):
    """What serving reads of a feature schema."""

    @property
    def features(self) -> Sequence[FeatureView]:
        """The columns, in order."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """The features' names, in column order."""
        ...

    @property
    def schema_id(self) -> str:
        """What tells this encoding from all others."""
        ...


def schema_id_of(features: Sequence[FeatureView]) -> str:
    """Return twelve hexadecimal digits that change with the encoding and with what is captured."""
    parts = [
        f"{f.name}|{f.type}|{'|'.join(f.categories)}{'|pii' if f.pii else ''}" for f in features
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
