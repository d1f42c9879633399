import numpy as np
import pytest

from functions.contracts.model_spec import Label
from functions.core.predictions import describe_predictions
from functions.core.tensor_outputs import (
    TensorDefinition,
    input_definitions,
    label_datatype,
    output_definitions,
    output_tensor,
)
from functions.core.tensors import read_binary
from tests.unit.serving.world import PRICE_SPEC, TIER_SPEC, artifact_spec

SPEC = artifact_spec()
TWO = np.float32([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]])
THREE = np.float32([[0.2, 0.5, 0.3], [0.4, 0.4, 0.2]])


def test_names_one_input_a_feature() -> None:
    assert [(one.name, one.datatype, one.shape) for one in input_definitions(SPEC)] == [
        ("car_value", "FP32", (-1,)),
        ("age", "FP32", (-1,)),  # may be missing, and no whole number says so
        ("is_member", "BOOL", (-1,)),
        ("region", "BYTES", (-1,)),
        ("salary", "FP32", (-1,)),
    ]
    assert input_definitions(PRICE_SPEC)[0] == TensorDefinition("door_count", "INT64", (-1,))


def test_names_the_outputs_of_each_task() -> None:
    assert output_definitions(PRICE_SPEC) == (TensorDefinition("value", "FP32", (-1,)),)
    assert output_definitions(SPEC) == (
        TensorDefinition("probabilities", "FP32", (-1, 2)),
        TensorDefinition("label", "INT64", (-1,)),
    )
    assert output_definitions(TIER_SPEC)[1] == TensorDefinition("label", "BYTES", (-1,))


def test_says_the_numbers_of_the_other_wires() -> None:
    predictions = describe_predictions(SPEC.task, SPEC.classes, TWO)

    probabilities = output_tensor("probabilities", SPEC, TWO)
    labels = output_tensor("label", SPEC, TWO)

    assert probabilities.shape == (3, 2)
    assert list(probabilities.data())[1::2] == [one["probability"] for one in predictions]
    assert list(labels.data()) == [one["label"] for one in predictions]


def test_says_the_labels_of_many_classes() -> None:
    predictions = describe_predictions(TIER_SPEC.task, TIER_SPEC.classes, THREE)

    labels = output_tensor("label", TIER_SPEC, THREE)

    assert list(labels.data()) == [one["label"] for one in predictions] == ["silver", "gold"]


@pytest.mark.parametrize(
    ("spec", "name", "outputs"),
    [
        (SPEC, "probabilities", TWO),
        (SPEC, "label", TWO),
        (TIER_SPEC, "label", THREE),
        (PRICE_SPEC, "value", np.float32([[0.1], [-7e30]])),
        (artifact_spec(classes=(False, True)), "label", TWO),
    ],
)
def test_says_the_same_in_bytes(spec: object, name: str, outputs: np.ndarray) -> None:
    tensor = output_tensor(name, spec, outputs)

    read = read_binary(tensor.content(), tensor.datatype, tensor.shape, ())

    if tensor.datatype == "FP32":
        assert np.float32(read).tolist() == np.float32(tensor.data()).tolist()
    else:
        assert list(read) == list(tensor.data())


@pytest.mark.parametrize(
    ("classes", "datatype"),
    [
        ((0, 1), "INT64"),
        ((2**63 - 1, 0), "INT64"),
        ((2**63, 0), "BYTES"),
        ((False, True), "BOOL"),
        ((False, 1), "BYTES"),
        (("no", "yes"), "BYTES"),
    ],
)
def test_gives_labels_a_datatype_that_tells_them_apart(
    classes: tuple[Label, ...], datatype: str
) -> None:
    assert label_datatype(classes) == datatype
