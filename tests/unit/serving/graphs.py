"""Tiny ONNX graphs whose answers a test can work out by hand."""

from collections.abc import Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from functions.contracts.artifact import ONNX_INPUT, ONNX_PROBABILITIES, ONNX_VALUE

OPSET = 17


def linear_graph(weights: Sequence[float], *, bias: float = 0.0) -> bytes:
    """A regression: the weighted sum of the row, where a missing value counts as 0."""
    nodes = [*_present(), helper.make_node("Gemm", ["present", "w", "b"], [ONNX_VALUE])]
    return _serialize(
        nodes, weights=np.array([weights]).T, bias=np.array([bias]), output=ONNX_VALUE
    )


def logistic_graph(weights: Sequence[float], *, bias: float = 0.0) -> bytes:
    """A binary classifier: the logistic function of the weighted sum."""
    nodes = [
        *_present(),
        helper.make_node("Gemm", ["present", "w", "b"], ["logit"]),
        helper.make_node("Sigmoid", ["logit"], ["p"]),
        helper.make_node("Sub", ["one", "p"], ["q"]),
        helper.make_node("Concat", ["q", "p"], [ONNX_PROBABILITIES], axis=1),
    ]
    return _serialize(
        nodes, weights=np.array([weights]).T, bias=np.array([bias]), output=ONNX_PROBABILITIES
    )


def softmax_graph(weights: Sequence[Sequence[float]]) -> bytes:
    """A multiclass classifier: one list of weights a class."""
    nodes = [
        *_present(),
        helper.make_node("Gemm", ["present", "w", "b"], ["logits"]),
        helper.make_node("Softmax", ["logits"], [ONNX_PROBABILITIES], axis=1),
    ]
    return _serialize(
        nodes, weights=np.array(weights).T, bias=np.zeros(len(weights)), output=ONNX_PROBABILITIES
    )


def _present() -> list[onnx.NodeProto]:
    return [
        helper.make_node("IsNaN", [ONNX_INPUT], ["missing"]),
        helper.make_node("Where", ["missing", "zero", ONNX_INPUT], ["present"]),
    ]


def _serialize(
    nodes: list[onnx.NodeProto], *, weights: np.ndarray, bias: np.ndarray, output: str
) -> bytes:
    features, width = weights.shape[0], 2 if output == ONNX_PROBABILITIES else 1
    width = max(width, weights.shape[1])
    constants = {"w": weights, "b": bias, "zero": np.zeros(1), "one": np.ones(1)}
    used = {name for node in nodes for name in node.input}
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(ONNX_INPUT, TensorProto.FLOAT, [None, features])],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, [None, width])],
        [
            numpy_helper.from_array(np.asarray(value, dtype=np.float32), name)
            for name, value in constants.items()
            if name in used
        ],
    )
    opset = helper.make_opsetid("", OPSET)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
