"""profile.json and its columns: counts that merge by addition (D18).

The documents alone; `functions.core.profile` makes, merges and reads them. Schema version 2 packs a
numeric column's counts, which version 1 wrote as lists of numbers; version 1 is read still.
"""

import struct
from binascii import a2b_base64, b2a_base64
from collections.abc import Sequence
from enum import StrEnum
from itertools import accumulate
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, NonNegativeInt, model_validator

from functions.contracts.base import Document

CODE_BITS = 32
"""Bits of a full code: one code for each float32."""

MINIMUM_BITS = 16
"""Sign, exponent and seven bits of the fraction: cells are at most 0.8% of their value wide."""

_FORMATS = {1: "B", 2: "H", 4: "I", 8: "Q"}


class ColumnKind(StrEnum):
    """How a column is counted."""

    NUMERIC = "numeric"
    CATEGORICAL = "categorical"


class NumericProfile(Document):
    """Counts of numbers by the leading `bits` of their order-preserving code.

    `cells` are the codes that occur, ascending: base64 of little-endian integers of two bytes if
    `bits` is 16, else of four. `cell_rows` are how often each occurs, of the least of 1, 2, 4 and 8
    bytes that holds the largest. The totals are of the finite values.
    """

    kind: Literal[ColumnKind.NUMERIC] = ColumnKind.NUMERIC
    name: str
    missing: NonNegativeInt
    present: NonNegativeInt = Field(description="rows with a value: the sum of `cell_rows`")
    bits: int = Field(ge=MINIMUM_BITS, le=CODE_BITS)
    cells: str
    cell_rows: str
    total: float = Field(allow_inf_nan=False)
    total_squares: float = Field(ge=0.0, allow_inf_nan=False)

    @property
    def rows(self) -> int:
        """How many rows were counted, those with a missing value too."""
        return self.present + self.missing

    @property
    def counts(self) -> tuple[int, ...]:
        """How often each cell occurs."""
        return unpack_integers(self.cell_rows, len(self.codes))

    @property
    def codes(self) -> tuple[int, ...]:
        """The cells that occur, ascending."""
        return _unpack(self.cells, code_bytes(self.bits))

    @model_validator(mode="before")
    @classmethod
    def _read_version_1(cls, data: Any) -> Any:  # noqa: ANN401 - whatever was to be validated
        if not isinstance(data, dict) or "gaps" not in data:
            return data
        rest = {name: value for name, value in data.items() if name not in {"gaps", "counts"}}
        gaps, counts, bits = data["gaps"], data.get("counts", ()), data.get("bits", CODE_BITS)
        _check_integers(gaps, counts)
        return {
            **rest,
            "present": sum(counts),
            "cells": pack_integers(tuple(accumulate(gaps)), code_bytes(bits)),
            "cell_rows": pack_integers(counts, least_bytes(max(counts, default=0))),
        }


class CategoricalProfile(Document):
    """Counts of categories in code order, and of values that are none of them."""

    kind: Literal[ColumnKind.CATEGORICAL] = ColumnKind.CATEGORICAL
    name: str
    missing: NonNegativeInt
    unseen: NonNegativeInt
    counts: tuple[NonNegativeInt, ...]

    @property
    def rows(self) -> int:
        """How many rows were counted, those with a missing value too."""
        return self.present + self.missing

    @property
    def present(self) -> int:
        """How many rows have a value, known or unseen."""
        return sum(self.counts) + self.unseen


ColumnProfile: TypeAlias = Annotated[
    NumericProfile | CategoricalProfile, Field(discriminator="kind")
]


class Profile(Document):
    """profile.json: the columns of some rows, and what a model answered them."""

    schema_version: Literal[2] = 2
    rows: NonNegativeInt
    features: tuple[ColumnProfile, ...]
    prediction: ColumnProfile | None = None

    @model_validator(mode="before")
    @classmethod
    def _read_version_1(cls, data: Any) -> Any:  # noqa: ANN401 - whatever was to be validated
        if isinstance(data, dict) and data.get("schema_version") == 1:
            return {**data, "schema_version": 2}
        return data


def code_bytes(bits: int) -> int:
    """Return how many bytes a code of so many bits is packed into."""
    return 2 if bits == MINIMUM_BITS else 4


def least_bytes(largest: int) -> int:
    """Return the least of 1, 2, 4 and 8 bytes that hold a count.

    Examples
    --------
    >>> least_bytes(0), least_bytes(256), least_bytes(70_000)
    (1, 2, 4)
    """
    return next(size for size in _FORMATS if largest < 1 << 8 * size)


def pack_integers(values: Sequence[int], size: int) -> str:
    """Return non-negative integers as base64, little-endian, `size` bytes each."""
    content = struct.pack(f"<{len(values)}{_FORMATS[size]}", *values)
    return b2a_base64(content, newline=False).decode()


def unpack_integers(text: str, count: int) -> tuple[int, ...]:
    """Return the `count` integers of a packed text, whatever bytes each has.

    Examples
    --------
    >>> unpack_integers(pack_integers((1, 300), 2), 2)
    (1, 300)
    """
    return _unpack(text, len(a2b_base64(text)) // max(count, 1))


def _unpack(text: str, size: int) -> tuple[int, ...]:
    content = a2b_base64(text)
    if not content:
        return ()
    return struct.unpack(f"<{len(content) // size}{_FORMATS[size]}", content)


def _check_integers(gaps: Any, counts: Any) -> None:  # noqa: ANN401 - whatever was read
    """Raise ValueError unless these are a column's gaps and counts."""
    if len(gaps) != len(counts):
        msg = f"{len(gaps)} gaps do not fit {len(counts)} counts"
        raise ValueError(msg)
    numbers = (*gaps, *counts)
    if not all(isinstance(number, int) and number >= 0 for number in numbers) or 0 in counts:
        msg = "gaps and counts must be whole numbers, and no count 0"
        raise ValueError(msg)
    if 0 in gaps[1:] or sum(gaps) >= 1 << CODE_BITS:
        msg = f"gaps must ascend to a code of at most {CODE_BITS} bits"
        raise ValueError(msg)
