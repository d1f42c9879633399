"""The child process for real: it starts, answers, and is stopped at its limits."""

from pathlib import Path

import numpy as np
import pytest

from functions.inference import trial_process
from functions.inference.onnx_model import ModelAdmissionError
from functions.inference.trial_process import TrialLimits, TrialProcess
from tests.unit.inference import graphs

pytestmark = pytest.mark.slow

ROWS = np.float32([[1, 2], [3, 4]])


def test_answers_as_the_graph_does() -> None:
    found = TrialProcess()(graphs.scaled(2.0).SerializeToString(), ROWS)

    assert found.tolist() == [[2.0], [6.0]]


def test_says_why_a_file_cannot_be_loaded() -> None:
    with pytest.raises(ModelAdmissionError, match="trial failed: ModelAdmissionError: the ONNX"):
        TrialProcess()(b"no model", ROWS)


def test_says_why_rows_cannot_be_answered() -> None:
    with pytest.raises(ModelAdmissionError, match="trial failed: RowShapeError"):
        TrialProcess()(graphs.scaled().SerializeToString(), np.ones((1, 5), np.float32))


def test_stops_at_the_memory_limit() -> None:
    hungry = graphs.squaring(1, 2_000).SerializeToString()

    with pytest.raises(ModelAdmissionError, match="trial failed"):
        TrialProcess(TrialLimits(memory_bytes=8 << 20))(hungry, ROWS)


def test_stops_at_the_limit_of_processor_time() -> None:
    busy = graphs.squaring(1_500, 1_000).SerializeToString()

    with pytest.raises(ModelAdmissionError, match="trial failed: it ended with signal"):
        TrialProcess(TrialLimits(cpu_seconds=1))(busy, ROWS)


def test_stops_when_the_time_is_up() -> None:
    with pytest.raises(ModelAdmissionError, match="did not end within 0 s"):
        TrialProcess(TrialLimits(wall_seconds=0))(graphs.scaled().SerializeToString(), ROWS)


def test_gives_the_child_no_environment_but_what_it_is_given(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spy = "import os, sys\nsys.exit(f'saw {sorted(os.environ)}')\n"
    (tmp_path / "spy.py").write_text(spy, encoding="utf-8")
    monkeypatch.setattr(trial_process, "CHILD_MODULE", "spy")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    process = TrialProcess(environment={"TZ": "UTC"}, import_path=(str(tmp_path),))

    with pytest.raises(ModelAdmissionError) as refusal:
        process(b"", ROWS)

    assert "saw " in str(refusal.value)
    assert "'TZ'" in str(refusal.value)
    assert "AWS_SECRET_ACCESS_KEY" not in str(refusal.value)
