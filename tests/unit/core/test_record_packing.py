"""Lines packed into records, and records into batches."""

from hypothesis import given
from hypothesis import strategies as st

from functions.core.record_packing import (
    MAXIMUM_BATCH_BYTES,
    MAXIMUM_BATCH_RECORDS,
    MAXIMUM_RECORD_BYTES,
    batch_records,
    pack_lines,
)

LINES = st.lists(st.binary(max_size=12).filter(lambda line: b"\n" not in line), max_size=30)


@given(LINES, st.integers(1, 40))
def test_packs_every_line_once_in_order_within_the_limit(lines: list[bytes], maximum: int) -> None:
    records = list(pack_lines(lines, maximum))

    assert b"".join(records) == b"".join(line + b"\n" for line in lines)
    assert all(len(record) <= maximum or record.count(b"\n") == 1 for record in records)


@given(LINES, st.integers(1, 40))
def test_packs_no_two_records_that_would_fit_one(lines: list[bytes], maximum: int) -> None:
    records = list(pack_lines(lines, maximum))

    heads = [record.index(b"\n") + 1 for record in records]
    assert all(
        len(record) + head > maximum for record, head in zip(records, heads[1:], strict=False)
    )


@given(LINES, st.integers(1, 5), st.integers(1, 30))
def test_batches_every_record_once_in_order_within_both_limits(
    records: list[bytes], maximum_records: int, maximum_bytes: int
) -> None:
    batches = list(
        batch_records(records, maximum_records=maximum_records, maximum_bytes=maximum_bytes)
    )

    assert [record for batch in batches for record in batch] == records
    assert all(1 <= len(batch) <= maximum_records for batch in batches)
    assert all(len(batch) == 1 or sum(map(len, batch)) <= maximum_bytes for batch in batches)


def test_fills_a_record_to_its_last_byte() -> None:
    assert list(pack_lines([b"ab", b"cd"], maximum=6)) == [b"ab\ncd\n"]
    assert list(pack_lines([b"ab", b"cd"], maximum=5)) == [b"ab\n", b"cd\n"]


def test_packs_nothing_into_nothing() -> None:
    assert list(pack_lines([])) == []
    assert list(batch_records([])) == []


def test_stays_below_what_firehose_takes() -> None:
    assert MAXIMUM_RECORD_BYTES <= 1_024_000
    assert MAXIMUM_BATCH_RECORDS <= 500
    assert MAXIMUM_BATCH_BYTES <= 4 * 1024 * 1024
