import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from functions.inference import admission
from functions.inference.admission import admit_onnx, refusals
from functions.inference.onnx_model import ModelAdmissionError
from tests.unit.inference import graphs

ROWS = np.float32([[1, 2], [3, 4]])


def reasons(made: onnx.ModelProto) -> list[str]:
    return list(refusals(made.SerializeToString()))


def answering(outputs: NDArray[np.float32]) -> object:
    return lambda _content, _rows: outputs


@pytest.mark.parametrize("made", [graphs.scaled(), graphs.tree()], ids=["scaled", "tree"])
def test_finds_nothing_against_a_good_graph(made: onnx.ModelProto) -> None:
    assert reasons(made) == []


def test_refuses_a_loop_twice_over() -> None:
    assert reasons(graphs.looping()) == [
        "operator ai.onnx.Loop is not on the allow-list",
        "attribute 'body' of Loop holds a graph of its own",
    ]


@pytest.mark.parametrize(
    "name", ["If", "Scan", "SequenceMap", "Range", "Expand", "ConstantOfShape"]
)
def test_refuses_operators_that_repeat_or_make_tensors_of_any_size(name: str) -> None:
    made = graphs.model([helper.make_node(name, ["rows"], ["value"])], {})

    assert reasons(made) == [f"operator ai.onnx.{name} is not on the allow-list"]


def test_refuses_operators_of_other_domains() -> None:
    made = graphs.model([helper.make_node("Mul", ["rows"], ["value"], domain="com.microsoft")], {})

    assert reasons(made) == ["operator com.microsoft.Mul is not on the allow-list"]


def test_refuses_external_data() -> None:
    made = graphs.move_constant_outside(graphs.scaled())

    assert reasons(made) == ["constant 'first' lies outside the file (external data)"]


@pytest.mark.parametrize(
    ("domain", "version"), [("", 12), ("", 22), (graphs.ML, 5), ("com.microsoft", 1)]
)
def test_refuses_operator_sets_that_it_does_not_know(domain: str, version: int) -> None:
    made = graphs.scaled()
    del made.opset_import[:]
    made.opset_import.append(helper.make_opsetid(domain, version))

    (reason,) = reasons(made)

    assert reason.endswith(f"version {version} is not admitted")


def test_refuses_functions_of_the_file() -> None:
    made = graphs.scaled()
    made.functions.add(name="f", domain="d")

    assert reasons(made) == ["it has a functions, which no exported pipeline has"]


def test_refuses_a_file_that_is_too_long_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "MAXIMUM_BYTES", 10)

    (reason,) = refusals(b"\xff" * 11)

    assert reason == "it has 11 bytes, at most 10 are admitted"


def test_refuses_too_many_nodes() -> None:
    node = helper.make_node("Identity", ["rows"], ["value"])

    (reason,) = reasons(graphs.model([node] * (admission.MAXIMUM_NODES + 1), {}))

    assert reason == "it has 2001 nodes, from 1 to 2000 are admitted"


def test_refuses_a_graph_without_nodes() -> None:
    assert reasons(graphs.model([], {})) == ["it has 0 nodes, from 1 to 2000 are admitted"]


@pytest.mark.parametrize("dims", [(1 << 40,), (1 << 13, 1 << 13), (-5,)])
def test_refuses_constants_of_absurd_shape(dims: tuple[int, ...]) -> None:
    made = graphs.scaled()
    made.graph.initializer[0].dims[:] = dims

    (reason,) = reasons(made)

    assert reason == f"constant 'first' of shape {dims} is not admitted"


@pytest.mark.parametrize(("if_true", "if_false"), [(0, 2), (1, 0), (-1, 2)])
def test_refuses_a_tree_that_leads_in_a_circle(if_true: int, if_false: int) -> None:
    made = graphs.tree(if_true=if_true, if_false=if_false)

    assert reasons(made) == ["a branch of TreeEnsembleRegressor leads back to a node before it"]


def test_refuses_a_tree_with_the_same_node_twice() -> None:
    made = graphs.tree(node_ids=(0, 1, 1))

    assert reasons(made) == ["a node of TreeEnsembleRegressor is there twice"]


def test_refuses_a_tree_whose_lists_differ_in_length() -> None:
    made = graphs.tree()
    (modes,) = [a for a in made.graph.node[0].attribute if a.name == "nodes_modes"]
    modes.strings.append(b"LEAF")

    assert reasons(made) == ["the lists of TreeEnsembleRegressor differ in length"]


def test_refuses_a_tree_without_nodes() -> None:
    made = graphs.tree()
    kept = [a for a in made.graph.node[0].attribute if a.name != "nodes_nodeids"]
    del made.graph.node[0].attribute[:]
    made.graph.node[0].attribute.extend(kept)

    assert reasons(made) == ["TreeEnsembleRegressor has no nodes_nodeids"]


@pytest.mark.parametrize(
    "content", [b"", b"not a model", graphs.scaled().SerializeToString()[:-7]], ids=repr
)
def test_refuses_bytes_that_are_no_onnx_file(content: bytes) -> None:
    (reason,) = refusals(content)

    assert reason.startswith("it is no ONNX file: ")


@pytest.mark.slow
def test_reads_a_large_forest_in_time() -> None:
    count = 100_000
    made = graphs.tree()
    for attribute in made.graph.node[0].attribute:
        if attribute.name.startswith("nodes_"):
            attribute.ints.extend([0] * count if attribute.ints else [])
            attribute.floats.extend([0.0] * count if attribute.floats else [])
            attribute.strings.extend([b"LEAF"] * count if attribute.strings else [])
        if attribute.name == "nodes_nodeids":
            attribute.ints[3:] = range(3, count + 3)

    assert reasons(made) == []


def test_returns_what_the_trial_answered() -> None:
    outputs = np.float32([[1], [2]])

    found = admit_onnx(
        graphs.scaled().SerializeToString(),
        ROWS,
        trial=answering(outputs),  # type: ignore[arg-type]
    )

    assert found is outputs


@pytest.mark.parametrize("outputs", [np.float32([[1]]), np.float32([[1], [np.nan]])])
def test_refuses_a_trial_that_did_not_answer_each_row_with_numbers(
    outputs: NDArray[np.float32],
) -> None:
    with pytest.raises(ModelAdmissionError, match="2 golden rows with 1 rows of finite numbers"):
        admit_onnx(
            graphs.scaled().SerializeToString(),
            ROWS,
            trial=answering(outputs),  # type: ignore[arg-type]
        )


def test_tries_nothing_that_it_refuses() -> None:
    def never(_content: bytes, _rows: object) -> NDArray[np.float32]:
        pytest.fail("a refused file must not be run")

    with pytest.raises(ModelAdmissionError, match="the ONNX file is refused: operator"):
        admit_onnx(graphs.looping().SerializeToString(), ROWS, trial=never)


def test_admits_a_constant_within_a_node() -> None:
    tensor = numpy_helper.from_array(np.float32([2]), "two")
    nodes = [
        helper.make_node("Constant", [], ["two"], value=tensor),
        helper.make_node("Mul", ["rows", "two"], ["value"]),
    ]

    assert reasons(graphs.model(nodes, {})) == []
