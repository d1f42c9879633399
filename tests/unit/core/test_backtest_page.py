import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from functions.core.backtest_baselines import score_windows
from functions.core.backtest_page import backtest_page
from functions.core.backtest_plots import Line, lines_plot
from functions.core.backtest_result import BacktestResult, document_of, told_steps
from functions.core.backtest_run import first_version
from tests.unit.core.backtest_world import history, replayed, workshop


@pytest.fixture(scope="module")
def result() -> BacktestResult:
    of = history([2.0] * 4 + [-2.0] * 6)
    steps, made = replayed(of), workshop(of)
    never = score_windows(made, [first_version(made)] * of.windows)
    return BacktestResult(
        model="tiny",
        metric="roc_auc_score",
        history=of,
        steps=steps,
        policy=score_windows(made, [step.version for step in steps]),
        never=never,
        schedule=never,
        cost_per_second=0.5,
        notes=("3 rows have no label <and> are left out",),
    )


class Balance(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        if tag not in ("meta", "rect", "line", "path", "circle"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("rect", "line", "path", "circle"):
            assert self.open.pop() == tag


def test_stands_alone_and_is_well_formed(result: BacktestResult) -> None:
    page = backtest_page(result)

    balance = Balance()
    balance.feed(page.removeprefix("<!doctype html>"))
    assert balance.open == []
    assert not re.search(r"(?:src|href|url|@import)\s*[=(]", page)
    assert "<script" not in page
    assert "3 rows have no label &lt;and&gt; are left out" in page


def test_shows_each_window_each_run_and_each_reason(result: BacktestResult) -> None:
    page = backtest_page(result)

    windows = result.history.windows
    assert page.count('width="') >= windows
    assert len(result.started) >= 1
    for started in result.started:
        assert f"window {started.window}: {started.run.reason}" in page
    assert "▲ promoted" in page
    assert f"{result.against('never'):+.4f} against never retraining" in page


def test_writes_a_document_that_is_json(result: BacktestResult) -> None:
    document = json.loads(json.dumps(document_of(result), allow_nan=False))

    assert document["windows"] == len(document["per_window"]) == 10
    assert document["training_runs"] == len(document["runs"]) == len(result.started)
    assert document["gain"]["never"] == pytest.approx(
        document["mean"]["policy"] - document["mean"]["never"]
    )
    assert document["estimated_cost"] == pytest.approx(0.5 * result.training_seconds)
    assert document["per_window"][0]["version"] == 1
    assert document["per_window"][-1]["version"] > 1
    assert {"policy", "never", "schedule", "action", "reason", "drift"} <= set(
        document["per_window"][0]
    )


def test_tells_only_where_something_changed(result: BacktestResult) -> None:
    told = told_steps(result.steps)

    assert {step.window for step in result.steps if step.started} <= {s.window for s in told}
    assert len(told) < len(result.steps)


def test_breaks_a_line_where_there_is_no_value() -> None:
    values = np.array([1.0, np.nan, 2.0, 3.0])

    drawn = lines_plot("a plot", [Line("a line", values, "red")], ())

    assert drawn.count("<polyline") == 2


def test_draws_values_that_are_all_alike() -> None:
    assert "nan" not in lines_plot("flat", [Line("flat", np.ones(3), "red")], ())
