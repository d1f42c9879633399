"""How a request's records become a matrix, and every reason why they may not."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from typing import Any, NamedTuple, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from functions.contracts.feature_types import FeatureView, SchemaView
from functions.contracts.served import SpecView
from functions.core.encoding import encode_columns
from functions.core.feature_values import column_fits, find_misfit, show_value
from functions.core.problem import Problem, RefusedError, TooManyRowsError, json_pointer

RECORDS = "records"
COLUMNS = "columns"
"""The keys that make an object a batch; a feature of such a name is sent in a batch only."""

Place: TypeAlias = tuple[str | int, ...]
"""Where in a body something stands: keys and indices."""

Locator: TypeAlias = Callable[[str, int | None], str]
"""The pointer of a column's value in a row, or of the column itself (None)."""

_LONGEST_NAME = 128
_AT_ONCE = 512
"""Rows or values that are looked at together, until some do not fit: those one by one."""

_SPARE_CONTAINERS = 1000


class RecordsError(RefusedError):
    """Records do not fit the model's feature schema."""


class RecordBatch(NamedTuple):
    """The rows of one request; `in_batch` says whether they came as `{"records": […]}`.

    A tuple, because a frozen dataclass takes three times as long to make.
    """

    matrix: NDArray[np.float32]
    in_batch: bool

    def pointer(self, row: int) -> str:
        """Return the JSON pointer of a row's record."""
        return json_pointer(RECORDS, row) if self.in_batch else ""


class ColumnBatch(NamedTuple):
    """The rows of one request that came as columns; `first` is the column that stands first."""

    matrix: NDArray[np.float32]
    first: str

    def pointer(self, row: int) -> str:
        """Return the JSON pointer of a row's value in the first column."""
        return json_pointer(COLUMNS, self.first, row)


class RecordReader(NamedTuple):
    """Reads the rows of one version, as records or as columns.

    The bodies are `{"records": [{…}, …]}`, `{"columns": {name: […], …}}`, or one record by itself.
    """

    schema: SchemaView
    names: frozenset[str]
    refuses_extra_features: bool
    maximum_rows: int

    @classmethod
    def for_spec(cls, spec: SpecView) -> Self:
        """Return the reader of the version that a spec.json belongs to."""
        return cls(
            schema=spec.feature_schema,
            names=frozenset(spec.feature_schema.names),
            refuses_extra_features=spec.extra_features != "ignore",
            maximum_rows=spec.maximum_rows,
        )

    @property
    def maximum_containers(self) -> int:
        """The arrays and objects that a body may hold: twice one a row, to count rows exactly."""
        return 2 * self.maximum_rows + _SPARE_CONTAINERS

    def read(self, document: object) -> RecordBatch | ColumnBatch:
        """Return the matrix of a parsed body.

        A feature that is absent or null is missing, where its feature allows that. An unlisted
        category is encoded as unseen, and a number outside a feature's range is taken as it is:
        both are what drift watching is there to see.

        Raises
        ------
        RecordsError
            If a record is no object, has an unknown feature, lacks one, or holds a value of
            another type than its feature's; if columns differ in length.
        TooManyRowsError
            If there are more than `maximum_rows`.
        """
        if isinstance(document, dict):
            if RECORDS in document:
                return RecordBatch(self.read_records(_only(document, RECORDS), (RECORDS,)), True)
            if COLUMNS in document:
                return self._read_batch_of_columns(_only(document, COLUMNS))
        return RecordBatch(self._read([document], ()), False)

    def read_records(self, records: object, place: Place) -> NDArray[np.float32]:
        """Return the matrix of an array of records that stands at a place; raise as `read` does."""
        if not isinstance(records, list) or not records:
            detail = f"expected an array of at least one record, got {show_value(records)}"
            raise RecordsError([Problem(json_pointer(*place), detail)])
        return self._read(records, place)

    def read_table(
        self, columns: Mapping[str, Sequence[object]], locate: Locator
    ) -> NDArray[np.float32]:
        """Return the matrix of columns of one length; raise as `read` does."""
        rows = len(next(iter(columns.values()), ()))
        self.check_count(rows)
        missing = [None] * rows
        known = {name: columns.get(name, missing) for name in self.schema.names}
        fits = all(column_fits(feature, known[feature.name]) for feature in self.schema.features)
        if not fits or (self.refuses_extra_features and not self.names.issuperset(columns)):
            raise RecordsError(self._problems_of_table(columns, locate))
        return encode_columns(self.schema, known)

    def check_count(self, rows: int) -> None:
        """Raise TooManyRowsError for more rows than are answered at once."""
        if rows > self.maximum_rows:
            raise TooManyRowsError(rows, self.maximum_rows)

    def _read(self, records: Sequence[object], place: Place) -> NDArray[np.float32]:
        self.check_count(len(records))
        columns = self._columns(records)
        if columns is None:
            raise RecordsError(self._problems(records, place))
        return encode_columns(self.schema, columns)

    def _read_batch_of_columns(self, columns: object) -> ColumnBatch:
        checked = check_columns(columns, (COLUMNS,))
        matrix = self.read_table(checked, partial(locate_in_columns, (COLUMNS,)))
        return ColumnBatch(matrix, next(iter(checked)))

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

    def _problems(self, records: Sequence[object], place: Place) -> Iterator[Problem]:
        for start in range(0, len(records), _AT_ONCE):
            part = records[start : start + _AT_ONCE]
            if self._columns(part) is None:
                yield from self._problems_of_part(part, place, start)

    def _problems_of_part(
        self, records: Sequence[object], place: Place, start: int
    ) -> Iterator[Problem]:
        objects = [record for record in records if isinstance(record, dict)]
        suspects = [
            feature
            for feature in self.schema.features
            if not column_fits(feature, [record.get(feature.name) for record in objects])
        ]
        for row, record in enumerate(records, start):
            parts = (*place, row) if place else ()
            if isinstance(record, dict):
                yield from self._problems_of(record, parts, suspects)
            else:
                detail = f"expected an object of features, got {show_value(record)}"
                yield Problem(json_pointer(*parts), detail)

    def _problems_of(
        self, record: Mapping[str, object], place: Place, suspects: Sequence[FeatureView]
    ) -> Iterator[Problem]:
        if self.refuses_extra_features and not self.names.issuperset(record):
            for name in record:
                if name not in self.names:
                    yield Problem(json_pointer(*place, name), self._describe_unknown(name))
        for feature in suspects:
            misfit = find_misfit(feature, record.get(feature.name))
            if misfit is not None:
                yield Problem(json_pointer(*place, feature.name), misfit)

    def _problems_of_table(
        self, columns: Mapping[str, Sequence[object]], locate: Locator
    ) -> Iterator[Problem]:
        for name in columns:
            if self.refuses_extra_features and name not in self.names:
                yield Problem(locate(name, None), self._describe_unknown(name))
        for feature in self.schema.features:
            for row, value in _suspect_cells(feature, columns.get(feature.name)):
                misfit = find_misfit(feature, value)
                if misfit is not None:
                    yield Problem(locate(feature.name, row), misfit)

    def _describe_unknown(self, name: str) -> str:
        near = get_close_matches(name[:_LONGEST_NAME], self.schema.names, n=1)
        remedy = f"did you mean {near[0]}?" if near else "leave it out"
        return f"the model has no such feature; {remedy}"


