"""Which conditions hold after a window, and what holds those back that retrain."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from functions.contracts.alerts import Alerts, ConditionKind
from functions.contracts.drift import AlertState
from functions.contracts.estimates import QualityEstimate, QualityVerdict
from functions.contracts.faults import DataFault, FaultKind
from functions.contracts.maintenance import Maintenance
from functions.contracts.model_spec import DriftPolicy
from functions.core.alert_states import (
    JudgedWindow,
    complete_evidence,
    condition_metrics,
    judge_conditions,
)
from functions.core.drift import judge_window
from functions.core.policy_evidence import Evidence, Finding, OpenChange
from functions.core.retraining_policy import decide_action
from tests.unit.core.drift_world import profile, rows, spec

REFERENCE = profile(rows(4000, seed=1))
CALM, DRIFTED = (
    judge_window(
        spec(),
        DriftPolicy(),
        reference=REFERENCE,
        current=profile(rows(2000, seed=2, shift=shift)),
    )
    for shift in (0.0, 1.0)
)
FAULT = DataFault(
    kind=FaultKind.UNIT_CHANGED,
    columns=("amount",),
    since=datetime(2026, 3, 1, 10, tzinfo=UTC),
    evidence="amount is like its reference times 1,000",
    action="hold",
)
NOTHING = Evidence(labelled_rows=5000)
CHANGE = Finding("excess loss 0.2 against 0.0 before", start=4000, rows=1000)


def estimate(verdict: QualityVerdict) -> QualityEstimate:
    return QualityEstimate(
        metric="roc_auc_score",
        value=0.71,
        sampling_error=0.01,
        lower=0.68,
        upper=0.74,
        rows=2000,
        verdict=verdict,
        reason="roc_auc_score is estimated 0.71",
    )


def judged(
    alerts: Alerts,
    of_labels: Evidence = NOTHING,
    *,
    drifted: bool = False,
    faults: tuple[DataFault, ...] = (),
    estimated: QualityEstimate | None = None,
    scores: dict[str, float] | None = None,
) -> dict[str, AlertState]:
    """Return the states by their metrics."""
    drift = DRIFTED if drifted else CALM
    evidence = complete_evidence(
        of_labels, drift=drift, faults=faults, estimate=estimated, unsettled=of_labels.unsettled
    )
    decision = decide_action(evidence, Maintenance(), alerts)
    states = judge_conditions(
        alerts, JudgedWindow(drift, evidence, decision, estimated, scores or {})
    )
    return {state.metric_name: state for state in states}


def asked(states: dict[str, AlertState]) -> set[str]:
    """Return the metrics that are 1."""
    values = {value.metric: value.value for value in condition_metrics(tuple(states.values()))}
    assert set(values.values()) <= {0.0, 1.0}
    assert set(values) == set(states)
    return {metric for metric, value in values.items() if value}


def test_nothing_holds_in_a_calm_window() -> None:
    states = judged(Alerts(), estimated=estimate(QualityVerdict.OK))

    assert asked(states) == set()
    assert all(not state.holds and state.reason for state in states.values())


def test_has_every_condition_but_that_of_missing_labels() -> None:
    found = [state.kind for state in judged(Alerts()).values()]

    assert found == [
        condition.kind
        for condition in Alerts().conditions
        if condition.kind is not ConditionKind.NO_LABELS
    ]


def test_notes_drift_of_inputs_and_of_predictions() -> None:
    states = judged(Alerts(), drifted=True)

    assert asked(states) == {"NoteInputDrift", "NotePredictionDrift"}
    assert "amount" in states["NoteInputDrift"].reason
    assert states["NotePredictionDrift"].reason.startswith("the prediction: ")


def test_asks_for_retraining_on_drift_where_alerts_say_so() -> None:
    states = judged(Alerts(retrain=("drift",), note=()), drifted=True)

    assert asked(states) == {"RetrainInputDrift", "RetrainPredictionDrift"}


def test_holds_drift_back_while_rows_are_from_before_the_version() -> None:
    alerts = Alerts(retrain=("drift", "label_change"), note=("drift",))

    mixed = replace(NOTHING, unsettled="most rows are from before")

    alone = judged(alerts, mixed, drifted=True)
    labelled = judged(alerts, replace(mixed, change=CHANGE), drifted=True)

    assert asked(alone) == {"NoteInputDrift", "NotePredictionDrift"}
    assert alone["RetrainInputDrift"].held_back == "most rows are from before"
    assert asked(labelled) == {"NoteInputDrift", "NotePredictionDrift", "RetrainLabelChange"}


def test_holds_retraining_back_on_a_data_fault_and_pages() -> None:
    alerts = Alerts(retrain=("drift", "label_change"), note=())

    states = judged(alerts, replace(NOTHING, change=CHANGE), drifted=True, faults=(FAULT,))

    assert asked(states) == {"PageDataFault"}
    assert "times 1,000, since 2026-03-01T10:00Z" in states["PageDataFault"].reason
    for metric in ("RetrainInputDrift", "RetrainPredictionDrift", "RetrainLabelChange"):
        assert states[metric].holds
        assert "nothing is learned from it" in str(states[metric].held_back)


def test_notes_drift_although_a_data_fault_is_found() -> None:
    states = judged(Alerts(), drifted=True, faults=(FAULT,))

    assert asked(states) == {"PageDataFault", "NoteInputDrift", "NotePredictionDrift"}
    assert states["NoteInputDrift"].held_back is None


def test_asks_for_retraining_on_a_change_of_the_labels() -> None:
    states = judged(Alerts(), replace(NOTHING, change=CHANGE))

    assert asked(states) == {"RetrainLabelChange"}


def test_waits_until_enough_rows_are_labelled_since_the_change() -> None:
    few = replace(CHANGE, rows=20)

    states = judged(Alerts(), replace(NOTHING, change=few))

    assert asked(states) == set()
    assert "20 rows labelled since" in str(states["RetrainLabelChange"].held_back)


def test_asks_again_when_a_change_has_grown_since_the_last_run() -> None:
    grown = OpenChange(start=1000, rows_tried=500)

    states = judged(Alerts(), replace(NOTHING, open_change=grown))

    assert asked(states) == {"RetrainLabelChange"}
    assert "4,000 rows are labelled since" in states["RetrainLabelChange"].reason


def test_pages_for_an_estimated_loss() -> None:
    states = judged(Alerts(), estimated=estimate(QualityVerdict.LOSS))

    assert asked(states) == {"PageEstimatedLoss"}
    assert states["PageEstimatedLoss"].reason == "roc_auc_score is estimated 0.71"


def test_an_estimated_gain_is_no_loss() -> None:
    assert asked(judged(Alerts(), estimated=estimate(QualityVerdict.GAIN))) == set()


def test_says_that_quality_cannot_be_estimated() -> None:
    assert "not estimated" in judged(Alerts())["PageEstimatedLoss"].reason


def test_notes_harder_rows() -> None:
    states = judged(Alerts(), replace(NOTHING, loss=Finding("the loss rose to 0.6")))

    assert asked(states) == {"NoteHarderRows"}


CLASSIC = Alerts(
    page=("accuracy_score < 0.85",), retrain=("accuracy_score < 0.9",), note=("log_loss_error > 1",)
)


@pytest.mark.parametrize(
    ("accuracy", "found"),
    [
        (0.93, set()),
        (0.9, set()),
        (0.88, {"RetrainAccuracyScore0.9"}),
        (0.8, {"RetrainAccuracyScore0.9", "PageAccuracyScore0.85"}),
    ],
)
def test_tells_a_score_beyond_its_limits(accuracy: float, found: set[str]) -> None:
    low = Finding(f"accuracy_score is {accuracy}", rows=1000)
    evidence = replace(
        NOTHING,
        below_target=low if accuracy < 0.9 else None,
        critical=low if accuracy < 0.85 else None,
    )

    states = judged(CLASSIC, evidence, scores={"accuracy_score": accuracy})

    assert asked(states) == found


def test_an_error_is_beyond_its_limit_above_it() -> None:
    assert asked(judged(CLASSIC, scores={"log_loss_error": 1.5})) == {"NoteLogLossError1"}
    assert asked(judged(CLASSIC, scores={"log_loss_error": 0.5})) == set()


def test_says_that_no_labelled_rows_tell_a_score() -> None:
    states = judged(CLASSIC)

    assert states["PageAccuracyScore0.85"].reason == "no labelled rows tell accuracy_score"


def test_pages_and_holds_the_retraining_back_while_rows_are_few() -> None:
    low = Finding("accuracy_score is 0.8", rows=50)
    evidence = replace(NOTHING, below_target=low, critical=low)

    states = judged(CLASSIC, evidence, scores={"accuracy_score": 0.8})

    assert asked(states) == {"PageAccuracyScore0.85"}
    assert states["RetrainAccuracyScore0.9"].held_back


def test_retrains_no_second_time_for_what_the_last_run_was_about() -> None:
    low = Finding("accuracy_score is 0.88", rows=1000)
    tried = OpenChange(start=4000, rows_tried=900, is_confirmed=False)
    evidence = replace(NOTHING, below_target=low, open_change=tried)

    states = judged(CLASSIC, evidence, scores={"accuracy_score": 0.88})

    assert asked(states) == set()
    assert "the last run was about it" in str(states["RetrainAccuracyScore0.9"].held_back)
