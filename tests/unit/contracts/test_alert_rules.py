"""Mistakes of `[alerts]`."""

from pathlib import Path

import pytest

from functions.contracts.alert_rules import find_alert_mistakes
from functions.contracts.alerts import Alerts
from functions.contracts.model_checks import check_model_folder
from functions.contracts.model_folder import MODELS_DIRECTORY, find_model_names, load_model_spec
from tests.unit.contracts.folders import SPEC, TOML, write_folder

LOAN = load_model_spec("loan_default")
CLASSIC = """
[alerts]
page = ["accuracy_score < 0.85"]
retrain = ["accuracy_score < 0.90"]
"""
"""A page below 85 %, retraining a little under target."""


def mistakes(**lists: tuple[str, ...]) -> list[tuple[str, object, str]]:
    alerts = Alerts(**{"page": (), "retrain": (), "note": (), **lists})
    spec = LOAN.model_copy(update={"alerts": alerts})
    return [(found.key, found.value, found.remedy) for found in find_alert_mistakes(spec)]


@pytest.mark.parametrize("model", find_model_names())
def test_finds_nothing_wrong_with_a_model_that_is_there(model: str) -> None:
    assert list(find_alert_mistakes(load_model_spec(model, MODELS_DIRECTORY))) == []


def test_takes_the_classic_in_three_lines(tmp_path: Path) -> None:
    write_folder(tmp_path, toml=TOML + CLASSIC)

    assert check_model_folder("membership", tmp_path) == ()


@pytest.mark.parametrize(
    ("lists", "key", "remedy"),
    [
        ({"note": ("fault",)}, "alerts.note", "'fault' is no condition; write drift, "),
        ({"page": ("accuracy_score > 0.9",)}, "alerts.page", "write 'accuracy_score < 0.9'"),
        ({"page": ("acuracy_score < 0.9",)}, "alerts.page", "did you mean accuracy_score?"),
        (
            {"page": ("r2_score < 0.9",)},
            "alerts.page",
            "r2_score does not fit a binary_classification model; known: roc_auc_score",
        ),
        (
            {"page": ("accuracy_score < 0.9", "accuracy_score<0.90")},
            "alerts.page",
            "accuracy_score < 0.9 is listed twice; keep one",
        ),
        (
            {"note": ("drift", "input_drift")},
            "alerts.note",
            "input_drift is listed twice; keep one",
        ),
        (
            {"retrain": ("no_labels > 7 days",)},
            "alerts.retrain",
            "nothing new to learn from: write it under page or note",
        ),
        (
            {"retrain": ("data_fault",)},
            "alerts.retrain",
            "nothing is learned from a broken table: write it under page or note",
        ),
        (
            {"page": ("accuracy_score < 0.90",), "retrain": ("accuracy_score < 0.85",)},
            "alerts.page",
            "pages before accuracy_score < 0.85 retrains, so retraining never spares a call: "
            "write a lower limit here, or exchange the two",
        ),
        (
            {"page": ("log_loss_error > 0.3",), "retrain": ("log_loss_error > 0.4",)},
            "alerts.page",
            "write a higher limit here",
        ),
        ({"note": ("no_labels > 0 days",)}, "alerts.note", "always holds"),
        ({"note": ("accuracy_score < 85",)}, "alerts.note", "always holds, accuracy_score is"),
        ({"note": ("log_loss_error > 0",)}, "alerts.note", "write more than 0"),
    ],
)
def test_says_what_is_wrong(lists: dict[str, tuple[str, ...]], key: str, remedy: str) -> None:
    (found,) = mistakes(**lists)

    assert found[0] == key
    assert remedy in found[2]


def test_lets_a_score_lead_to_more_than_one_thing() -> None:
    assert (
        mistakes(
            page=("accuracy_score < 0.85", "data_fault", "label_change"),
            retrain=("accuracy_score < 0.9", "drift", "label_change"),
            note=("accuracy_score < 0.92", "drift", "no_labels > 0.5 days"),
        )
        == []
    )


def test_tells_them_with_the_other_mistakes_of_a_folder(tmp_path: Path) -> None:
    write_folder(tmp_path, toml=TOML + '[alerts]\nnote = ["noise"]\n')

    (problem,) = check_model_folder("membership", tmp_path)

    assert (problem.file, problem.key, problem.value) == (SPEC, "alerts.note", '"noise"')
