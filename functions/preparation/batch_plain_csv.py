"""CSV of nothing but numbers, read as if each line were an array in JSON.

It takes a file in which every value of every column is a number as JSON writes it, for a model
whose features are all numbers; any other file is `batch_csv`'s.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.feature_schema import FeatureType
from functions.core.feature_values import LARGEST_NUMBER
from functions.core.number_arrays import NotPlainError, numbers_of, read_text
from functions.preparation.batch_plain_rows import (
    BLOCK_BYTES,
    UNREADABLE,
    Matrix,
    open_source,
    store_rows,
)

SUFFIXES = (".csv", ".csv.gz")

_NUMBERS = frozenset({FeatureType.NUMBER, FeatureType.INTEGER})
_NOT_PLAIN = (b" ", b"\t", b"\r", b"[", b"]")
"""What JSON lets pass among numbers, and CSV does not or may not."""


def read_plain_csv(path: Path, spec: ArtifactSpec) -> Matrix | None:
    """Return a file's rows, encoded as serving encodes them, or None.

    Returns
    -------
    ndarray of float32, shape (n, n_features), or None
    """
    features = spec.feature_schema.features
    if not _NUMBERS.issuperset(feature.type for feature in features):
        return None
    try:
        with open_source(path) as source:
            header = source.readline(BLOCK_BYTES)
    except UNREADABLE:
        return None
    names = _names_of(header)
    if names is None or not set(names).issuperset(feature.name for feature in features):
        return None
    block_reader = _BlockReader(
        width=len(names),
        columns=[names.index(feature.name) for feature in features],
        whole=[i for i, feature in enumerate(features) if feature.type is FeatureType.INTEGER],
    )
    return store_rows(path, len(features), block_reader.read, skip=len(header))


class _BlockReader:
    """Reads lines of so many numbers; `whole` are the features that have no fractions."""

    def __init__(self, *, width: int, columns: Sequence[int], whole: Sequence[int]) -> None:
        self._width = width
        self._columns = list(columns)
        self._whole = list(whole)
        self._is_in_order = self._columns == list(range(width))

    def read(self, block: bytes) -> Matrix | None:
        """Return the rows of some lines, or None."""
        if any(mark in block for mark in _NOT_PLAIN):
            return None
        try:
            numbers = read_text(b"[[%b]]" % block.replace(b"\n", b"],["), self._take)
        except NotPlainError:
            return None
        return self._encode(numbers.reshape(-1, self._width))

    def _take(self, rows: Any) -> NDArray[np.float64]:  # noqa: ANN401 - simdjson's
        if {*map(len, rows)} != {self._width}:
            raise NotPlainError
        return numbers_of(rows)

    def _encode(self, numbers: NDArray[np.float64]) -> Matrix | None:
        chosen = numbers if self._is_in_order else numbers[:, self._columns]
        if chosen.min() < -LARGEST_NUMBER or chosen.max() > LARGEST_NUMBER:
            return None
        if self._whole:
            whole = chosen[:, self._whole]
            if not np.array_equal(np.floor(whole), whole):
                return None
        return chosen.astype(np.float32)


def _names_of(header: bytes) -> list[str] | None:
    """Return the names of a header without quotes and spaces, each once; or None for another."""
    try:
        text = header.decode().removesuffix("\n")
    except UnicodeDecodeError:
        return None
    names = text.split(",")
    is_plain = text.isprintable() and not any(mark in text for mark in '" ')
    return names if is_plain and len(set(names)) == len(names) and all(names) else None
