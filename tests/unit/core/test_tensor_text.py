"""The text of an answer is what `json.dumps` makes of its document, a short one byte for byte."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from functions.contracts.model_spec import Label, Task
from functions.core.inference_request import AnswerForm, RequestedOutput
from functions.core.tensor_outputs import output_definitions, output_tensor
from functions.core.tensor_text import TensorText
from tests.unit.serving.world import PRICE_SPEC, TIER_SPEC, artifact_spec

SPECS = {
    "numbers": artifact_spec(),
    "truth": artifact_spec(classes=(False, True)),
    "mixed": artifact_spec(classes=('say "so"', 1)),
    "tier": TIER_SPEC,
    "price": PRICE_SPEC,
}
FORMS = st.builds(
    AnswerForm,
    id=st.none() | st.sampled_from(["", "mine", '"\u00f6\n']),
    outputs=st.permutations(["probabilities", "label"]).flatmap(
        lambda names: st.lists(
            st.sampled_from([True, False, None]), max_size=2
        ).map(lambda flags: tuple(map(RequestedOutput, names, flags)))
    ),
    binary_by_default=st.booleans(),
)  # fmt: skip
PROBABILITIES = st.floats(0, 1, width=32) | st.sampled_from([0.0, 1.0, 0.5, 1e-5, 1e-20, 0.1])


def document_of(
    spec: Any, outputs: NDArray[np.float32], form: AnswerForm, *, takes_binary: bool
) -> tuple[dict[str, object], bytes]:
    """Return the answer's document and what follows it, composed without haste."""
    wanted = form.outputs or [(one.name, None) for one in output_definitions(spec)]
    described, binary = [], b""
    for name, flag in wanted:
        tensor = output_tensor(name, spec, outputs)
        one = {"name": name, "shape": list(tensor.shape), "datatype": tensor.datatype}
        if takes_binary and (form.binary_by_default if flag is None else flag):
            binary += tensor.content()
            one["parameters"] = {"binary_data_size": len(tensor.content())}
        else:
            one["data"] = tensor.data()
        described.append(one)
    return {
        "model_name": spec.model,
        "model_version": "7",
        **({} if form.id is None else {"id": form.id}),
        "parameters": {"inference_id": "a", "variant": "champion"},
        "outputs": described,
    }, binary


FEW_NUMBERS = 16


@pytest.mark.parametrize("name", sorted(SPECS))
@given(data=st.data(), form=FORMS, takes_binary=st.booleans(), rows=st.integers(1, 12))
def test_writes_the_document(
    name: str, data: st.DataObject, form: AnswerForm, takes_binary: bool, rows: int
) -> None:
    spec = SPECS[name]
    if spec.task is Task.REGRESSION:
        form = form._replace(outputs=())
    numbers = st.floats(width=32, allow_nan=False, allow_infinity=False)
    width = len(spec.classes) or 1
    values = PROBABILITIES if spec.classes else numbers | PROBABILITIES
    outputs = data.draw(arrays(np.float32, (rows, width), elements=values))

    text, binary = TensorText(spec, 7).write(
        outputs, form, inference_id="a", variant="champion", takes_binary=takes_binary
    )

    document, content = document_of(spec, outputs, form, takes_binary=takes_binary)
    expected = json.dumps(document, separators=(",", ":"), allow_nan=False)
    if outputs.size <= FEW_NUMBERS:
        assert text == expected
    assert json.loads(text) == json.loads(expected)
    assert b"".join(binary) == content


@pytest.mark.parametrize(
    "classes", [(0, 1), (False, True), ("no", "yes"), ("no", 1), (2**63, 1), (True, 0)]
)
def test_writes_each_class_as_its_tensor_has_it(classes: tuple[Label, Label]) -> None:
    spec = artifact_spec(classes=classes)
    outputs = np.float32([[1, 0], [0, 1]])

    text, _ = TensorText(spec, 7).write(outputs, AnswerForm(), inference_id="a", variant="b")

    label = json.loads(text)["outputs"][1]
    assert label["data"] == list(output_tensor("label", spec, outputs).data())
