import struct
from threading import Barrier, Thread

import numpy as np
import onnxruntime as ort
import pytest

from functions.inference.bound_row import BoundRow
from tests.unit.inference import graphs


def bound_of(factor: float) -> BoundRow:
    session = ort.InferenceSession(graphs.scaled(factor).SerializeToString())
    return BoundRow(session, name="rows", output="value")


def test_returns_a_row_and_its_outputs() -> None:
    bound = bound_of(3.0)

    found = [bound.run((value, True)) for value in (0.1, 2)]

    numbers = [np.frombuffer(content or b"", dtype=np.float32) for content in found]
    assert [values.tolist() for values in numbers] == [
        [np.float32(0.1), 1.0, np.float32(0.1) * np.float32(3)],
        [2.0, 1.0, 6.0],
    ]


def test_answers_a_matrix_that_a_later_run_does_not_change() -> None:
    bound = bound_of(3.0)

    first = bound.run_matrix(np.float32([[1, 9]]))
    bound.run((5.0, 9.0))

    assert first is not None
    assert first.tolist() == [[3.0]]


@pytest.mark.parametrize("row", [(1.0,), (1.0, 2.0, 3.0), (1.0, None), (1.0, "2")])
def test_refuses_what_is_no_row_and_goes_on(row: tuple[float, ...]) -> None:
    bound = bound_of(3.0)

    with pytest.raises(struct.error):
        bound.run(row)

    assert bound.run((1.0, 2.0)) == np.float32([1, 2, 3]).tobytes()


def test_steps_aside_while_another_thread_runs() -> None:
    bound = bound_of(3.0)
    is_inside, is_done = Barrier(2, timeout=30), Barrier(2, timeout=30)

    def slow_row() -> object:
        is_inside.wait()
        is_done.wait()
        yield from (1.0, 2.0)

    held: list[object] = []
    thread = Thread(target=lambda: held.append(bound.run(slow_row())))  # type: ignore[arg-type] # a generator
    thread.start()
    is_inside.wait()
    refused = bound.run((1.0, 2.0)), bound.run_matrix(np.float32([[1, 2]]))
    is_done.wait()
    thread.join()

    assert refused == (None, None)
    assert held == [np.float32([1, 2, 3]).tobytes()]
