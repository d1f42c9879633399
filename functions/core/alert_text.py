"""A message that a person can act on in one reading.

What happened, in one sentence; then since when, the numbers, which features, what is broken; what
Windvane does about it by itself; what the person should do, one command (of a data fault also what
to do if it is none); where the report lies.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from functions.contracts.alerts import MEANINGS, Condition, ConditionKind, Severity
from functions.contracts.drift import DriftReport
from functions.contracts.estimates import QualityVerdict
from functions.contracts.model_spec import Retraining
from functions.core.alert_news import News

SHOWN_FEATURES = 5
"""The largest shares say what it is; the report has the others."""

SHOWN_SCORES = 3
"""The followed ones say how it is, and those that are lost; the report has the others."""

_FAULT = ConditionKind.DATA_FAULT
_VERDICTS = {
    QualityVerdict.OK: "as usual",
    QualityVerdict.LOSS: "a loss",
    QualityVerdict.GAIN: "better than usual",
    QualityVerdict.NOT_JUDGED: "of too few rows",
}

_DO = {
    ConditionKind.DATA_FAULT: ("see which columns broke, and mend their source", "drift {model}"),
    ConditionKind.LABEL_CHANGE: (
        "see what was decided about retraining, and why",
        "retraining log {model}",
    ),
    ConditionKind.SCORE: ("see the scores day by day", "labels status {model}"),
    ConditionKind.ESTIMATED_LOSS: ("judge the window again, feature by feature", "drift {model}"),
    ConditionKind.HARDER_ROWS: ("see the scores day by day", "labels status {model}"),
    ConditionKind.INPUT_DRIFT: ("judge the window again, feature by feature", "drift {model}"),
    ConditionKind.PREDICTION_DRIFT: ("judge the window again, feature by feature", "drift {model}"),
    ConditionKind.NO_LABELS: ("see what arrived and what was refused", "labels status {model}"),
}
_LOOK_AGAIN = ("judge a window now; an error says what is wrong", "drift {model}")


@dataclass(frozen=True, slots=True)
class AlertMessage:
    """What is told, and to whom; `attributes` are for filters and for who must not tell twice."""

    severity: Severity
    subject: str
    text: str
    attributes: dict[str, str]


def write_message(news: News, *, policy: Retraining | None, report_uri: str | None) -> AlertMessage:
    """Return the message about an alarm.

    Parameters
    ----------
    news : News
        An alarm that is worth telling, `why_silent`.
    policy : Retraining or None
        The model's; None if the alarm is of no model.
    report_uri : str or None
        Where the newest report lies as HTML.
    """
    sections = _sections(news, policy, report_uri)
    return AlertMessage(
        severity=news.severity,
        subject=_subject(news),
        text="\n\n".join(sections) + "\n",
        attributes=_attributes(news),
    )


def _subject(news: News) -> str:
    over = "held" if news.is_held else "over"
    state = over if news.is_over else str(news.severity)
    if news.condition is not None:
        what = news.condition.text
    elif news.is_heartbeat:
        what = "no window was judged"
    else:
        what = news.alarm.name
    where = f"{news.model} on {news.stage}" if news.model else news.stage
    return f"[{state}] {where}: {what}"


def _attributes(news: News) -> dict[str, str]:
    """Return what says whose the message is; `episode` is the same in every delivery of it."""
    named = {
        "model": news.model,
        "stage": news.stage,
        "severity": str(news.severity),
        "condition": news.condition.text if news.condition else None,
        "state": news.alarm.state,
        "alarm": news.alarm.name,
        "episode": f"{news.alarm.name}@{news.alarm.changed_at.isoformat()}",
    }
    return {name: value for name, value in named.items() if value}


def _sections(news: News, policy: Retraining | None, report_uri: str | None) -> Iterator[str]:
    report = news.reports.newest
    yield _what(news)
    if news.condition is None:
        yield from _of_no_condition(news)
    elif report is None:
        yield f"No drift report could be read. CloudWatch says: {news.alarm.reason}"
    else:
        yield "\n".join(_facts(news, report))
    if news.condition is not None and policy is not None and not news.is_over:
        yield f"Windvane: {_own_doing(news, report, policy)}."
    if (command := _command(news)) is not None:
        yield command
    if (alternative := _acceptance(news)) is not None:
        yield alternative
    if report is not None and report_uri is not None:
        yield f"Report: {report_uri}"


def _what(news: News) -> str:
    where = f"{news.model} on {news.stage}" if news.model else f"Stage {news.stage}"
    if news.is_heartbeat:
        said = "windows are judged again" if news.is_over else "no window was judged in time"
        return f"{where}: {said}."
    if news.condition is None:
        said = "is over" if news.is_over else "went off"
        return f"{where}: the alarm {news.alarm.name} {said}."
    said = news.condition.text
    if news.is_held:
        said = f"{said} asks for retraining no more: it holds on, and is held back"
    elif news.is_over:
        said = f"{said} holds no more"
    return f"{where}: {said}: {_because(news, news.condition)}."


def _because(news: News, condition: Condition) -> str:
    """Return the newest report's reason, where it is about what the alarm says."""
    judged = news.judged
    if judged is not None and news.is_held:
        return judged.held_back or judged.reason
    if judged is not None and judged.holds is not news.is_over:
        return judged.reason
    if news.is_over:
        return news.alarm.reason or "CloudWatch says so"
    return MEANINGS[condition.kind]


