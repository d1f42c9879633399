"""Lines packed into as few and as large records as a delivery stream takes."""

from collections.abc import Iterable, Iterator, Sequence

MAXIMUM_RECORD_BYTES = 1_000_000
"""Firehose takes 1,024,000 bytes a record and bills in steps of 5 KiB: large records are cheap."""

MAXIMUM_BATCH_RECORDS = 500
MAXIMUM_BATCH_BYTES = 4_000_000
"""Firehose takes 4 MiB a batch."""


def pack_lines(lines: Iterable[bytes], maximum: int = MAXIMUM_RECORD_BYTES) -> Iterator[bytes]:
    r"""Yield records of whole lines, each ended by a newline, none longer than `maximum` bytes.

    A line that is too long by itself is a record by itself.

    Examples
    --------
    >>> list(pack_lines([b"ab", b"cd", b"efgh"], maximum=6))
    [b'ab\ncd\n', b'efgh\n']
    """
    held: list[bytes] = []
    size = 0
    for line in lines:
        if held and size + len(line) + 1 > maximum:
            yield b"\n".join(held) + b"\n"
            held, size = [], 0
        held.append(line)
        size += len(line) + 1
    if held:
        yield b"\n".join(held) + b"\n"


def batch_records(
    records: Iterable[bytes],
    *,
    maximum_records: int = MAXIMUM_BATCH_RECORDS,
    maximum_bytes: int = MAXIMUM_BATCH_BYTES,
) -> Iterator[Sequence[bytes]]:
    """Yield batches of records, in order, none over either limit.

    Examples
    --------
    >>> list(batch_records([b"abc", b"de", b"f"], maximum_records=2, maximum_bytes=4))
    [[b'abc'], [b'de', b'f']]
    """
    held: list[bytes] = []
    size = 0
    for record in records:
        if held and (len(held) == maximum_records or size + len(record) > maximum_bytes):
            yield held
            held, size = [], 0
        held.append(record)
        size += len(record)
    if held:
        yield held