def _suspect_cells(
    feature: FeatureView, values: Sequence[object] | None
) -> Iterator[tuple[int | None, object]]:
    """Yield row and value of what may not fit; an absent column is one missing value."""
    if values is None:
        yield None, None
        return
    for start in range(0, len(values), _AT_ONCE):
        part = values[start : start + _AT_ONCE]
        if not column_fits(feature, part):
            yield from enumerate(part, start)


def check_columns(columns: object, place: Place) -> dict[str, list[object]]:
    """Return an object of arrays that are equally long, and not empty; raise RecordsError."""
    if not isinstance(columns, dict) or not columns:
        detail = f"expected an object of at least one column, got {show_value(columns)}"
        raise RecordsError([Problem(json_pointer(*place), detail)])
    problems = [
        Problem(
            json_pointer(*place, name), f"expected an array of values, got {show_value(values)}"
        )
        for name, values in columns.items()
        if not isinstance(values, list) or not values
    ]
    if not problems:
        first, rows = next((name, len(values)) for name, values in columns.items())
        problems = [
            Problem(json_pointer(*place, name), f"has {len(values)} values, {first} has {rows}")
            for name, values in columns.items()
            if len(values) != rows
        ]
    if problems:
        raise RecordsError(problems)
    return columns


def locate_in_columns(place: Place, name: str, row: int | None) -> str:
    """Return the JSON pointer of a value in an object of columns, or of a whole column.

    Examples
    --------
    >>> locate_in_columns(("columns",), "age", 3), locate_in_columns(("columns",), "age", None)
    ('/columns/age/3', '/columns/age')
    """
    return json_pointer(*place, name) if row is None else json_pointer(*place, name, row)


def _only(document: Mapping[str, Any], key: str) -> Any:  # noqa: ANN401 - JSON is anything
    others = [
        Problem(json_pointer(name), f"nothing stands beside {key}")
        for name in document
        if name != key
    ]
    if others:
        raise RecordsError(others)
    return document[key]
