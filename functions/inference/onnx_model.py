"""Loading and running one ONNX graph of the encoded matrix.

What is loaded was admitted when it was evaluated (see `admission`), and is known again by its
hash: the session is built from the same bytes that were hashed (D4).
"""

import hashlib
from collections.abc import Sequence

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from functions.contracts.errors import WindvaneError
from functions.contracts.served import ONNX_INPUT, ONNX_PROBABILITIES, ONNX_VALUE
from functions.inference.bound_row import BoundRow

_ERRORS_ONLY = 3
_MATRIX_DIMENSIONS = 2
_FLOAT32 = np.dtype(np.float32)


class ModelHashMismatchError(WindvaneError):
    """The bytes are not those that were registered."""


class ModelAdmissionError(WindvaneError):
    """An ONNX file is refused."""


class RowShapeError(WindvaneError):
    """A matrix has not the columns that the graph was made for."""


class OnnxModel:
    """One graph, ready to answer; safe to be called from several threads."""

    def __init__(self, session: ort.InferenceSession, *, sha256: str) -> None:
        inputs, outputs = session.get_inputs(), session.get_outputs()
        _check_interface(inputs, outputs)
        self._session = session
        self.sha256 = sha256
        self.output = str(outputs[0].name)
        self.feature_count = int(inputs[0].shape[1])
        self._row_shape = (1, self.feature_count)
        self._bound: BoundRow | None = None

    def run(self, matrix: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the outputs of float32 rows: shape (n, n_classes), or (n, 1) for a regressor.

        Raises RowShapeError if the matrix has another shape or type than the graph takes.
        """
        if matrix.shape == self._row_shape and matrix.dtype is _FLOAT32:
            answer = self._bind().run_matrix(matrix)
            if answer is not None:
                return answer
        fits = matrix.ndim == _MATRIX_DIMENSIONS and matrix.shape[1] == self.feature_count
        if not fits or matrix.dtype != np.float32:
            msg = (
                f"a matrix of {matrix.dtype} of shape {matrix.shape} does not fit the graph, "
                f"which takes float32 of shape (n, {self.feature_count})"
            )
            raise RowShapeError(msg)
        outputs: NDArray[np.float32] = self._session.run([self.output], {ONNX_INPUT: matrix})[0]
        return outputs

    def run_row(self, row: Sequence[float]) -> bytes | None:
        """Return one row as float32 and its outputs behind it, or None while another thread asks.

        Raises struct.error or OverflowError for a row that is none of this graph.
        """
        bound = self._bound
        return self._bind().run(row) if bound is None else bound.run(row)

    def _bind(self) -> BoundRow:
        if self._bound is None:
            self._bound = BoundRow(self._session, name=ONNX_INPUT, output=self.output)
        return self._bound


def load_onnx_model(content: bytes, *, expected_sha256: str, threads: int = 1) -> OnnxModel:
    """Return the graph of these very bytes.

    Parameters
    ----------
    content : bytes
        An ONNX file.
    expected_sha256 : str
        The hash that the registry knows; other bytes raise ModelHashMismatchError.
    threads : int, default 1
        Threads within one operator. One is fastest for single rows, and Lambda has no more.

    Raises
    ------
    ModelHashMismatchError
        If the bytes have another hash.
    ModelAdmissionError
        If they are no ONNX file that the runtime can load, or its interface is not ours.
    """
    found = hashlib.sha256(content).hexdigest()
    if found != expected_sha256:
        msg = f"the ONNX file has sha256 {found}, registered is {expected_sha256}"
        raise ModelHashMismatchError(msg)
    try:
        session = ort.InferenceSession(
            content, session_options(threads), providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # the runtime's errors share no base class of their own
        msg = f"the ONNX runtime refuses the file: {first_line(error)}"
        raise ModelAdmissionError(msg) from error
    return OnnxModel(session, sha256=found)


def session_options(threads: int) -> ort.SessionOptions:
    """Return the options with which every graph is run, in gates and in serving alike."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    # A spinning thread burns the caller's CPU time between two requests.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def first_line(error: Exception) -> str:
    """Return the first line of an error's message, at most 300 characters."""
    return (str(error).splitlines() or [type(error).__name__])[0][:300]


def _check_interface(inputs: list[ort.NodeArg], outputs: list[ort.NodeArg]) -> None:
    names = [str(value.name) for value in (*inputs, *outputs)]
    known = ([ONNX_INPUT, ONNX_PROBABILITIES], [ONNX_INPUT, ONNX_VALUE])
    if len(inputs) != 1 or names not in known:
        msg = (
            f"the graph must have the input {ONNX_INPUT!r} and the output {ONNX_PROBABILITIES!r} "
            f"or {ONNX_VALUE!r}, it has {names}"
        )
        raise ModelAdmissionError(msg)
    for value in (*inputs, *outputs):
        if value.type != "tensor(float)" or len(value.shape) != _MATRIX_DIMENSIONS:
            msg = (
                f"{value.name} must be a float32 matrix, it is {value.type} of shape {value.shape}"
            )
            raise ModelAdmissionError(msg)
    if not isinstance(inputs[0].shape[1], int):
        msg = f"{ONNX_INPUT} must have a fixed number of columns, it has {inputs[0].shape[1]!r}"
        raise ModelAdmissionError(msg)
