"""Notify: an alarm goes off or is over, and whoever its severity calls reads what to do.

SNS delivers at least once, and a delivery that fails half-way is repeated, so a message may come
twice; its attribute `episode` is then the same.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from functions.contracts import keys
from functions.contracts.alerts import Severity
from functions.contracts.drift import DriftReport
from functions.contracts.retraining import AnnouncedDrill
from functions.core.alarm_message import (
    AlarmMessage,
    MalformedAlarmError,
    SnsEvent,
    find_model,
    read_alarm,
)
from functions.core.alert_news import News, Reports, find_condition, why_silent
from functions.core.alert_text import AlertMessage, write_message
from functions.core.drills import covers, mark_message
from functions.core.folder_store import captures_of
from functions.core.ports import ObjectNotFoundError, ObjectStore
from functions.monitoring import wiring
from functions.monitoring.log import write_log
from functions.monitoring.ports import NotifyPorts
from functions.monitoring.score_history import find_report_before

CLOCK_ALLOWANCE = timedelta(hours=1)
"""A window that ends a little after the alarm changed is that alarm's."""


def notify(
    alarm: AlarmMessage, *, stage: str, bucket: str, ports: NotifyPorts
) -> AlertMessage | str:
    """Tell people about an alarm's change; return what was told, or why nothing was.

    What a fire drill raised is told as a drill, with the drill's own report.
    """
    model = find_model(alarm, stage)
    spec = ports.find_spec(model) if model else None
    drill = find_drill(ports.captures, model, alarm.changed_at) if model else None
    captures = captures_of(ports.captures, drill.name if drill else None)
    reports = read_reports(captures, model, alarm.changed_at) if model else Reports()
    condition = find_condition(spec.alerts.conditions, alarm) if spec else None
    news = News(alarm, stage, model, condition, reports)

    silent = why_silent(news)
    if silent is not None:
        return silent
    policy = spec.retraining if spec else None
    report_uri = None if drill else _uri(bucket, reports.newest)
    message = write_message(news, policy=policy, report_uri=report_uri)
    if drill is not None:
        subject, text = mark_message(drill, message.subject, message.text)
        message = replace(message, subject=subject, text=text)

    ports.told[message.severity].tell(message.subject, message.text, attributes=message.attributes)
    return message


def read_reports(captures: ObjectStore, model: str, moment: datetime) -> Reports:
    """Return a model's newest two reports as of a moment; what cannot be read is left out."""
    newest = find_report_before(captures, model, moment + CLOCK_ALLOWANCE)
    if newest is None:
        return Reports()
    # A report's key has whole seconds, its window may end between two.
    end = newest.window_end.replace(microsecond=0)
    return Reports(newest, find_report_before(captures, model, end))


def find_drill(captures: ObjectStore, model: str, moment: datetime) -> AnnouncedDrill | None:
    """Return the fire drill of a model in whose time a moment lies, or None."""
    try:
        body = captures.read(keys.drill_announcement(model))
    except ObjectNotFoundError:
        return None
    drill = AnnouncedDrill.model_validate_json(body)
    return drill if covers(drill, moment) else None


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Lambda entry point: an SNS event of alarms."""
    return {"answers": [_answer(text) for text in SnsEvent.model_validate(event).messages]}


def _answer(text: str) -> dict[str, object]:
    settings, ports = wiring.notify_settings(), wiring.notify_ports()
    try:
        alarm = read_alarm(text)
    except MalformedAlarmError as error:
        return _pass_on(text, str(error), ports)
    told = notify(alarm, stage=settings.stage, bucket=settings.captures_bucket, ports=ports)
    if isinstance(told, str):
        answer: dict[str, object] = {"alarm": alarm.name, "told": None, "reason": told}
    else:
        answer = {"alarm": alarm.name, "told": str(told.severity), "reason": told.subject}
    write_log("alert.notified", answer)
    return answer


def _pass_on(text: str, problem: str, ports: NotifyPorts) -> dict[str, object]:
    """Hand on what is no alarm of one metric as it is: somebody has to read it."""
    subject = "[page] a message on the alarms' topic is no alarm of one metric"
    ports.told[Severity.PAGE].tell(
        subject, f"{text}\n\n{problem}\n", attributes={"severity": str(Severity.PAGE)}
    )
    answer: dict[str, object] = {"alarm": None, "told": str(Severity.PAGE), "reason": problem}
    write_log("alert.notified", answer)
    return answer


def _uri(bucket: str, report: DriftReport | None) -> str | None:
    if report is None:
        return None
    return f"s3://{bucket}/{keys.drift_report(report.model, report.window_end, 'html')}"
