"""The rows of an hour as a file: arrays in a .npz, readable with numpy alone (D3).

=============  =====================================================================================
`ids`          UTF-8 of all inference ids, one after another, uint8
`id_ends`      where each ends, int64, shape (n,)
`at`           moment of the prediction, microseconds since 1970 in UTC, int64, shape (n,)
`index`        of the row in its request, int32, shape (n,)
`version`      that answered, int32, shape (n,)
`variant`      index into `variants`, int16, shape (n,)
`variants`     names, UTF-8, uint8; `variant_ends` as above
`matrix`       what was captured of the features, float32, shape (n, n_features)
`outputs`      what was answered, float32, shape (n, n_outputs)
=============  =====================================================================================

A request that failed is a row of no features and no outputs. Why not Parquet: a row's features are
one float32 matrix, which is read as it stands; as columns they would be taken apart and put
together again, by a library of 60 MB, to save a third of the bytes.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from functions.core.arrays import ArrayFormatError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, eq=False)
class HourRows:
    """Rows of one schema, in no particular order; all arrays have one entry a row."""

    ids: NDArray[np.object_]
    at: NDArray[np.int64]
    index: NDArray[np.int32]
    version: NDArray[np.int32]
    variant: NDArray[np.object_]
    matrix: NDArray[np.float32]
    outputs: NDArray[np.float32]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.ids)

    def select(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> "HourRows":
        """Return some of the rows."""
        return HourRows(
            self.ids[rows],
            self.at[rows],
            self.index[rows],
            self.version[rows],
            self.variant[rows],
            self.matrix[rows],
            self.outputs[rows],
        )

    def between(self, start: datetime, end: datetime) -> "HourRows":
        """Return the rows predicted from `start` up to `end`."""
        return self.select((self.at >= microseconds(start)) & (self.at < microseconds(end)))


def join_rows(tables: Sequence[HourRows]) -> HourRows:
    """Return the rows of several tables of one schema, in order; at least one table."""
    return HourRows(
        np.concatenate([table.ids for table in tables]),
        np.concatenate([table.at for table in tables]),
        np.concatenate([table.index for table in tables]),
        np.concatenate([table.version for table in tables]),
        np.concatenate([table.variant for table in tables]),
        np.concatenate([table.matrix for table in tables]),
        np.concatenate([table.outputs for table in tables]),
    )


def microseconds(moment: datetime) -> int:
    """Return a moment as microseconds since 1970.

    Examples
    --------
    >>> microseconds(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000000
    """
    return (moment - _EPOCH) // _MICROSECOND


def moment_of(since_1970: int) -> datetime:
    """Return the moment, in UTC, that `microseconds` was given."""
    return _EPOCH + since_1970 * _MICROSECOND


def object_array(values: Sequence[str]) -> NDArray[np.object_]:
    """Return texts as an array of shape (n,)."""
    array = np.empty(len(values), dtype=np.object_)
    array[:] = values
    return array


def pack_rows(rows: HourRows) -> bytes:
    """Return rows as the bytes of a file; the same rows in the same order give the same bytes."""
    names, codes = np.unique(rows.variant.astype(str), return_inverse=True)
    ids, id_ends = _pack_texts(rows.ids.tolist())
    variants, variant_ends = _pack_texts(names.tolist())
    buffer = io.BytesIO()
    np.savez(
        buffer,
        allow_pickle=False,
        ids=ids,
        id_ends=id_ends,
        at=rows.at.astype("<i8"),
        index=rows.index.astype("<i4"),
        version=rows.version.astype("<i4"),
        variant=codes.astype("<i2"),
        variants=variants,
        variant_ends=variant_ends,
        matrix=rows.matrix.astype("<f4"),
        outputs=rows.outputs.astype("<f4"),
    )
    return buffer.getvalue()


def unpack_rows(content: bytes) -> HourRows:
    """Return the rows of a file; raise ArrayFormatError if it is none."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            names = object_array(_unpack_texts(file["variants"], file["variant_ends"]))
            return HourRows(
                ids=object_array(_unpack_texts(file["ids"], file["id_ends"])),
                at=file["at"],
                index=file["index"],
                version=file["version"],
                variant=names[file["variant"]],
                matrix=file["matrix"],
                outputs=file["outputs"],
            )
    except (ValueError, KeyError, IndexError, EOFError, zipfile.BadZipFile) as error:
        msg = f"{len(content)} bytes are no file of an hour's rows: {error}"
        raise ArrayFormatError(msg) from error


def unpack_ids(content: bytes) -> list[str]:
    """Return the inference ids of a file alone; raise ArrayFormatError if it is none."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            return _unpack_texts(file["ids"], file["id_ends"])
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        msg = f"{len(content)} bytes are no file of an hour's rows: {error}"
        raise ArrayFormatError(msg) from error


def _pack_texts(texts: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    ends = np.cumsum([len(text) for text in encoded], dtype=np.int64)
    return np.frombuffer(b"".join(encoded), dtype=np.uint8), ends


def _unpack_texts(content: NDArray[np.uint8], ends: NDArray[np.int64]) -> list[str]:
    text = content.tobytes()
    stops = ends.tolist()
    return [
        text[start:stop].decode("utf-8", "surrogatepass")
        for start, stop in zip([0, *stops], stops, strict=False)
    ]
