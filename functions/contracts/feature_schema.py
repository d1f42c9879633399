"""How a record becomes a row of a float32 matrix: an encoding that is data."""

from functools import cached_property

from pydantic import Field

from functions.contracts.base import Document
from functions.contracts.feature_types import UNSEEN_CATEGORY, FeatureType, schema_id_of

__all__ = ["UNSEEN_CATEGORY", "Feature", "FeatureSchema", "FeatureType"]


class Feature(Document):
    """One column of the matrix."""

    name: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$", description="of the column")
    type: FeatureType = Field(description="what its values are")
    description: str = ""
    categories: tuple[str, ...] = Field(
        default=(), description="of a string feature, in code order"
    )
    minimum: float | None = Field(default=None, description="of a number or integer")
    maximum: float | None = Field(default=None, description="of a number or integer")
    max_missing_rate: float = Field(
        default=0.0, ge=0.0, le=1.0, description="above 0, a prediction may leave it out too"
    )
    max_unseen_rate: float = Field(
        default=0.0, ge=0.0, le=1.0, description="of values that are none of the categories"
    )
    pii: bool = Field(
        default=False, description="left out of captures, or hashed in them: see `capture.pii`"
    )
    example: float | int | bool | str | None = Field(
        default=None, description="shown in the API's documentation"
    )

    @property
    def is_categorical(self) -> bool:
        """Whether the matrix holds codes of categories instead of numbers."""
        return self.type is FeatureType.STRING

    @property
    def allows_missing(self) -> bool:
        """Whether a missing value is expected."""
        return self.max_missing_rate > 0.0


class FeatureSchema(Document):
    """The columns of the matrix, in order."""

    features: tuple[Feature, ...] = Field(min_length=1)

    @cached_property
    def schema_id(self) -> str:
        """Twelve hexadecimal digits that change with the encoding, and with what is captured."""
        return schema_id_of(self.features)

    @property
    def names(self) -> tuple[str, ...]:
        """The features' names, in column order."""
        return tuple(feature.name for feature in self.features)

    @property
    def numeric(self) -> tuple[int, ...]:
        """Indices of the columns that hold numbers (booleans are 0 and 1)."""
        return tuple(i for i, feature in enumerate(self.features) if not feature.is_categorical)

    @property
    def categorical(self) -> tuple[int, ...]:
        """Indices of the columns that hold category codes."""
        return tuple(i for i, feature in enumerate(self.features) if feature.is_categorical)
