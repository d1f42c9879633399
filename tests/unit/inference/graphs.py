"""ONNX graphs, good and bad, made with the onnx package that the code under test does without."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from functions.contracts.artifact import ONNX_INPUT, ONNX_VALUE

ML = "ai.onnx.ml"
FEATURES = 2


def scaled(factor: float = 2.0) -> onnx.ModelProto:
    """Each row's first feature times a factor."""
    nodes = [
        helper.make_node("Gather", [ONNX_INPUT, "first"], ["column"], axis=1),
        helper.make_node("Mul", ["column", "factor"], [ONNX_VALUE]),
    ]
    constants = {"first": np.array([0]), "factor": np.array([factor], dtype=np.float32)}
    return model(nodes, constants)


def tree(
    *, if_true: int = 1, if_false: int = 2, node_ids: tuple[int, ...] = (0, 1, 2)
) -> onnx.ModelProto:
    """One split of the first feature at 1.5."""
    node = helper.make_node(
        "TreeEnsembleRegressor",
        [ONNX_INPUT],
        [ONNX_VALUE],
        domain=ML,
        n_targets=1,
        nodes_treeids=[0, 0, 0],
        nodes_nodeids=list(node_ids),
        nodes_featureids=[0, 0, 0],
        nodes_modes=["BRANCH_LEQ", "LEAF", "LEAF"],
        nodes_values=[1.5, 0.0, 0.0],
        nodes_truenodeids=[if_true, 0, 0],
        nodes_falsenodeids=[if_false, 0, 0],
        target_treeids=[0, 0],
        target_nodeids=[1, 2],
        target_ids=[0, 0],
        target_weights=[10.0, 20.0],
    )
    return model([node], {})


def looping() -> onnx.ModelProto:
    """A loop that says that it goes on for ever."""
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go_on"], ["still"]),
            helper.make_node("Identity", ["state"], ["next"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("go_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("state", TensorProto.FLOAT, [None, FEATURES]),
        ],
        [
            helper.make_tensor_value_info("still", TensorProto.BOOL, []),
            helper.make_tensor_value_info("next", TensorProto.FLOAT, [None, FEATURES]),
        ],
    )
    nodes = [
        helper.make_node("Loop", ["count", "true", ONNX_INPUT], ["looped"], body=body),
        helper.make_node("Gather", ["looped", "first"], [ONNX_VALUE], axis=1),
    ]
    constants = {
        "count": np.array(2**62),
        "true": np.array(True),
        "first": np.array([0]),
    }
    return model(nodes, constants)


def squaring(times: int, size: int) -> onnx.ModelProto:
    """Matrix products, one after the other: as much work as one likes in a small file."""
    nodes = [helper.make_node("MatMul", [f"m{i}", f"m{i}"], [f"m{i + 1}"]) for i in range(times)]
    nodes += [
        helper.make_node("Gather", [ONNX_INPUT, "first"], ["column"], axis=1),
        helper.make_node("ReduceMean", [f"m{times}"], ["mean"], keepdims=0),
        helper.make_node("Add", ["column", "mean"], [ONNX_VALUE]),
    ]
    constants = {"first": np.array([0]), "m0": np.eye(size, dtype=np.float32)}
    return model(nodes, constants)


def model(nodes: list[onnx.NodeProto], constants: dict[str, np.ndarray]) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info(ONNX_INPUT, TensorProto.FLOAT, [None, FEATURES])],
        [helper.make_tensor_value_info(ONNX_VALUE, TensorProto.FLOAT, [None, 1])],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(ML, 3)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def move_constant_outside(made: onnx.ModelProto) -> onnx.ModelProto:
    """The first constant lies in another file, say /etc/passwd."""
    tensor = made.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../../etc/passwd"
    return made
