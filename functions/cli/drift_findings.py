"""What `windvane drift` says of a window beside its drift, line by line."""

from collections.abc import Iterator

from functions.contracts.drift import DriftReport
from functions.contracts.estimates import QualityVerdict
from functions.core.attribution import TOLD_FEATURES

_TOLD_ESTIMATES = 3
_USUAL = frozenset({QualityVerdict.OK, QualityVerdict.NOT_JUDGED})


def tell_findings(report: DriftReport) -> tuple[str, ...]:
    """Return faults, estimates and attribution, which conditions hold, and what follows."""
    return (*_found(report), *_conditions(report), *_action(report))


def _found(report: DriftReport) -> Iterator[str]:
    for fault in report.faults:
        yield f"data fault: {fault.sentence}"
    for fault in report.accepted_faults:
        yield f"accepted as the new world: {fault.evidence}"
    if names := " ".join(each.recorded_as for each in report.faults if each.recorded_as):
        yield f'if it is no fault: windvane faults accept {report.model} {names} --reason "..."'
    if report.estimates:
        # What is out of the usual comes first.
        told = sorted(report.estimates, key=lambda one: one.verdict in _USUAL)[:_TOLD_ESTIMATES]
        values = ", ".join(
            f"{one.metric} {one.value:.4f} ± {one.sampling_error:.4f} ({one.verdict})"
            for one in told
        )
        yield f"estimated without labels, on {told[0].rows:,} rows: {values}"
    for one in report.attribution[:TOLD_FEATURES]:
        yield f"shifted: {one.evidence}"
    if len(report.attribution) > TOLD_FEATURES:
        yield f"shifted too: {len(report.attribution) - TOLD_FEATURES} more, see the report"


def _conditions(report: DriftReport) -> Iterator[str]:
    holding = [state for state in report.alerts if state.holds]
    for state in holding:
        held = f"; held back: {state.held_back}" if state.held_back else ""
        yield f"{state.severity}: {state.condition}: {state.reason}{held}"
    if report.alerts and not holding:
        yield f"none of {len(report.alerts)} conditions of [alerts] holds"


def _action(report: DriftReport) -> Iterator[str]:
    if report.action:
        yield f"action: {report.action.replace('_', ' ')}: {report.action_reason}"
