"""What `windvane drift` says of a window beside its drift, line by line."""

from collections.abc import Iterator

from functions.cli.cells import cell_text
from functions.contracts.drift import DriftReport, LabelledScores, Verdict
from functions.contracts.estimates import QualityVerdict
from functions.core.retraining_policy import Action

_TOLD_SCORES = _TOLD_FEATURES = 3
_USUAL = frozenset({QualityVerdict.OK, QualityVerdict.NOT_JUDGED})


def tell_findings(report: DriftReport) -> tuple[str, ...]:
    """Return faults, quality and attribution, which conditions hold, and what follows."""
    return (*_found(report), *_conditions(report), *_action(report))


def _found(report: DriftReport) -> Iterator[str]:
    for fault in report.faults:
        yield f"data fault: {fault.sentence}"
    for fault in report.accepted_faults:
        yield f"accepted as the new world: {fault.evidence}"
    if names := " ".join(each.recorded_as for each in report.faults if each.recorded_as):
        yield f'if it is no fault: windvane faults accept {report.model} {names} --reason "..."'
    yield from _quality(report)
    told = [one for one in report.attribution if one.share > 0.0][:_TOLD_FEATURES]
    yield from (f"shifted: {one.evidence}" for one in told)
    if len(report.attribution) > len(told):
        yield f"shifted too: {len(report.attribution) - len(told)} more, see the report"


def _quality(report: DriftReport) -> Iterator[str]:
    """Yield what is estimated, and what labels say, of the followed scores first."""
    followed = {point.metric for point in report.history}
    if report.estimates:
        # What is out of the usual comes next.
        estimates = sorted(
            report.estimates, key=lambda one: (one.metric not in followed, one.verdict in _USUAL)
        )[:_TOLD_SCORES]
        values = ", ".join(
            f"{one.metric} {one.value:.4f} ± {one.sampling_error:.4f} "
            f"({one.verdict.replace('_', ' ')})"
            for one in estimates
        )
        yield f"estimated without labels, on {_rows(estimates[0].rows)}: {values}"
    labelled = report.labelled
    if labelled is not None and labelled.rows:
        names = sorted(labelled.scores, key=lambda name: name not in followed)[:_TOLD_SCORES]
        scores = ", ".join(f"{name} {labelled.scores[name]:.4f}" for name in names)
        yield f"by labels, {_labelled_rows(labelled)}: {scores or 'no score'}"


def _labelled_rows(labelled: LabelledScores) -> str:
    """Return of which rows scores are: labels are late, so often not of the report's window."""
    start, end = labelled.window_start, labelled.window_end
    window = f" from {cell_text(start)} to {cell_text(end)}" if start and end else ""
    return (
        f"of {labelled.rows:,} of {_rows(labelled.answered_rows)} ({labelled.coverage:.0%}){window}"
    )


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _conditions(report: DriftReport) -> Iterator[str]:
    """Yield each condition that holds; a reason that the window's sentence has is not repeated."""
    holding = [state for state in report.alerts if state.holds]
    for state in holding:
        reason = "holds" if state.reason in report.reason else state.reason
        held = f"; held back: {state.held_back}" if state.held_back else ""
        yield f"{state.severity}: {state.condition}: {reason}{held}"
    if report.alerts and not holding:
        yield f"none of {len(report.alerts)} conditions of [alerts] holds"


def _action(report: DriftReport) -> Iterator[str]:
    if not report.action:
        return
    named = {state.reason: state.condition for state in report.alerts if state.holds}
    why = named.get(report.action_reason, report.action_reason)
    if report.action == Action.CARRY_ON and report.verdict is Verdict.NOT_ENOUGH_ROWS:
        why = f"{why}, but the rows are too few to tell"
    yield f"action: {report.action.replace('_', ' ')}: {why}"
