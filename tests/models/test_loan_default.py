"""What the card of loan_default says of its data, and why its retraining pays."""

from datetime import timedelta

import numpy as np
import pytest

from functions.contracts.messages import PrepareOutput
from functions.contracts.model_folder import MODELS_DIRECTORY, load_model_spec
from functions.core.capture_encoding import AnsweredRows
from functions.core.encoding import encode_columns
from functions.core.scores import score_outputs
from functions.training.fitting import Rows, answer_rows, fit_pipeline
from functions.training.model_code import load_model_code
from tests.fakes.captures import stored_lines
from tests.fakes.documents import NOW
from tests.models.sample_data import THREADS, WINDOW_ROWS, read_columns
from tests.unit.preparation.world import World, truth_line

MODEL = "loan_default"
CHANGE = 25_000
"""The first production row after the change."""


def test_changes_where_the_card_says() -> None:
    values = read_columns(MODEL, "production.parquet", ["id", "car_value"])
    cars = values["car_value"].astype(np.float64)

    assert values["id"][CHANGE] == 75_000
    assert cars[:CHANGE].mean() == pytest.approx(30_000, rel=0.02)
    assert cars[CHANGE:].mean() == pytest.approx(49_000, rel=0.02)
    assert cars[20_000:22_500].mean() == pytest.approx(28_600, rel=0.005)


def test_keeps_every_row_and_names_each_once() -> None:
    reference = read_columns(MODEL, "reference.parquet", ["id", "repaid"])
    production = read_columns(MODEL, "production.parquet", ["id"])
    truth = read_columns(MODEL, "ground_truth.parquet", ["id", "repaid"])

    assert reference["id"].tolist() == list(range(50_000))
    assert production["id"].tolist() == truth["id"].tolist() == list(range(50_000, 100_000))
    assert set(np.unique(truth["repaid"])) == {0, 1}


def test_gains_by_retraining_on_the_labelled_stream() -> None:
    """The rows of a retraining: a calm window and a drifted one, captured and labelled."""
    world = World(load_model_spec(MODEL))
    path = MODELS_DIRECTORY / MODEL / "data" / "reference.parquet"
    world.add(path.read_bytes(), path.name)
    before = world.prepare()
    world.register()
    _serve_and_label(world, np.r_[:WINDOW_ROWS, CHANGE : CHANGE + WINDOW_ROWS])

    after = world.prepare()

    gate = world.spec.gates.champion
    assert gate is not None
    assert after.passed, after.reason
    held_out = Rows(world.array(after, "holdout_x"), world.array(after, "holdout_y"))
    old, new = (_score(world, output, held_out) for output in (before, after))
    assert world.manifest(after).rows == 75_000
    assert old < 0.962
    assert new > old + gate.minimum_gain


def _serve_and_label(world: World, rows: np.ndarray, batch: int = 250) -> None:
    spec = world.spec
    columns = read_columns(MODEL, "production.parquet", spec.schema_.names)
    matrix = encode_columns(spec.schema_, columns)[rows]
    truth = read_columns(MODEL, "ground_truth.parquet", ["repaid"])["repaid"][rows]
    captures, truths = [], []
    for number, start in enumerate(range(0, len(rows), batch)):
        part = matrix[start : start + batch]
        answers = np.zeros((len(part), 2), dtype=np.float32)
        at = NOW + timedelta(seconds=number)
        answered = AnsweredRows(f"q{number}", MODEL, 1, spec.schema_, part, answers, at)
        captures += stored_lines(answered)
        truths += [
            truth_line(f"q{number}/{index}", int(truth[start + index]), model=MODEL)
            for index in range(len(part))
        ]
    world.put_captures("all", "\n".join(captures).encode())
    world.put_truths("all", "\n".join(truths).encode())


def _score(world: World, output: PrepareOutput, held_out: Rows) -> float:
    code = load_model_code(MODEL)
    train = Rows(world.array(output, "train_x"), world.array(output, "train_y"))
    parameters = {"learning_rate": 0.1, "leaves": 31, "trees": 120}
    pipeline = fit_pipeline(code, parameters, train, threads=THREADS)
    answers = answer_rows(pipeline, code.spec, held_out.x, threads=THREADS)
    return score_outputs(code.spec.task, held_out.y, answers)["roc_auc_score"]
