"""Records and outcomes, gathered from where they were written."""

import io
from pathlib import Path

import pytest

from functions.cli.errors import UsageError
from functions.cli.prediction_view import gather_outcomes, gather_rows

MODEL = "loan_default"


def test_sends_json_as_it_was_written() -> None:
    rows = gather_rows(['{"car_value": "much"}', '[{"car_value": 1}]'], None, model=MODEL)

    assert rows == [{"car_value": "much"}, {"car_value": 1}]


def test_takes_the_models_features_out_of_a_table(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("id,car_value,repaid_loan_on_prev_car,repaid\n7,22000,1,0\n")

    rows = gather_rows([], file, model=MODEL)

    assert rows == [{"car_value": 22000, "repaid_loan_on_prev_car": True}]


def test_takes_a_table_whole_for_a_model_that_is_not_in_this_checkout(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("a,b\n1,2\n")

    assert gather_rows([], file, model="elsewhere") == [{"a": 1, "b": 2}]


def test_reads_standard_input_when_nothing_else_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO('{"a": 1}\n{"a": 2}\n'))

    assert gather_rows([], None, model=MODEL) == [{"a": 1}, {"a": 2}]


def test_refuses_two_sources_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not both"):
        gather_rows(["{}"], tmp_path / "rows.csv", model=MODEL)


def test_does_not_wait_for_a_person_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", terminal)

    with pytest.raises(UsageError, match="--record"):
        gather_rows([], None, model=MODEL)


@pytest.mark.parametrize(
    ("text", "value"), [("1", 1), ("0.5", 0.5), ("true", True), ("yes", "yes"), ("[1]", "[1]")]
)
def test_reads_an_outcome_as_json_would(text: str, value: object) -> None:
    assert gather_outcomes("i/0", text, None) == [("i/0", value)]


def test_reads_many_outcomes_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "outcomes.csv"
    file.write_text("inference_id,value\na/0,1\na/1,0\n")

    assert gather_outcomes(None, None, file) == [("a/0", 1), ("a/1", 0)]


def test_names_the_row_that_lacks_something(tmp_path: Path) -> None:
    file = tmp_path / "outcomes.json"
    file.write_text('[{"inference_id": "a", "value": 1}, {"inference_id": "b"}]')

    with pytest.raises(UsageError, match="row 2"):
        gather_outcomes(None, None, file)
