import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from functions.cli import backtest_view
from functions.cli.backtest_view import Question, backtest, read_duration, read_window
from functions.cli.errors import RefusedError, UsageError
from functions.cli.output import Output
from functions.contracts.feature_schema import FeatureSchema
from functions.contracts.model_spec import ParameterValue
from functions.training.model_code import ModelCode
from tests.unit.core.backtest_world import spec

DAY = 86_400_000_000


def build(_params: Mapping[str, ParameterValue], _features: FeatureSchema) -> Pipeline:
    return Pipeline([("linear", LogisticRegression())])


def broken(_params: Mapping[str, ParameterValue], _features: FeatureSchema) -> Pipeline:
    return Pipeline([("linear", LogisticRegression(C=-1.0))])


@dataclass(frozen=True, slots=True)
class Asked:
    out: str
    err: str


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """4,800 rows of twelve days, reversed from the seventh on; the first champion has two days."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=4800)
    slope = np.where(np.arange(4800) < 2400, 2.0, -2.0)
    y = (rng.random(4800) < 1 / (1 + np.exp(-slope * x))).astype(int)
    days = np.datetime64("2026-01-01T00:00:00") + np.arange(4800) * np.timedelta64(216, "s")
    lines = [f"{at}Z,{value:.5f},{label}" for at, value, label in zip(days, x, y, strict=True)]
    path = tmp_path / "history.csv"
    path.write_text("\n".join(["at,x,y", *lines]) + "\n", encoding="utf-8")
    return path


def ask(
    history: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    as_json: bool = False,
    code: ModelCode | None = None,
    window: str = "400",
) -> Asked:
    made = code or ModelCode(spec(), build, "")
    monkeypatch.setattr(backtest_view, "load_model_code", lambda _name: made)
    question = Question(
        files=(history,),
        labels=None,
        label_delay="12h",
        window=window,
        time_column="at",
        first_share=0.2,
        search_always=False,
        output=folder,
        seed=3,
    )
    out, err = io.StringIO(), io.StringIO()
    backtest(Output(as_json=as_json, stdout=out, stderr=err), model="tiny", question=question)
    return Asked(out.getvalue(), err.getvalue())


@pytest.mark.slow
def test_shows_decisions_baselines_and_progress(
    history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ask(history, tmp_path, monkeypatch)

    assert "retrain, promoted" in asked.out
    assert "never retrain" in asked.out
    assert "schedule with as many runs" in asked.out
    assert "against never retraining" in asked.out
    assert "4,800 rows, 10 windows" in asked.err
    assert "window 10 of 10" in asked.err
    assert (tmp_path / "tiny.html").read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.slow
def test_writes_one_document_and_nothing_else(
    history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ask(history, tmp_path, monkeypatch, as_json=True)

    document = json.loads(asked.out)
    assert asked.err == ""
    assert document["page"] == str(tmp_path / "tiny.html")
    assert document["gain"]["never"] > 0.1
    assert [each["window"] for each in document["per_window"]] == list(range(10))


@pytest.mark.slow
def test_comes_to_the_same_again(
    history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (
        json.loads(ask(history, tmp_path, monkeypatch, as_json=True).out) for _ in range(2)
    )

    assert first["per_window"] == second["per_window"]
    assert first["mean"] == second["mean"]


def test_says_whose_code_cannot_be_fitted(
    history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = ModelCode(spec(), broken, "")

    with pytest.raises(RefusedError, match=r"models/tiny/model.py cannot be fitted to 768 rows"):
        ask(history, tmp_path, monkeypatch, code=code)


@pytest.mark.slow
def test_says_where_a_page_cannot_be_written(
    history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("", encoding="utf-8")

    with pytest.raises(UsageError, match="choose a folder with --output"):
        ask(history, taken, monkeypatch)


def test_reads_windows_as_rows_or_as_time() -> None:
    assert read_window("500", first_share=0.2).rows == 500
    assert str(read_window("12h", first_share=0.2).length) == "12:00:00"
    assert read_window(None, first_share=0.2).length is None


@pytest.mark.parametrize("text", ["", "0", "0d", "7 days", "-1h", "1.5h"])
def test_refuses_what_is_no_window(text: str) -> None:
    with pytest.raises(UsageError, match=r"--window '.*' is no duration"):
        read_window(text, first_share=0.2)


def test_takes_zero_for_no_delay() -> None:
    assert read_duration("0", "--label-delay").total_seconds() == 0.0
