"""The table of docs/explanation/retraining-policy.md: the policy beside its baselines.

`python -m tests.bench.backtest_table [--seeds N] [--model linear|trees] [--delay WINDOWS] [NAME…]`,
or `--employment FOLDER` or `--turned-loans` for such a set alone.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from io import StringIO
from pathlib import Path

import duckdb
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from functions.cli.backtest_data import read_history
from functions.cli.backtest_view import replay_rows
from functions.cli.output import Output
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.contracts.feature_types import FeatureType
from functions.contracts.model_spec import ModelSpec, ParameterValue, Target, Task, Training
from functions.core.backtest_history import Cutting, cut_history
from functions.core.backtest_result import BacktestResult, told_steps
from functions.training.model_code import ModelCode, load_model_code
from tests.bench.backtest_streams import FIRST, ROWS, STREAMS, WINDOWS, Stream, make_stream

HOUR = 3_600_000_000
START = 1_700_000_000_000_000


def linear(_params: Mapping[str, ParameterValue], _features: FeatureSchema) -> Pipeline:
    return Pipeline([("scale", StandardScaler()), ("linear", LogisticRegression())])


def trees(_params: Mapping[str, ParameterValue], _features: FeatureSchema) -> Pipeline:
    model = HistGradientBoostingClassifier(max_iter=40, max_leaf_nodes=15, random_state=0)
    return Pipeline([("trees", model)])


def more_trees(_params: Mapping[str, ParameterValue], _features: FeatureSchema) -> Pipeline:
    model = HistGradientBoostingClassifier(
        max_iter=120, max_leaf_nodes=31, early_stopping=False, random_state=0
    )
    return Pipeline([("trees", model)])


MODELS = {"linear": linear, "trees": trees, "more trees": more_trees}


def read_employment(folder: Path) -> tuple[Stream, int]:
    """Return NannyML's US Census employment set (package `nannyml`, Apache 2.0) and its reference.

    `folder` is the package's `datasets/data`; the second value is how many rows are the reference.
    """
    with duckdb.connect() as connection:
        reference, analysis, target = (
            connection.execute(
                "SELECT * FROM read_parquet(?)", [str(folder / f"employment_MA_{part}.pq")]
            ).fetchnumpy()
            for part in ("reference", "analysis", "analysis_target")
        )
    beside = {"id", "year", "prediction", "predicted_probability", "employed"}
    names = [name for name in analysis if name not in beside]
    x = np.vstack(
        [
            np.column_stack([np.asarray(part[name], dtype=np.float64) for name in names])
            for part in (reference, analysis)
        ]
    )
    y = np.concatenate([reference["employed"], target["employed"]]).astype(np.int64)
    return Stream(x, y), len(reference["id"])


def turned_loans() -> BacktestResult:
    """Return the backtest of the car-loan rows, labels turned in every second 5,000 of them."""
    code = load_model_code("loan_default")
    reference = Path("models/loan_default/data/reference.parquet")
    rows = read_history(code.spec, [reference], labels=None, time_column=None)
    order = np.argsort(rows.times, kind="stable")
    y = rows.y[order]
    turned = np.arange(len(y)) // 5000 % 2 == 1
    y[turned] = 1 - y[turned]
    history = cut_history(rows.x[order], y, rows.times[order], Cutting())
    out = Output(as_json=True, stdout=StringIO())
    return replay_rows(out, code, history, label_delay=timedelta(0))


def code_for(features: int, model: str, metric: str = "roc_auc_score") -> ModelCode:
    """Return a model folder's code for any stream: every policy as it is by default."""
    spec = ModelSpec(
        name="stream",
        task=Task.BINARY_CLASSIFICATION,
        owner="bench",
        target=Target(name="y", classes=(0, 1)),
        features=tuple(
            Feature(name=f"x{index}", type=FeatureType.NUMBER) for index in range(features)
        ),
        training=Training(metric=metric),
    )
    return ModelCode(spec, MODELS[model], "")


def backtest_stream(
    stream: Stream, code: ModelCode, *, first: int = FIRST, rows: int = ROWS, delay: int = 0
) -> BacktestResult:
    """Return the backtest of a stream whose windows are half a day each, labels `delay` late."""
    step = 12 * HOUR // rows
    times = START + np.arange(len(stream.y), dtype=np.int64) * step
    cutting = Cutting(rows=rows, first_share=first / len(stream.y))
    history = cut_history(stream.x.astype(np.float32), stream.y, times, cutting)
    out = Output(as_json=True, stdout=StringIO())
    return replay_rows(out, code, history, label_delay=timedelta(hours=12 * delay))


def row_of(name: str, results: Sequence[BacktestResult]) -> str:
    """Return a line of the table: means over the seeds."""
    means = {key: float(np.mean([r.means[key] for r in results])) for key in results[0].means}
    against = float(np.mean([r.against("schedule") for r in results]))
    runs = float(np.mean([len(r.started) for r in results]))
    promoted = float(np.mean([sum(s.run.promoted for s in r.started) for r in results]))
    return (
        f"| {name} | {means['never']:.4f} | {means['schedule']:.4f} | {means['policy']:.4f} | "
        f"{against:+.4f} | {runs:.1f} | {promoted:.1f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", default=list(STREAMS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--model", choices=MODELS, default="linear")
    parser.add_argument("--delay", type=int, default=0, help="windows until labels come")
    parser.add_argument("--employment", type=Path, help="the folder of NannyML's data sets")
    parser.add_argument("--turned-loans", action="store_true")
    asked = parser.parse_args()
    if asked.turned_loans:
        sys.stdout.write(row_of("car loan, turned", [turned_loans()]) + "\n")
        return
    if asked.employment is not None:
        stream, first = read_employment(asked.employment)
        code = code_for(stream.x.shape[1], "more trees")
        result = backtest_stream(stream, code, first=first, rows=5000, delay=asked.delay)
        for step in told_steps(result.steps):
            sys.stdout.write(f"{step.window} {step.decision.action}: {step.decision.reason}\n")
        sys.stdout.write(row_of("employment", [result]) + "\n")
        return
    sys.stdout.write(
        f"{WINDOWS} windows of {ROWS} rows, {asked.seeds} seeds, {asked.model}, labels "
        f"{asked.delay} windows late\n\n"
        "| stream | never | schedule | policy | policy less schedule | runs | promoted |\n"
        "| --- | --- | --- | --- | --- | --- | --- |\n"
    )
    for name in asked.names:
        results = []
        for seed in range(asked.seeds):
            stream = make_stream(name, seed)
            code = code_for(stream.x.shape[1], asked.model)
            results.append(backtest_stream(stream, code, delay=asked.delay))
        sys.stdout.write(row_of(name, results) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
