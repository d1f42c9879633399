"""What `windvane drift` says of a window beside its drift."""

from datetime import timedelta

from functions.cli.drift_findings import tell_findings
from functions.contracts.alerts import ConditionKind, Severity
from functions.contracts.drift import (
    AlertState,
    DriftReport,
    LabelledScores,
    ScorePoint,
    Verdict,
)
from functions.contracts.estimates import QualityEstimate, QualityVerdict
from functions.contracts.faults import (
    AttributionBasis,
    DataFault,
    FaultKind,
    FeatureAttribution,
)
from tests.fakes.documents import NOW
from tests.unit.core import drift_world
from tests.unit.core.drift_world import rows


def report(**found: object) -> DriftReport:
    return drift_world.report(rows(2000, seed=2)).model_copy(update=found)


def estimate(metric: str, verdict: QualityVerdict) -> QualityEstimate:
    return QualityEstimate(
        metric=metric,
        value=0.7,
        sampling_error=0.01,
        lower=0.67,
        upper=0.73,
        rows=2000,
        verdict=verdict,
        reason="so",
    )


def state(kind: ConditionKind, severity: Severity, **more: object) -> AlertState:
    return AlertState(
        condition=kind.value,
        kind=kind,
        severity=severity,
        metric_name=f"{severity}{kind}",
        holds=True,
        reason="why",
    ).model_copy(update=more)


def shifted(feature: str) -> FeatureAttribution:
    return FeatureAttribution(
        feature=feature,
        share=0.2,
        basis=AttributionBasis.STANDARDIZED_SHIFT,
        shift=0.3,
        evidence=f"{feature} has 20% of the shift",
    )


def test_says_nothing_of_a_report_of_earlier_releases() -> None:
    assert tell_findings(report()) == ()


def test_tells_a_fault_with_its_hour_and_what_to_do() -> None:
    fault = DataFault(
        kind=FaultKind.UNIT_CHANGED, since=NOW, evidence="amount times 1,000", action="hold"
    )

    (line,) = tell_findings(report(faults=(fault,)))

    assert line == "data fault: amount times 1,000, since 2026-03-01T12:00Z: hold"


def test_tells_three_estimates_and_first_those_out_of_the_usual() -> None:
    usual = [estimate(f"{name}_score", QualityVerdict.OK) for name in "abc"]
    lost = estimate("z_score", QualityVerdict.LOSS)

    (line,) = tell_findings(report(estimates=(*usual, lost)))

    assert line == (
        "estimated without labels, on 2,000 rows: z_score 0.7000 ± 0.0100 (loss), "
        "a_score 0.7000 ± 0.0100 (ok), b_score 0.7000 ± 0.0100 (ok)"
    )


def test_tells_the_score_that_conditions_judge_first() -> None:
    usual = estimate("roc_auc_score", QualityVerdict.OK)
    lost = estimate("brier_error", QualityVerdict.LOSS)
    point = ScorePoint(metric="roc_auc_score", window_start=NOW, window_end=NOW, version=1)

    (line,) = tell_findings(report(estimates=(lost, usual), history=(point,)))

    assert line.index("roc_auc_score") < line.index("brier_error")


def test_tells_what_labels_say_and_of_which_rows() -> None:
    labelled = LabelledScores(
        rows=500,
        answered_rows=1000,
        scores={"accuracy_score": 0.8, "brier_error": 0.15},
        window_start=NOW - timedelta(days=9),
        window_end=NOW - timedelta(days=8),
    )

    (line,) = tell_findings(report(labelled=labelled))

    assert line == (
        "by labels, of 500 of 1,000 rows (50%) from 2026-02-20 12:00:00 to 2026-02-21 12:00:00: "
        "accuracy_score 0.8000, brier_error 0.1500"
    )
    assert tell_findings(report(labelled=LabelledScores(rows=0, answered_rows=1000))) == ()


def test_says_once_what_the_window_s_sentence_says() -> None:
    made = report()
    drift = state(ConditionKind.INPUT_DRIFT, Severity.RETRAIN, reason=made.reason)

    lines = tell_findings(
        made.model_copy(
            update={"alerts": (drift,), "action": "retrain", "action_reason": made.reason}
        )
    )

    assert lines == ("retrain: input_drift: holds", "action: retrain: input_drift")


def test_says_that_a_calm_window_was_too_small_to_tell() -> None:
    made = report(verdict=Verdict.NOT_ENOUGH_ROWS, action="carry_on", action_reason="nothing found")

    assert tell_findings(made) == (
        "action: carry on: nothing found, but the rows are too few to tell",
    )


def test_tells_the_three_features_that_shifted_most() -> None:
    lines = tell_findings(report(attribution=tuple(shifted(name) for name in "abcde")))

    assert lines == (
        "shifted: a has 20% of the shift",
        "shifted: b has 20% of the shift",
        "shifted: c has 20% of the shift",
        "shifted too: 2 more, see the report",
    )


def test_names_no_feature_whose_shift_costs_nothing() -> None:
    free = shifted("b").model_copy(update={"share": 0.0})

    assert tell_findings(report(attribution=(shifted("a"), free))) == (
        "shifted: a has 20% of the shift",
        "shifted too: 1 more, see the report",
    )


def test_tells_the_conditions_that_hold_and_the_action() -> None:
    fault = state(ConditionKind.DATA_FAULT, Severity.PAGE)
    drift = state(ConditionKind.INPUT_DRIFT, Severity.RETRAIN, held_back="a data fault")
    calm = state(ConditionKind.HARDER_ROWS, Severity.NOTE, holds=False)

    lines = tell_findings(
        report(alerts=(fault, drift, calm), action="hold", action_reason="a data fault")
    )

    assert lines == (
        "page: data_fault: why",
        "retrain: input_drift: why; held back: a data fault",
        "action: hold: a data fault",
    )


def test_says_that_no_condition_holds() -> None:
    calm = state(ConditionKind.DATA_FAULT, Severity.PAGE, holds=False)

    assert tell_findings(
        report(alerts=(calm,), action="carry_on", action_reason="nothing found")
    ) == (
        "none of 1 conditions of [alerts] holds",
        "action: carry on: nothing found",
    )


def test_says_how_a_fault_is_accepted_and_what_was() -> None:
    fault = DataFault(
        kind=FaultKind.UNIT_CHANGED,
        columns=("amount",),
        since=NOW,
        evidence="amount fits times 100",
        action="hold",
        recorded_as="unit_changed-amount-20260301T12",
    )

    held = tell_findings(report(faults=(fault,)))
    accepted = tell_findings(report(accepted_faults=(fault,)))

    assert held[1] == (
        "if it is no fault: windvane faults accept car unit_changed-amount-20260301T12 "
        '--reason "..."'
    )
    assert accepted == ("accepted as the new world: amount fits times 100",)
