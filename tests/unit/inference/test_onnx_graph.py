import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from functions.inference.onnx_graph import GraphFacts, read_graph
from functions.inference.wire import WireError
from tests.unit.inference import graphs


def facts(made: onnx.ModelProto) -> GraphFacts:
    return read_graph(made.SerializeToString())


def test_reads_nodes_constants_and_opsets() -> None:
    found = facts(graphs.scaled())

    assert [(node.domain, node.op_type) for node in found.nodes] == [("", "Gather"), ("", "Mul")]
    assert [(tensor.name, tensor.dims) for tensor in found.initializers] == [
        ("first", (1,)),
        ("factor", (1,)),
    ]
    assert found.opsets == (("", 17), (graphs.ML, 3))
    assert found.unwanted == ()


def test_reads_the_lists_of_a_tree() -> None:
    (node,) = facts(graphs.tree()).nodes
    lists = {attribute.name: attribute for attribute in node.attributes}

    assert lists["nodes_truenodeids"].integers() == [1, 0, 0]
    assert lists["nodes_modes"].strings == (b"BRANCH_LEQ", b"LEAF", b"LEAF")


@given(
    st.lists(st.integers(-(2**63), 2**63 - 1), max_size=30),
    st.lists(st.floats(width=32, allow_nan=False), max_size=30),
)
def test_reads_lists_as_the_onnx_package_does(integers: list[int], floats: list[float]) -> None:
    node = helper.make_node("Mul", ["a"], ["b"])
    node.attribute.add(name="numbers", type=onnx.AttributeProto.INTS, ints=integers, floats=floats)
    node.attribute.add(name="after", type=onnx.AttributeProto.STRINGS, strings=[b"x", b""])

    (found,) = facts(graphs.model([node], {})).nodes

    assert found.attributes[0].integers() == integers
    assert found.attributes[1].strings == (b"x", b"")


def test_notes_a_graph_within_a_node() -> None:
    loop = facts(graphs.looping()).nodes[0]

    assert [attribute.name for attribute in loop.attributes if attribute.has_graph] == ["body"]


def test_notes_a_constant_in_another_file_wherever_it_is() -> None:
    made = graphs.move_constant_outside(graphs.scaled())
    tensor = numpy_helper.from_array(np.zeros(1, dtype=np.float32), "within")
    tensor.external_data.add(key="location", value="elsewhere")
    made.graph.node.append(helper.make_node("Constant", [], ["c"], value=tensor))

    external = [tensor.name for tensor in facts(made).tensors() if tensor.external]

    assert external == ["first", "within"]


def test_names_parts_that_no_exported_pipeline_has() -> None:
    made = graphs.scaled()
    made.functions.add(name="f", domain="d")
    made.training_info.add()
    made.graph.sparse_initializer.add()
    made.graph.quantization_annotation.add()
    sequence = helper.make_tensor_sequence_value_info("s", TensorProto.FLOAT, [1])
    made.graph.value_info.append(sequence)

    assert set(facts(made).unwanted) == {
        "functions",
        "training_info",
        "sparse_initializer",
        "quantization_annotation",
        "sequence_type",
    }


def test_does_not_follow_types_that_are_nested_a_million_deep() -> None:
    nested = b""
    for _ in range(2_000):
        # A sequence (field 4) of a type (field 1) of …; each level is a message in a message.
        inner = b"\x0a" + length(nested) + nested
        nested = b"\x22" + length(inner) + inner
    value = b"\x12" + length(nested) + nested
    graph = b"\x5a" + length(value) + value
    content = b"\x3a" + length(graph) + graph

    assert read_graph(content).unwanted == ("sequence_type",)


def test_refuses_a_second_graph() -> None:
    content = graphs.scaled().SerializeToString()

    with pytest.raises(WireError, match="has one graph, this has 2"):
        read_graph(content + content)


def test_refuses_a_name_that_is_no_text() -> None:
    made = graphs.scaled().SerializeToString().replace(b"Gather", b"G\xff\xfeher")

    with pytest.raises(WireError, match="not UTF-8"):
        read_graph(made)


def test_refuses_a_file_cut_off_anywhere() -> None:
    content = graphs.tree().SerializeToString()
    whole = read_graph(content)

    for end in range(len(content)):
        try:
            found = read_graph(content[:end])
        except WireError:
            continue
        assert found.nodes == whole.nodes  # cut between two parts after the graph


def length(content: bytes) -> bytes:
    size, written = len(content), bytearray()
    while size >= 0x80:
        written.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes([*written, size])
