"""Conditions of `[alerts]`: how they are read, and what their metrics are called."""

import pytest

from functions.contracts.alerts import Alerts, Condition, ConditionKind, Severity, read_condition


@pytest.mark.parametrize(
    ("text", "kind", "limit"),
    [
        ("data_fault", ConditionKind.DATA_FAULT, None),
        ("accuracy_score<0.85", ConditionKind.SCORE, 0.85),
        ("root_mean_squared_error > 1200", ConditionKind.SCORE, 1200.0),
        ("no_labels > 7d", ConditionKind.NO_LABELS, 7.0),
        ("no_labels > 1 day", ConditionKind.NO_LABELS, 1.0),
    ],
)
def test_reads_a_condition(text: str, kind: ConditionKind, limit: float | None) -> None:
    (condition,) = read_condition(text, Severity.PAGE)

    assert (condition.kind, condition.limit) == (kind, limit)
    assert read_condition(condition.text, Severity.PAGE) == (condition,)


@pytest.mark.parametrize("text", ["", "fault", "accuracy < 0.8", "no_labels", "roc_auc_score < x"])
def test_says_what_may_be_written(text: str) -> None:
    with pytest.raises(ValueError, match="is no condition; write drift"):
        read_condition(text, Severity.NOTE)


def test_refuses_the_good_side_of_a_limit() -> None:
    with pytest.raises(ValueError, match=r"write .accuracy_score < 0\.9."):
        read_condition("accuracy_score > 0.9", Severity.PAGE)


def test_gives_each_condition_a_metric_of_its_own() -> None:
    alerts = Alerts(
        page=("accuracy_score < 0.85", "data_fault"),
        retrain=("accuracy_score < 0.9", "drift"),
        note=("drift", "no_labels > 7 days"),
    )

    names = [condition.metric_name for condition in alerts.conditions]

    assert len(set(names)) == len(names)
    assert names[:3] == ["PageAccuracyScore0.85", "PageDataFault", "RetrainAccuracyScore0.9"]
    assert [each.severity for each in alerts.of_kind(ConditionKind.INPUT_DRIFT)] == [
        Severity.RETRAIN,
        Severity.NOTE,
    ]
    assert alerts.of_kind(ConditionKind.NO_LABELS) == (
        Condition(ConditionKind.NO_LABELS, Severity.NOTE, limit=7.0),
    )
