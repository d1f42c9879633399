"""A day's predictions by inference id, in as few bytes as joining labels needs.

Ids are random, so nothing tells a label the hour of its prediction: each day of the horizon is
asked. Of an id eight bytes are kept, the first of its BLAKE2b hash. A label of an unknown id would
be taken for another's with a chance of rows / 2^64: 2e-11 among 400 million rows.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from functions.contracts.labels import PredictedRows
from functions.core.arrays import ArrayFormatError
from functions.core.hourly_rows import HourRows

KEY_BYTES = 8
MICROSECONDS_PER_HOUR = 3_600_000_000
_HOURS = 24


@dataclass(frozen=True, slots=True, eq=False)
class DayRows:
    """Predictions by key, of equal keys the earliest first; all arrays have one entry a row.

    `outputs` has shape (n, most outputs of any version); columns beyond a version's own are NaN.
    """

    key: NDArray[np.uint64]
    at: NDArray[np.int64]
    version: NDArray[np.int32]
    variant: NDArray[np.object_]
    outputs: NDArray[np.float32]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.key)

    def select(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> "DayRows":
        """Return some of the rows."""
        return DayRows(
            self.key[rows], self.at[rows], self.version[rows], self.variant[rows],
            self.outputs[rows],
        )  # fmt: skip


def id_keys(ids: Iterable[str]) -> NDArray[np.uint64]:
    """Return the keys of inference ids, shape (n,)."""
    digests = [
        blake2b(name.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest()
        for name in ids
    ]
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


def hours_of(at: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the hour of the day, 0 to 23 in UTC, of moments in microseconds since 1970."""
    hours: NDArray[np.int64] = at // MICROSECONDS_PER_HOUR % _HOURS
    return hours


def index_rows(tables: Sequence[HourRows], held: DayRows | None, hours: set[int]) -> DayRows:
    """Return a day's rows: those held, but for some hours, and in their place those of tables.

    A row whose id and hour are there already is left out.
    """
    kept = [held.select(~np.isin(hours_of(held.at), list(hours)))] if held is not None else []
    fresh = [
        DayRows(id_keys(table.ids.tolist()), table.at, table.version, table.variant, table.outputs)
        for table in tables
    ]
    joined = _join([*kept, *fresh])
    ordered = joined.select(np.lexsort((joined.at, joined.key)))
    hour = hours_of(ordered.at)
    again = (ordered.key[1:] == ordered.key[:-1]) & (hour[1:] == hour[:-1])
    return ordered.select(np.concatenate([np.ones(min(1, len(hour)), dtype=np.bool_), ~again]))


def find_keys(
    keys: NDArray[np.uint64], wanted: NDArray[np.uint64]
) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Return which wanted keys are among ascending ones, and where each of those first is."""
    if not len(keys):
        return np.zeros(len(wanted), dtype=np.bool_), np.empty(0, dtype=np.intp)
    places = np.searchsorted(keys, wanted)
    is_there = keys[np.minimum(places, len(keys) - 1)] == wanted
    return is_there, places[is_there]


def count_predicted(rows: DayRows) -> tuple[PredictedRows, ...]:
    """Return how many rows each version and variant answered in each hour."""
    found: dict[tuple[int, int, str], int] = {}
    names, codes = np.unique(rows.variant.astype(str), return_inverse=True)
    groups = np.stack([hours_of(rows.at), rows.version, codes.reshape(-1)])
    for (hour, version, code), count in zip(*_unique_columns(groups), strict=True):
        found[int(hour), int(version), str(names[code])] = int(count)
    return tuple(
        PredictedRows(hour=hour, version=version, variant=variant, rows=count)
        for (hour, version, variant), count in sorted(found.items())
    )


def pack_keys(rows: DayRows) -> bytes:
    """Return the keys as a file that is read without the answers."""
    return rows.key.astype("<u8").tobytes()


def unpack_keys(content: bytes) -> NDArray[np.uint64]:
    """Return the keys of `pack_keys`; raise ArrayFormatError."""
    if len(content) % KEY_BYTES:
        msg = f"{len(content)} bytes are no keys of {KEY_BYTES} bytes"
        raise ArrayFormatError(msg)
    return np.frombuffer(content, dtype="<u8").astype(np.uint64)


def pack_answers(rows: DayRows) -> bytes:
    """Return what belongs to the keys, in their order, as a file."""
    names, codes = np.unique(rows.variant.astype(str), return_inverse=True)
    buffer = io.BytesIO()
    np.savez(
        buffer,
        allow_pickle=False,
        at=rows.at.astype("<i8"),
        version=rows.version.astype("<i4"),
        variant=codes.reshape(-1).astype("<i2"),
        variants=names.astype("<U64") if len(names) else np.empty(0, dtype="<U64"),
        outputs=rows.outputs.astype("<f4"),
    )
    return buffer.getvalue()


def unpack_answers(content: bytes, key: NDArray[np.uint64]) -> DayRows:
    """Return the rows of `pack_answers` with their keys; raise ArrayFormatError."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            names = file["variants"].astype(object)
            rows = DayRows(
                key, file["at"], file["version"], names[file["variant"]], file["outputs"]
            )
    except (ValueError, KeyError, IndexError, EOFError, zipfile.BadZipFile) as error:
        msg = f"{len(content)} bytes are no answers of a day: {error}"
        raise ArrayFormatError(msg) from error
    if len(rows.at) != len(key):
        msg = f"{len(rows.at)} answers do not fit {len(key)} keys"
        raise ArrayFormatError(msg)
    return rows


def _join(tables: Sequence[DayRows]) -> DayRows:
    width = max((table.outputs.shape[1] for table in tables), default=1)
    return DayRows(
        np.concatenate([np.empty(0, np.uint64), *(table.key for table in tables)]),
        np.concatenate([np.empty(0, np.int64), *(table.at for table in tables)]),
        np.concatenate([np.empty(0, np.int32), *(table.version for table in tables)]),
        np.concatenate([np.empty(0, np.object_), *(table.variant for table in tables)]),
        np.concatenate(
            [np.empty((0, width), np.float32), *(_widen(table.outputs, width) for table in tables)]
        ),
    )


def _widen(outputs: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    missing = width - outputs.shape[1]
    return np.pad(outputs, ((0, 0), (0, missing)), constant_values=np.nan)


def _unique_columns(
    groups: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    values, counts = np.unique(groups, axis=1, return_counts=True)
    return values.T, counts
