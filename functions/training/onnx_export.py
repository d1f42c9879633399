"""Exporting a fitted pipeline as one ONNX graph of the encoded matrix (D2).

The graph has one input, `rows`, and one output: `probabilities` of a classifier, `value` of a
regressor. The same pipeline gives the same bytes: names are counted by the converter, and what it
says of itself (producer, version) is removed.
"""

import copy
import warnings
from collections.abc import Iterable, Mapping

import onnx
from onnx import helper
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.pipeline import Pipeline

from functions.contracts.artifact import ONNX_INPUT, ONNX_PROBABILITIES, ONNX_VALUE
from functions.contracts.errors import WindvaneError
from functions.contracts.model_spec import ModelSpec
from functions.training.trees import missing_directions, snap_histogram_trees

OPSETS: Mapping[str, int] = {"": 18, "ai.onnx.ml": 3}
IR_VERSION = 8

_FEATURES, _MISSING = "nodes_featureids", "nodes_missing_value_tracks_true"
_TREE_OPERATORS = {"TreeEnsembleClassifier", "TreeEnsembleRegressor"}


class ExportError(WindvaneError):
    """A pipeline cannot be exported as one ONNX graph."""


def export_onnx(pipeline: Pipeline, spec: ModelSpec) -> bytes:
    """Return a fitted pipeline as ONNX bytes; raise ExportError.

    The pipeline itself is not changed: trees are cured (see `trees`) in a copy.
    """
    cured = copy.deepcopy(pipeline)
    snap_histogram_trees(cured)
    graph = _convert(cured, spec).graph
    _set_missing_directions(graph, cured)
    _keep_one_output(graph, spec)
    return _serialize(graph, spec, metadata={})


def stamp(content: bytes, spec: ModelSpec, metadata: Mapping[str, str]) -> bytes:
    """Return the same graph with texts that say what belongs to it, and so with another hash."""
    return _serialize(onnx.load_from_string(content).graph, spec, metadata=metadata)


def _convert(pipeline: Pipeline, spec: ModelSpec) -> onnx.ModelProto:
    options = {id(pipeline.steps[-1][1]): {"zipmap": False}} if spec.is_classification else None
    try:
        with warnings.catch_warnings():
            # The converter writes False for 0, which protobuf takes until its version 7.
            warnings.filterwarnings(
                "ignore", r"Field onnx\.AttributeProto\.ints", DeprecationWarning
            )
            converted: onnx.ModelProto = convert_sklearn(
                pipeline,
                name=spec.name,
                initial_types=[(ONNX_INPUT, FloatTensorType([None, len(spec.features)]))],
                options=options,
                target_opset=dict(OPSETS),
            )
    except Exception as error:  # the converter raises whatever its parts raise
        steps = ", ".join(type(step).__name__ for _, step in pipeline.steps)
        msg = f"the pipeline of {spec.name} ({steps}) cannot be converted to ONNX: {error}"
        msg += "; docs/explanation/onnx-parity.md says what can be exported"
        raise ExportError(msg) from error
    return converted


def _set_missing_directions(graph: onnx.GraphProto, pipeline: Pipeline) -> None:
    """Write into each tree operator where its trees send a NaN; found again by their features."""
    directions = list(missing_directions(pipeline))
    for node in graph.node:
        if node.op_type not in _TREE_OPERATORS:
            continue
        attributes = {attribute.name: attribute for attribute in node.attribute}
        features = list(attributes[_FEATURES].ints)
        for known_features, to_true in directions:
            if features == known_features:
                kept = [each for each in node.attribute if each.name != _MISSING]
                del node.attribute[:]
                node.attribute.extend([*kept, helper.make_attribute(_MISSING, to_true)])
                break


def _keep_one_output(graph: onnx.GraphProto, spec: ModelSpec) -> None:
    """Leave the scores as the only output, under our name, and what leads to them."""
    wanted = ONNX_PROBABILITIES if spec.is_classification else ONNX_VALUE
    columns = len(spec.target.classes) if spec.is_classification else 1
    _rename(graph, graph.output[-1].name, wanted)
    _prune(graph, wanted)
    del graph.output[:], graph.value_info[:]
    shape = [None, columns]
    graph.output.append(helper.make_tensor_value_info(wanted, onnx.TensorProto.FLOAT, shape))


def _rename(graph: onnx.GraphProto, old: str, new: str) -> None:
    for node in graph.node:
        for names in (node.input, node.output):
            # The converter may use our name inside; it must not be there twice.
            renamed = [
                new if name == old else f"inner_{new}" if name == new else name for name in names
            ]
            names[:] = renamed


def _prune(graph: onnx.GraphProto, output: str) -> None:
    """Remove what the output does not need; nodes come before those that use them."""
    needed = {output}
    kept = []
    for node in reversed(graph.node):
        if needed.intersection(node.output):
            needed.update(node.input)
            kept.append(node)
    constants = [tensor for tensor in graph.initializer if tensor.name in needed]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(reversed(kept))
    graph.initializer.extend(constants)


def _serialize(graph: onnx.GraphProto, spec: ModelSpec, *, metadata: Mapping[str, str]) -> bytes:
    model = helper.make_model(
        graph,
        opset_imports=_opset_imports(graph.node),
        ir_version=IR_VERSION,
        producer_name="windvane",
    )
    model.graph.doc_string = ""
    model.graph.name = spec.name
    helper.set_model_props(model, dict(metadata))
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def _opset_imports(nodes: Iterable[onnx.NodeProto]) -> list[onnx.OperatorSetIdProto]:
    used = {"" if node.domain == "ai.onnx" else node.domain for node in nodes}
    unknown = used - set(OPSETS)
    if unknown:
        msg = f"the converted graph needs operators of {', '.join(sorted(unknown))}"
        raise ExportError(msg)
    return [helper.make_opsetid(domain, OPSETS[domain]) for domain in sorted(used | {""})]
