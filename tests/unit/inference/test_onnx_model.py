import hashlib

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from functions.inference.onnx_model import (
    ModelAdmissionError,
    ModelHashMismatchError,
    OnnxModel,
    RowShapeError,
    load_onnx_model,
)
from tests.unit.inference import graphs


def load(content: bytes) -> OnnxModel:
    return load_onnx_model(content, expected_sha256=hashlib.sha256(content).hexdigest())


def test_answers_rows() -> None:
    model = load(graphs.scaled(3.0).SerializeToString())

    answer = model.run(np.float32([[1, 9], [2, 9]]))

    assert answer.tolist() == [[3.0], [6.0]]
    assert answer.dtype == np.float32
    assert (model.output, model.feature_count) == ("value", 2)


def test_sends_a_value_on_the_threshold_to_the_left() -> None:
    model = load(graphs.tree().SerializeToString())

    rows = np.float32([[1.5, 0], [np.nextafter(np.float32(1.5), np.float32(2)), 0]])

    assert model.run(rows).tolist() == [[10.0], [20.0]]


def test_answers_no_rows_with_no_rows() -> None:
    model = load(graphs.scaled().SerializeToString())

    assert model.run(np.empty((0, 2), dtype=np.float32)).shape == (0, 1)


def test_refuses_bytes_of_another_hash() -> None:
    content = graphs.scaled().SerializeToString()

    with pytest.raises(ModelHashMismatchError, match="registered is " + "0" * 64):
        load_onnx_model(content, expected_sha256="0" * 64)


@pytest.mark.parametrize("content", [b"", b"no model", graphs.tree().SerializeToString()[:50]])
def test_refuses_what_the_runtime_cannot_load(content: bytes) -> None:
    with pytest.raises(ModelAdmissionError):
        load(content)


def renamed_output() -> onnx.ModelProto:
    made = graphs.scaled()
    made.graph.node[1].output[0] = made.graph.output[0].name = "answer"
    return made


def two_outputs() -> onnx.ModelProto:
    made = graphs.scaled()
    made.graph.output.append(helper.make_tensor_value_info("column", TensorProto.FLOAT, [None, 1]))
    return made


def double_input() -> onnx.ModelProto:
    made = graphs.model([helper.make_node("Cast", ["rows"], ["value"], to=TensorProto.FLOAT)], {})
    made.graph.input[0].type.tensor_type.elem_type = TensorProto.DOUBLE
    return made


def open_width() -> onnx.ModelProto:
    made = graphs.scaled()
    made.graph.input[0].type.tensor_type.shape.dim[1].Clear()
    made.graph.input[0].type.tensor_type.shape.dim[1].dim_param = "k"
    return made


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (renamed_output(), "it has \\['rows', 'answer'\\]"),
        (two_outputs(), "must have the input 'rows' and the output"),
        (double_input(), "rows must be a float32 matrix, it is tensor\\(double\\)"),
        (open_width(), "must have a fixed number of columns, it has 'k'"),
    ],
)
def test_refuses_another_interface(made: onnx.ModelProto, message: str) -> None:
    with pytest.raises(ModelAdmissionError, match=message):
        load(made.SerializeToString())


@pytest.mark.parametrize(
    "rows",
    [np.ones((2, 3), np.float32), np.ones(2, np.float32), np.ones((2, 2), np.float64)],
)
def test_refuses_rows_of_another_shape_or_type(rows: np.ndarray) -> None:
    model = load(graphs.scaled().SerializeToString())

    with pytest.raises(RowShapeError, match=r"takes float32 of shape \(n, 2\)"):
        model.run(rows)
