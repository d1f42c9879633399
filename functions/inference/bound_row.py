"""One row through a graph by buffers that are bound once: what a session's `run` sets up each time.

For a linear model of 25 features it takes half the time of `run`; for matrices of many rows there
is nothing to gain.
"""

from collections.abc import Iterable
from struct import Struct
from threading import Lock

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray


class BoundRow:
    """The input and the output of one row, one behind the other, for one caller at a time."""

    def __init__(self, session: ort.InferenceSession, *, name: str, output: str) -> None:
        self._columns = int(session.get_inputs()[0].shape[1])
        row = np.zeros((1, self._columns), dtype=np.float32)
        answer: NDArray[np.float32] = session.run([output], {name: row})[0]
        self._shape = answer.shape
        self._numbers = np.zeros(self._columns + answer.size, dtype=np.float32)
        self._bytes = self._numbers.data.cast("B")
        self._pack_into = Struct(f"={self._columns}f").pack_into
        # CPU values share the array's memory, so the array must live as long as the binding.
        parts = self._numbers[: self._columns], self._numbers[self._columns :]
        self._values = [
            ort.OrtValue.ortvalue_from_numpy(part.reshape(shape))
            for part, shape in zip(parts, (row.shape, answer.shape), strict=True)
        ]
        self._binding = session.io_binding()
        self._binding.bind_ortvalue_input(name, self._values[0])
        self._binding.bind_ortvalue_output(output, self._values[1])
        self._run = session.run_with_iobinding
        self._lock = Lock()

    def run(self, row: Iterable[float]) -> bytes | None:
        """Return a row as float32 and its outputs behind it, or None while another thread runs.

        Raises struct.error for a row of another length than the graph takes, or for what is no
        number; OverflowError for a number beyond a float32.
        """
        if not self._lock.acquire(False):
            return None
        try:
            self._pack_into(self._bytes, 0, *row)
            self._run(self._binding)
            return self._bytes.tobytes()
        finally:
            self._lock.release()

    def run_matrix(self, matrix: NDArray[np.float32]) -> NDArray[np.float32] | None:
        """Return the outputs of a matrix of one row, likewise."""
        if not self._lock.acquire(False):
            return None
        try:
            self._numbers[: self._columns] = matrix[0]
            self._run(self._binding)
            return self._numbers[self._columns :].reshape(self._shape).copy()
        finally:
            self._lock.release()
