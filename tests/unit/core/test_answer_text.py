import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from functions.contracts.served import Label, Task
from functions.core.answer_text import AnswerText
from functions.core.predictions import NotFiniteError, describe_predictions
from tests.unit.serving.world import artifact_spec

SPECS: dict[Task, tuple[Label, ...]] = {
    Task.BINARY_CLASSIFICATION: (False, 'say "yes"\u00e9'),
    Task.MULTICLASS_CLASSIFICATION: ("gold", 7, True),
    Task.REGRESSION: (),
}
FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)


def text_of(task: Task) -> AnswerText:
    return AnswerText(artifact_spec("m", task=task, classes=SPECS[task]), 7)


def document_of(task: Task, outputs: Any, ids: list[str]) -> str:
    document = {
        "model": "m",
        "version": 7,
        "inference_ids": ids,
        "predictions": describe_predictions(task, SPECS[task], outputs),
    }
    return json.dumps(document, separators=(",", ":"), allow_nan=False)


@pytest.mark.parametrize("task", Task)
@given(data=st.data(), rows=st.integers(1, 4))
def test_writes_what_predictions_say(task: Task, data: st.DataObject, rows: int) -> None:
    shape = (rows, len(SPECS[task]) or 1)
    outputs = data.draw(arrays(np.float32, shape, elements=FLOATS))
    ids = ["id"] if rows == 1 else [f"id/{row}" for row in range(rows)]

    text = text_of(task).write(outputs, "id")

    assert text == document_of(task, outputs, ids)


@pytest.mark.parametrize("task", Task)
@given(data=st.data(), rows=st.integers(17, 40))
def test_writes_many_rows_to_the_same_numbers(task: Task, data: st.DataObject, rows: int) -> None:
    elements = FLOATS | st.floats(0, 1, width=32)
    outputs = data.draw(arrays(np.float32, (rows, len(SPECS[task]) or 1), elements=elements))

    text = text_of(task).write(outputs, "id")

    ids = [f"id/{row}" for row in range(rows)]
    assert json.loads(text) == json.loads(document_of(task, outputs, ids))
    assert ", " not in text


@pytest.mark.parametrize("task", Task)
@given(data=st.data())
def test_writes_the_same_of_packed_numbers(task: Task, data: st.DataObject) -> None:
    elements = FLOATS | st.sampled_from([np.nan, np.inf, -np.inf, 0.5, 0.0, -0.0])
    outputs = data.draw(arrays(np.float32, (1, len(SPECS[task]) or 1), elements=elements))
    row = np.ones((1, len(artifact_spec("m").feature_schema.features)), dtype=np.float32)

    text = text_of(task).write_packed(row.tobytes() + outputs.tobytes(), "id")

    if np.isfinite(outputs).all():
        assert text == text_of(task).write(outputs, "id")
    else:
        assert text is None


@pytest.mark.parametrize("task", Task)
@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_writes_nothing_that_is_not_finite(task: Task, rows: int, value: float) -> None:
    outputs = np.zeros((rows, len(SPECS[task]) or 1), dtype=np.float32)
    outputs[-1] = value

    with pytest.raises(NotFiniteError) as refused:
        text_of(task).write(outputs, "id")

    assert refused.value.rows == (rows - 1,)
