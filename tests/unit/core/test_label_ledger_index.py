from datetime import timedelta

import numpy as np
import pytest

from functions.core.arrays import ArrayFormatError
from functions.core.hourly_rows import HourRows, microseconds, object_array
from functions.core.label_ledger_index import (
    count_predicted,
    find_keys,
    hours_of,
    id_keys,
    index_rows,
    pack_answers,
    pack_keys,
    unpack_answers,
    unpack_keys,
)
from tests.fakes.documents import NOW

MIDNIGHT = NOW.replace(hour=0, minute=0, second=0, microsecond=0)


def _table(
    ids: list[str], hour: int, *, variant: str = "champion", version: int = 1, outputs: int = 2
) -> HourRows:
    rows = len(ids)
    at = microseconds(MIDNIGHT + timedelta(hours=hour))
    return HourRows(
        ids=object_array(ids),
        at=np.arange(at, at + rows, dtype=np.int64),
        index=np.zeros(rows, np.int32),
        version=np.full(rows, version, np.int32),
        variant=object_array([variant] * rows),
        matrix=np.zeros((rows, 3), np.float32),
        outputs=np.full((rows, outputs), hour, np.float32),
    )


def test_finds_rows_by_id() -> None:
    names = [f"id-{number}" for number in range(500)]
    rows = index_rows([_table(names, 3)], None, set())

    is_there, places = find_keys(rows.key, id_keys(["id-7", "nobody", "id-499"]))

    assert is_there.tolist() == [True, False, True]
    assert rows.key[places].tolist() == id_keys(["id-7", "id-499"]).tolist()
    assert (rows.at[places] - microseconds(MIDNIGHT + timedelta(hours=3))).tolist() == [7, 499]


def test_finds_nothing_among_no_rows() -> None:
    is_there, places = find_keys(index_rows([], None, set()).key, id_keys(["a"]))

    assert (is_there.tolist(), places.tolist()) == ([False], [])


def test_of_an_id_in_two_hours_the_earlier_row_is_found() -> None:
    rows = index_rows([_table(["a"], 9), _table(["a"], 4)], None, set())

    _, (place,) = find_keys(rows.key, id_keys(["a"]))

    assert hours_of(rows.at)[place] == 4
    assert len(rows) == 2


def test_replaces_the_rows_of_changed_hours_and_keeps_the_others() -> None:
    held = index_rows([_table(["a", "b"], 1), _table(["c"], 2)], None, set())

    rows = index_rows([_table(["c", "d", "d"], 2)], held, {2})

    assert sorted(rows.key.tolist()) == sorted(id_keys(["a", "b", "c", "d"]).tolist())


def test_versions_of_more_classes_make_room_for_the_others() -> None:
    tables = [_table(["a"], 1, outputs=1), _table(["b"], 1, outputs=3, version=2)]

    rows = index_rows(tables, None, set())

    _, (place,) = find_keys(rows.key, id_keys(["a"]))
    assert rows.outputs.shape == (2, 3)
    assert np.isnan(rows.outputs[place]).tolist() == [False, True, True]


def test_counts_what_was_predicted() -> None:
    tables = [_table(["a", "b"], 1), _table(["c"], 1, variant="ab-1", version=2), _table(["d"], 5)]

    counted = count_predicted(index_rows(tables, None, set()))

    assert [(each.hour, each.version, each.variant, each.rows) for each in counted] == [
        (1, 1, "champion", 2),
        (1, 2, "ab-1", 1),
        (5, 1, "champion", 1),
    ]


@pytest.mark.parametrize("ids", [[], ["a", "b"]])
def test_survives_being_written_down(ids: list[str]) -> None:
    rows = index_rows([_table(ids, 1)], None, set())

    read = unpack_answers(pack_answers(rows), unpack_keys(pack_keys(rows)))

    assert read.key.tolist() == rows.key.tolist()
    assert read.variant.tolist() == rows.variant.tolist()
    assert read.outputs.tolist() == rows.outputs.tolist()


def test_refuses_bytes_that_are_no_index() -> None:
    rows = index_rows([_table(["a"], 1)], None, set())

    with pytest.raises(ArrayFormatError, match="3 bytes are no keys of 8 bytes"):
        unpack_keys(b"abc")
    with pytest.raises(ArrayFormatError, match="3 bytes are no answers of a day"):
        unpack_answers(b"abc", rows.key)
    with pytest.raises(ArrayFormatError, match="1 answers do not fit 0 keys"):
        unpack_answers(pack_answers(rows), rows.key[:0])