def _of_no_condition(news: News) -> Iterator[str]:
    """Yield what a platform's alarm says of itself: its own advice."""
    if news.alarm.description and not news.is_over:
        yield news.alarm.description
    if news.alarm.reason and not news.is_heartbeat:
        yield f"CloudWatch says: {news.alarm.reason}"
    report = news.reports.newest
    if report is not None:
        yield f"The newest report is of {_window(report)}."


def _facts(news: News, report: DriftReport) -> Iterator[str]:
    """Yield since when, the numbers, the features, the faults: a line each."""
    if not news.is_over:
        yield f"Since: {_since(news, report)}"
    yield (
        f"Window: {_window(report)}, {report.current_rows:,} rows by "
        f"{report.model}/{report.model_version}, {report.reference_rows:,} in the reference"
    )
    yield from _quality(report)
    if not news.is_over:
        yield from _causes(news, report)


def _quality(report: DriftReport) -> Iterator[str]:
    """Yield what labels say and what is estimated, a line each, the followed scores first."""
    followed = {point.metric for point in report.history}
    labelled = report.labelled
    if labelled is not None:
        names = sorted(labelled.scores, key=lambda name: name not in followed)[:SHOWN_SCORES]
        scores = "".join(f", {name} {labelled.scores[name]:.4g}" for name in names)
        yield (
            f"Labels: {labelled.rows:,} of {labelled.answered_rows:,} rows "
            f"({labelled.coverage:.0%}){scores}"
        )
    if report.estimates:
        told = sorted(
            report.estimates,
            key=lambda one: (one.metric not in followed, one.verdict is not QualityVerdict.LOSS),
        )
        values = ", ".join(
            f"{one.metric} {one.value:.4g} ± {one.sampling_error:.2g} ({_VERDICTS[one.verdict]})"
            for one in told[:SHOWN_SCORES]
        )
        yield f"Estimate without labels: {values}"


def _causes(news: News, report: DriftReport) -> Iterator[str]:
    """Yield faults and features; of a fault that the first sentence tells, only what to do."""
    is_told = news.condition is not None and news.condition.kind is _FAULT
    for fault in report.faults:
        columns = f" in {', '.join(fault.columns)}" if fault.columns else ""
        yield f"Data fault{columns}: {fault.action if is_told else fault.sentence}"
    blamed = [each for each in report.attribution if each.share > 0.0]
    if blamed:
        named = "; ".join(
            f"{each.feature} {each.share:.0%}"
            + (f" since {_hour(each.since)}" if each.since else "")
            for each in blamed[:SHOWN_FEATURES]
        )
        basis = str(blamed[0].basis).replace("_", " ")
        yield f"Features, by their share of the {basis}: {named}"
    elif drifted := [column.name for column in report.features if column.breaches]:
        yield f"Features that have drifted: {', '.join(drifted)}"


def _since(news: News, report: DriftReport) -> str:
    """Return since when: a fault's or a shift's first hour, else the window that shows it first."""
    kind = news.condition.kind if news.condition else None
    if kind is ConditionKind.DATA_FAULT and report.faults:
        return _hour(min(fault.since for fault in report.faults))
    hours = [each.since for each in report.attribution if each.since is not None]
    if kind is ConditionKind.INPUT_DRIFT and hours:
        return _hour(min(hours))
    before = news.judged_before
    if before is not None and before.holds:
        return f"the window before this one, or longer: {before.reason}"
    return "this window"


def _own_doing(news: News, report: DriftReport | None, policy: Retraining) -> str:
    """Return what Windvane does about it: whether it asks for retraining, and why not."""
    if news.condition is not None and news.condition.severity is Severity.RETRAIN:
        return _asking("this", policy)
    states = report.alerts if report else ()
    asking = [state for state in states if state.severity is Severity.RETRAIN and state.holds]
    if not asking:
        return "nothing is retrained for this"
    names: dict[str | None, list[str]] = {}
    for state in asking:
        names.setdefault(state.held_back, []).append(state.condition)
    faults = (state.reason for state in states if state.kind is _FAULT and state.holds)
    told = f"{next(faults, '')}: "
    return "; ".join(
        _asking(" and ".join(some), policy)
        if held is None
        else f"retraining for {' and '.join(some)} is held back: {held.removeprefix(told)}"
        for held, some in names.items()
    )


def _asking(what: str, policy: Retraining) -> str:
    if not policy.on_alarm:
        return f"retraining for {what} is turned off, retraining.on_alarm is false in model.toml"
    return (
        f"retraining was asked for because of {what}; budget, cool-down and breaker decide, and "
        "how it ends is told"
    )


def _command(news: News) -> str | None:
    """Return what the person should do, in one command."""
    if news.is_over or news.model is None:
        return None
    doing = _DO[news.condition.kind] if news.condition else _LOOK_AGAIN
    if news.condition is None and not news.is_heartbeat:
        return None
    why, command = doing
    return f"You: {why}:\n  windvane {command.format(model=news.model)} --stage {news.stage}"


def _acceptance(news: News) -> str | None:
    """Return how a person says that what was found is no fault but the new world."""
    report = news.reports.newest
    is_about_faults = news.condition and news.condition.kind is ConditionKind.DATA_FAULT
    if news.is_over or report is None or not is_about_faults:
        return None
    names = " ".join(each.recorded_as for each in report.faults if each.recorded_as)
    if not names:
        return None
    return (
        "Or, if it is no fault and the data stay so, let its rows be learned from:\n"
        f'  windvane faults accept {report.model} {names} --reason "..." --stage {news.stage}'
    )


def _window(report: DriftReport) -> str:
    return f"{_hour(report.window_start)} to {_hour(report.window_end)}"


def _hour(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
