"""What `windvane drift` says of a window beside its drift."""

from functions.cli.drift_findings import tell_findings
from functions.contracts.alerts import ConditionKind, Severity
from functions.contracts.drift import AlertState, DriftReport
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


def test_tells_the_three_features_that_shifted_most() -> None:
    lines = tell_findings(report(attribution=tuple(shifted(name) for name in "abcde")))

    assert lines == (
        "shifted: a has 20% of the shift",
        "shifted: b has 20% of the shift",
        "shifted: c has 20% of the shift",
        "shifted too: 2 more, see the report",
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
