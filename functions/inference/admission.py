"""Admitting an ONNX file: it is hostile until this module says otherwise (D3).

First the file is read, not run: size, operators, opsets, external data, graphs within nodes, and
trees that could lead in a circle. Only then does a child process load it and answer golden rows
under limits of memory, time and files. Serving does not repeat this; it checks the hash.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from functions.inference.onnx_graph import GraphFacts, NodeFacts, read_graph
from functions.inference.onnx_model import ModelAdmissionError
from functions.inference.trial_process import TrialRunner
from functions.inference.wire import WireError

MAXIMUM_BYTES = 64 * 1024 * 1024
MAXIMUM_NODES = 2_000
MAXIMUM_CONSTANTS = 4_000
MAXIMUM_CONSTANT_ELEMENTS = 16_000_000

OPSETS: dict[str, range] = {"": range(13, 22), "ai.onnx.ml": range(1, 5)}
"""Versions of the operator sets that a file may ask for."""

_ML = "ai.onnx.ml"
_TREE_OPERATORS = {(_ML, "TreeEnsembleClassifier"), (_ML, "TreeEnsembleRegressor")}

OPERATORS: frozenset[tuple[str, str]] = frozenset(
    _TREE_OPERATORS
    | {
        (_ML, name)
        for name in (
            "ArrayFeatureExtractor",
            "Binarizer",
            "Imputer",
            "LabelEncoder",
            "LinearClassifier",
            "LinearRegressor",
            "Normalizer",
            "OneHotEncoder",
            "SVMClassifier",
            "SVMRegressor",
            "Scaler",
        )
    }
    | {
        ("", name)
        for name in (
            *("Abs", "Add", "And", "ArgMax", "Cast", "Clip", "Concat", "Constant", "Div", "Equal"),
            *("Erf", "Exp", "Flatten", "Floor", "Gather", "Gemm", "Greater", "GreaterOrEqual"),
            *("Identity", "IsNaN", "Less", "LessOrEqual", "Log", "MatMul", "Max", "Min", "Mul"),
            *("Neg", "Not", "Or", "Pow", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin"),
            *("ReduceProd", "ReduceSum", "ReduceSumSquare", "Relu", "Reshape", "Shape", "Sigmoid"),
            *("Sign", "Slice", "Softmax", "Split", "Sqrt", "Squeeze", "Sub", "Sum", "Tanh", "TopK"),
            *("Transpose", "Unsqueeze", "Where"),
        )
    }
)
"""Domain and name of the operators that exported pipelines are made of.

None of them holds a graph, repeats anything, or makes a tensor whose size a value decides.
"""


def admit_onnx(
    content: bytes, golden_rows: NDArray[np.float32], *, trial: TrialRunner
) -> NDArray[np.float32]:
    """Return what the graph answers golden rows, if the file may be used at all.

    Parameters
    ----------
    content : bytes
        An ONNX file.
    golden_rows : ndarray of float32, shape (n, n_features)
        Rows that the model must be able to answer.
    trial : TrialRunner
        Runs the graph in a child process; see `trial_process`.

    Returns
    -------
    ndarray of float32, shape (n, n_outputs)
        Finite, as the child process computed it.

    Raises
    ------
    ModelAdmissionError
        If the file is refused, with the first reason found.
    """
    reason = next(refusals(content), None)
    if reason is not None:
        msg = f"the ONNX file is refused: {reason}"
        raise ModelAdmissionError(msg)
    outputs = trial(content, golden_rows)
    if len(outputs) != len(golden_rows) or not np.isfinite(outputs).all():
        msg = (
            f"the ONNX file is refused: its trial answered {len(golden_rows)} golden rows with "
            f"{int(np.isfinite(outputs).all(axis=1).sum())} rows of finite numbers"
        )
        raise ModelAdmissionError(msg)
    return outputs


def refusals(content: bytes) -> Iterator[str]:
    """Yield every reason why the bytes are refused, found without running them."""
    if len(content) > MAXIMUM_BYTES:
        yield f"it has {len(content)} bytes, at most {MAXIMUM_BYTES} are admitted"
        return
    try:
        graph = read_graph(content)
    except WireError as error:
        yield f"it is no ONNX file: {error}"
        return
    yield from _part_refusals(graph)
    yield from _size_refusals(graph)
    for node in graph.nodes:
        yield from _node_refusals(node)


def _part_refusals(graph: GraphFacts) -> Iterator[str]:
    for name in graph.unwanted:
        yield f"it has a {name}, which no exported pipeline has"
    for domain, version in graph.opsets:
        if version not in OPSETS.get(_domain(domain), ()):
            yield f"operator set {domain or 'ai.onnx'!r} version {version} is not admitted"
    for tensor in graph.tensors():
        if tensor.external:
            yield f"constant {tensor.name!r} lies outside the file (external data)"


def _size_refusals(graph: GraphFacts) -> Iterator[str]:
    if not 0 < len(graph.nodes) <= MAXIMUM_NODES:
        yield f"it has {len(graph.nodes)} nodes, from 1 to {MAXIMUM_NODES} are admitted"
    constants = list(graph.tensors())
    if len(constants) > MAXIMUM_CONSTANTS:
        yield f"it has {len(constants)} constants, at most {MAXIMUM_CONSTANTS} are admitted"
    for tensor in constants:
        elements = 1
        for dimension in tensor.dims:
            elements *= max(dimension, 0)
        if min(tensor.dims, default=0) < 0 or elements > MAXIMUM_CONSTANT_ELEMENTS:
            yield f"constant {tensor.name!r} of shape {tensor.dims} is not admitted"


def _node_refusals(node: NodeFacts) -> Iterator[str]:
    operator = (_domain(node.domain), node.op_type)
    if operator not in OPERATORS:
        yield f"operator {node.domain or 'ai.onnx'}.{node.op_type} is not on the allow-list"
    for attribute in node.attributes:
        if attribute.has_graph:
            yield f"attribute {attribute.name!r} of {node.op_type} holds a graph of its own"
    if operator in _TREE_OPERATORS:
        yield from _tree_refusals(node)


def _tree_refusals(node: NodeFacts) -> Iterator[str]:
    """Yield why a walk from a tree's root might not end: a child must come after its parent."""
    facts = {attribute.name: attribute for attribute in node.attributes}
    names = ("nodes_nodeids", "nodes_truenodeids", "nodes_falsenodeids")
    missing = [name for name in (*names, "nodes_treeids", "nodes_modes") if name not in facts]
    if missing:
        yield f"{node.op_type} has no {missing[0]}"
        return
    ids, if_true, if_false = (np.array(facts[name].integers(), np.int64) for name in names)
    trees = np.array(facts["nodes_treeids"].integers(), np.int64)
    inner = np.array([mode != b"LEAF" for mode in facts["nodes_modes"].strings], bool)
    if len({len(ids), len(if_true), len(if_false), len(trees), len(inner)}) != 1:
        yield f"the lists of {node.op_type} differ in length"
        return
    if bool(((if_true <= ids) | (if_false <= ids))[inner].any()):
        yield f"a branch of {node.op_type} leads back to a node before it"
    order = np.lexsort((ids, trees))
    if bool(((np.diff(trees[order]) == 0) & (np.diff(ids[order]) == 0)).any()):
        yield f"a node of {node.op_type} is there twice"


def _domain(name: str) -> str:
    return "" if name == "ai.onnx" else name
