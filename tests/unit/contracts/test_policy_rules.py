"""Mistakes of a model.toml about training, gates and drift."""

from pathlib import Path

import pytest

from functions.contracts.model_checks import check_model_folder
from functions.contracts.model_folder import MODELS_DIRECTORY, load_model_spec
from functions.contracts.policy_rules import MAXIMUM_VALUES, find_policy_mistakes
from tests.unit.contracts.folders import SPEC, spoilt, write_folder


@pytest.mark.parametrize(
    ("toml", "key", "value", "remedy"),
    [
        (
            spoilt('name = "membership"', 'name = "members"'),
            "name",
            '"members"',
            'the folder is named membership: write name = "membership", or rename it',
        ),
        (
            spoilt('metric = "roc_auc_score"\nwindow', 'metric = "roc_auc"\nwindow'),
            "training.metric",
            '"roc_auc"',
            "unknown score; did you mean roc_auc_score? known: roc_auc_score, ",
        ),
        (
            spoilt('metric = "roc_auc_score"\nwindow', 'metric = "r2_score"\nwindow'),
            "training.metric",
            '"r2_score"',
            "does not fit a binary_classification model; known: roc_auc_score, ",
        ),
        (
            spoilt('timestamp = "at"\n', "").replace("window_rows = 1000\n", ""),
            "training.holdout.by",
            '"time"',
            "needs to know the rows' order: name the column in data.timestamp, or write",
        ),
        (
            spoilt('timestamp = "at"\n', "").replace('by = "time"', 'by = "random"'),
            "training.window_rows",
            "1000",
            "needs to know the rows' order: name the column in data.timestamp",
        ),
        (
            spoilt("window_rows = 1000", "window_rows = [500, 500]"),
            "training.window_rows",
            "[500, 500]",
            "write at least one number, and each once",
        ),
        (
            spoilt("window_rows = 1000", 'window_rows = "auto"').replace(
                'by = "time"', 'by = "random"'
            ),
            "training.window_rows",
            '"auto"',
            "row counts are judged on the latest rows",
        ),
        (
            spoilt("depth = [2, 3]", "depth = []"),
            "training.parameters.depth",
            "[]",
            "write at least one value to try, or remove this key",
        ),
        (
            spoilt("depth = [2, 3]", "depth = [2, 2]"),
            "training.parameters.depth",
            "[2, 2]",
            "a value is listed twice; keep one",
        ),
        (
            spoilt("rate(1 day)", "rate(1 days)"),
            "training.schedule",
            '"rate(1 days)"',
            "write rate(1 day)",
        ),
        (
            spoilt("cron(0 3 * * ? *)", "cron(0 3 * * *)"),
            "drift.schedule",
            '"cron(0 3 * * *)"',
            "a cron expression has 6 fields",
        ),
        (
            spoilt("roc_auc_score = { minimum = 0.8 }", "roc_auc_scor = { minimum = 0.8 }"),
            "gates.absolute.roc_auc_scor",
            '"roc_auc_scor"',
            "unknown score; did you mean roc_auc_score? ",
        ),
        (
            spoilt("roc_auc_score = { minimum = 0.8 }", "roc_auc_score = { maximum = 0.8 }"),
            "gates.absolute.roc_auc_score.maximum",
            "0.8",
            "of roc_auc_score more is better: write minimum instead",
        ),
        (
            spoilt("log_loss_error = { maximum = 0.5 }", "log_loss_error = { minimum = 0.5 }"),
            "gates.absolute.log_loss_error.minimum",
            "0.5",
            "of log_loss_error less is better: write maximum instead",
        ),
        (
            spoilt("roc_auc_score = { minimum = 0.8 }", "roc_auc_score = {}"),
            "gates.absolute.roc_auc_score.minimum",
            "missing",
            "write it; of roc_auc_score more is better",
        ),
        (
            spoilt("roc_auc_score = { minimum = 0.8 }", "roc_auc_score = { minimum = 80 }"),
            "gates.absolute.roc_auc_score.minimum",
            "80.0",
            "no model can pass: roc_auc_score is never above 1",
        ),
        (
            spoilt('{ metric = "roc_auc_score",', '{ metric = "auc",'),
            "gates.champion.metric",
            '"auc"',
            "unknown score; ",
        ),
        (
            spoilt("[drift]", "[drift]\nminimum_drifted_features = 4"),
            "drift.minimum_drifted_features",
            "4",
            "the model has 3 features: write at most that",
        ),
        (
            spoilt("[drift]", '[drift]\nmethods = { agee = "ks" }'),
            "drift.methods.agee",
            '"ks"',
            "is no feature of this model; ",
        ),
        (
            spoilt("[drift]", "[drift]\nthresholds = { psi = 0.2 }"),
            "drift.thresholds.psi",
            "0.2",
            "write it as drift.threshold",
        ),
        (
            spoilt("[drift]", '[rollout.guards]\nmetric = "r2_score"\n\n[drift]'),
            "rollout.guards.metric",
            '"r2_score"',
            "does not fit a binary_classification model; ",
        ),
    ],
)
def test_tells_a_mistake_about_policies(
    tmp_path: Path, toml: str, key: str, value: str, remedy: str
) -> None:
    write_folder(tmp_path, toml=toml)

    (problem,) = check_model_folder("membership", tmp_path)

    assert (problem.file, problem.key, problem.value) == (SPEC, key, value)
    assert problem.remedy.startswith(remedy)


@pytest.mark.parametrize("name", ["latest", "champion", "challenger", "models", "v7"])
def test_refuses_a_name_that_reads_as_an_alias_or_a_version(tmp_path: Path, name: str) -> None:
    write_folder(tmp_path, name=name, toml=spoilt('"membership"', f'"{name}"'))

    (problem,) = check_model_folder(name, tmp_path)

    assert (problem.key, problem.value) == ("name", f'"{name}"')
    assert problem.remedy == "is reserved, it reads as an alias or version: take another"


def test_a_request_holds_so_many_rows_that_their_values_fit() -> None:
    spec = load_model_spec("car_price", MODELS_DIRECTORY)
    limit = MAXIMUM_VALUES // len(spec.features)

    def mistakes(rows: int) -> list[str]:
        serving = spec.serving.model_copy(update={"maximum_rows": rows})
        found = find_policy_mistakes(spec.model_copy(update={"serving": serving}))
        return [str(mistake.in_file("model.toml")) for mistake in found]

    assert mistakes(limit) == []
    assert mistakes(limit + 1) == [
        f"model.toml: serving.maximum_rows = {limit + 1}: write at most {limit}: a request holds "
        "1,000,000 values, and a row has 7; larger files are for windvane batch"
    ]
