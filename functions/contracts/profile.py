"""profile.json and its columns: counts that merge by addition (D18).

The documents alone; `functions.core.profile` makes, merges and reads them. Schema version 2 packs a
numeric column's counts, which version 1 wrote as lists of numbers; version 1 is read still.
"""

import struct
from binascii import b2a_base64
from collections.abc import Sequence
from enum import StrEnum
from itertools import accumulate
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import ConfigDict, Field, NonNegativeInt, PlainSerializer, model_validator

from functions.contracts.base import Document

CODE_BITS = 32
"""Bits of a full code: one code for each float32."""

MINIMUM_BITS = 16
"""Sign, exponent and seven bits of the fraction: cells are at most 0.8% of their value wide."""

_FORMATS = {1: "B", 2: "H", 4: "I", 8: "Q"}


def _to_base64(content: bytes) -> str:
    return b2a_base64(content, newline=False).decode()


PackedIntegers = Annotated[bytes, PlainSerializer(_to_base64, when_used="json")]
"""Little-endian integers, in JSON as base64."""


class ColumnKind(StrEnum):
    """How a column is counted."""

    NUMERIC = "numeric"
    CATEGORICAL = "categorical"


class NumericProfile(Document):
    """Counts of numbers by the leading `bits` of their order-preserving code.

    `cells` are the codes that occur, ascending: little-endian integers of two bytes if `bits` is
    16, else of four. `cell_rows` are how often each occurs, of the least of 1, 2, 4 and 8 bytes
    that holds the largest. In JSON both are base64. The totals are of the finite values.
    """

    # pydantic decodes base64 as it reads: a tenth of what a2b_base64 takes of a text read before.
    model_config = ConfigDict(val_json_bytes="base64")

    kind: Literal[ColumnKind.NUMERIC] = ColumnKind.NUMERIC
    name: str
    missing: NonNegativeInt
    present: NonNegativeInt = Field(description="rows with a value: the sum of `cell_rows`")
    bits: int = Field(ge=MINIMUM_BITS, le=CODE_BITS)
    cells: PackedIntegers
    cell_rows: PackedIntegers
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
        if not isinstance(data, dict) or data.get("schema_version") != 1:
            return data
        features, prediction = data.get("features", ()), data.get("prediction")
        packed = [_pack_version_1(column) for column in features]
        return {
            **data,
            "schema_version": 2,
            "features": packed,
            "prediction": _pack_version_1(prediction),
        }


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


def pack_integers(values: Sequence[int], size: int) -> bytes:
    """Return non-negative integers as little-endian ones of `size` bytes each."""
    return struct.pack(f"<{len(values)}{_FORMATS[size]}", *values)


def unpack_integers(content: bytes, count: int) -> tuple[int, ...]:
    """Return the `count` integers that were packed, whatever bytes each has.

    Examples
    --------
    >>> unpack_integers(pack_integers((1, 300), 2), 2)
    (1, 300)
    """
    return _unpack(content, len(content) // max(count, 1))


def _unpack(content: bytes, size: int) -> tuple[int, ...]:
    if not content:
        return ()
    return struct.unpack(f"<{len(content) // size}{_FORMATS[size]}", content)


def _pack_version_1(column: Any) -> Any:  # noqa: ANN401 - whatever was to be validated
    """Return a column of version 1 as version 2 has it."""
    if not isinstance(column, dict) or "gaps" not in column:
        return column
    rest = {name: value for name, value in column.items() if name not in {"gaps", "counts"}}
    gaps, counts, bits = column["gaps"], column.get("counts", ()), column.get("bits", CODE_BITS)
    _check_integers(gaps, counts)
    return {
        **rest,
        "present": sum(counts),
        "cells": pack_integers(tuple(accumulate(gaps)), code_bytes(bits)),
        "cell_rows": pack_integers(counts, least_bytes(max(counts, default=0))),
    }


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
