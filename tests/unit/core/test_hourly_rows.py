"""The rows of an hour as a file."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.arrays import ArrayFormatError
from functions.core.hourly_rows import (
    HourRows,
    join_rows,
    microseconds,
    moment_of,
    object_array,
    pack_rows,
    unpack_ids,
    unpack_rows,
)

NAMES = st.text(max_size=20)


def table(ids: list[str], *, at: int = 0, variant: str = "champion") -> HourRows:
    rows = len(ids)
    numbers = np.arange(3 * rows, dtype=np.float32).reshape(rows, 3)
    return HourRows(
        ids=object_array(ids),
        at=np.arange(at, at + rows, dtype=np.int64),
        index=np.arange(rows, dtype=np.int32),
        version=np.full(rows, 7, dtype=np.int32),
        variant=object_array([variant] * rows),
        matrix=np.where(numbers == 1, np.nan, numbers),
        outputs=numbers[:, :1],
    )


def require_equal(found: HourRows, expected: HourRows) -> None:
    for name in HourRows.__slots__:
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))


@given(st.lists(NAMES, max_size=8), NAMES)
def test_reads_back_what_it_wrote(ids: list[str], variant: str) -> None:
    rows = join_rows([table(ids), table(ids, at=99, variant=variant)])

    content = pack_rows(rows)

    require_equal(unpack_rows(content), rows)
    assert unpack_ids(content) == ids * 2


def test_writes_the_same_bytes_of_the_same_rows() -> None:
    assert pack_rows(table(["a", "b"])) == pack_rows(table(["a", "b"]))


def test_keeps_rows_of_no_features_and_no_outputs() -> None:
    empty = np.empty((2, 0), dtype=np.float32)
    rows = table(["a", "b"])
    failed = HourRows(rows.ids, rows.at, rows.index, rows.version, rows.variant, empty, empty)

    assert unpack_rows(pack_rows(failed)).matrix.shape == (2, 0)


@pytest.mark.parametrize("cut", [0, 10, 400])
def test_refuses_what_is_no_file_of_rows(cut: int) -> None:
    content = pack_rows(table(["a", "b"]))[:cut]

    for read in (unpack_rows, unpack_ids):
        with pytest.raises(ArrayFormatError, match="no file of an hour's rows"):
            read(content)


def test_cuts_to_the_microsecond() -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    rows = table(list("abcd"), at=microseconds(start))
    tick = timedelta(microseconds=1)

    found = rows.between(start + tick, start + 3 * tick)

    assert found.ids.tolist() == ["b", "c"]


@given(st.datetimes(timezones=st.just(UTC)))
def test_finds_a_moment_again(moment: datetime) -> None:
    assert moment_of(microseconds(moment)) == moment
