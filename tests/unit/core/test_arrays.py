import io
import pickle

import numpy as np
import pytest

from functions.core.arrays import ArrayFormatError, array_from_bytes, array_to_bytes


def test_brings_an_array_back_as_it_was() -> None:
    array = np.array([[1.5, np.nan]], dtype=np.float32)

    found = array_from_bytes(array_to_bytes(array))

    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=np.float32).reshape(2, 3),
        np.arange(6, dtype=np.float32).reshape(2, 3).T,
        np.arange(12)[::2],
        np.empty((0, 5), np.float32),
        np.array(1.5),
        np.array([True, False]),
        np.array(["a", "bc"]),
        np.array(["2026-03-01"], dtype="datetime64[D]"),
    ],
    ids=["rows", "columns", "steps", "no rows", "a number", "truths", "texts", "days"],
)
def test_writes_what_numpy_saves(array: np.ndarray) -> None:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)

    assert array_to_bytes(array) == buffer.getvalue()


def pickled_objects() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    return buffer.getvalue()


def archive() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, a=np.zeros(1))
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not an array",
        pickle.dumps([1]),
        pickled_objects(),
        archive(),
        array_to_bytes(np.ones(9))[:-4],
    ],
    ids=["empty", "text", "pickle", "objects", "archive", "cut off"],
)
def test_refuses_anything_else(content: bytes) -> None:
    with pytest.raises(ArrayFormatError):
        array_from_bytes(content)


def test_refuses_to_write_objects() -> None:
    with pytest.raises(ValueError, match="allow_pickle=False"):
        array_to_bytes(np.array([{}], dtype=object))
