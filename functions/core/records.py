"""How a request's records become a matrix, and every reason why they may not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.feature_schema import FeatureSchema
from functions.core.encoding import encode_columns
from functions.core.feature_values import column_fits, find_misfit, show_value
from functions.core.problem import Problem, RefusedError, TooManyRowsError, json_pointer

RECORDS = "records"
"""The key that makes an object a batch; a feature of this name is sent in a batch only."""

_LONGEST_NAME = 128


class RecordsError(RefusedError):
    """Records do not fit the model's feature schema."""


@dataclass(frozen=True, slots=True)
class RecordBatch:
    """The rows of one request; `in_batch` says whether they came as `{"records": […]}`."""

    matrix: NDArray[np.float32]
    in_batch: bool

    def pointer(self, row: int) -> str:
        """Return the JSON pointer of a row's record."""
        return json_pointer(RECORDS, row) if self.in_batch else ""


@dataclass(frozen=True, slots=True)
class RecordReader:
    """Reads the records of one version: `{"records": [{…}, …]}`, or one record by itself."""

    schema: FeatureSchema
    names: frozenset[str]
    refuses_extra_features: bool
    maximum_rows: int

    @classmethod
    def for_spec(cls, spec: ArtifactSpec) -> Self:
        """Return the reader of the version that a spec.json belongs to."""
        return cls(
            schema=spec.feature_schema,
            names=frozenset(spec.feature_schema.names),
            refuses_extra_features=spec.extra_features != "ignore",
            maximum_rows=spec.maximum_rows,
        )

    def read(self, document: object) -> RecordBatch:
        """Return the matrix of a parsed body.

        A feature that is absent or null is missing, where its feature allows that. An unlisted
        category is encoded as unseen, and a number outside a feature's range is taken as it is:
        both are what drift watching is there to see.

        Raises
        ------
        RecordsError
            If a record is no object, has an unknown feature, lacks one, or holds a value of
            another type than its feature's.
        TooManyRowsError
            If there are more than `maximum_rows`.
        """
        in_batch = isinstance(document, dict) and RECORDS in document
        records = _batch(document) if in_batch else [document]
        if len(records) > self.maximum_rows:
            raise TooManyRowsError(len(records), self.maximum_rows)
        columns = self._columns(records)
        if columns is None:
            raise RecordsError(self._problems(records, (RECORDS,) if in_batch else ()))
        return RecordBatch(encode_columns(self.schema, columns), in_batch)

    def _columns(self, records: Sequence[Any]) -> dict[str, list[object]] | None:
        """Return the features' values, or None if anything is wrong with any of them."""
        if not all(isinstance(record, dict) for record in records):
            return None
        if self.refuses_extra_features and not all(map(self.names.issuperset, records)):
            return None
        columns = {}
        for feature in self.schema.features:
            values = [record.get(feature.name) for record in records]
            if not column_fits(feature, values):
                return None
            columns[feature.name] = values
        return columns

    def _problems(
        self, records: Sequence[object], place: tuple[str | int, ...]
    ) -> Iterator[Problem]:
        for row, record in enumerate(records):
            parts = (*place, row) if place else ()
            if isinstance(record, dict):
                yield from self._problems_of(record, parts)
            else:
                detail = f"expected an object of features, got {show_value(record)}"
                yield Problem(json_pointer(*parts), detail)

    def _problems_of(
        self, record: Mapping[str, object], place: tuple[str | int, ...]
    ) -> Iterator[Problem]:
        if self.refuses_extra_features:
            for name in record:
                if name not in self.names:
                    yield Problem(json_pointer(*place, name), self._describe_unknown(name))
        for feature in self.schema.features:
            misfit = find_misfit(feature, record.get(feature.name))
            if misfit is not None:
                yield Problem(json_pointer(*place, feature.name), misfit)

    def _describe_unknown(self, name: str) -> str:
        near = get_close_matches(name[:_LONGEST_NAME], self.schema.names, n=1)
        remedy = f"did you mean {near[0]}?" if near else "leave it out"
        return f"the model has no such feature; {remedy}"


def _batch(document: Any) -> list[object]:  # noqa: ANN401 - JSON is anything
    records = document[RECORDS]
    others = [
        Problem(json_pointer(name), "nothing stands beside records")
        for name in document
        if name != RECORDS
    ]
    if others:
        raise RecordsError(others)
    if not isinstance(records, list) or not records:
        detail = f"expected an array of at least one record, got {show_value(records)}"
        raise RecordsError([Problem(json_pointer(RECORDS), detail)])
    return records
