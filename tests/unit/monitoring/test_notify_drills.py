"""Notify tells a fire drill's alarm as one: nobody mends what is not broken."""

import json
from datetime import datetime, timedelta

import pytest

from functions.contracts import keys
from functions.contracts.alerts import Severity
from functions.contracts.retraining import RetrainingBook
from functions.core.alarm_message import AlarmMessage, read_alarm
from functions.core.alert_text import AlertMessage
from functions.core.drills import announce
from functions.monitoring.notify import notify
from functions.monitoring.ports import NotifyPorts
from tests.fakes.documents import NOW
from tests.fakes.object_store import InMemoryObjectStore
from tests.fakes.senders import RecordingNotifier
from tests.unit.release.world import MODEL, spec

DRILL = "data-fault-20260301t120000-0a1b2c"
MINUTE = timedelta(minutes=1)


def alarm(at: datetime, state: str = "ALARM") -> AlarmMessage:
    return read_alarm(
        json.dumps(
            {
                "AlarmName": "a",
                "AlarmArn": "arn:a",
                "OldStateValue": "OK",
                "NewStateValue": state,
                "NewStateReason": "1 is at least 1",
                "StateChangeTime": at.isoformat(),
                "Trigger": {"Namespace": f"Windvane/dev/{MODEL}", "MetricName": "PageDataFault"},
            }
        )
    )


def told(at: datetime, *, is_announced: bool = True) -> tuple[AlertMessage, RecordingNotifier]:
    captures, page = InMemoryObjectStore(), RecordingNotifier()
    book = announce(RetrainingBook(model=MODEL), DRILL, by="ann", lasts=10 * MINUTE, now=NOW)
    if is_announced and book.drill is not None:
        body = book.drill.model_dump_json().encode()
        captures.write(keys.drill_announcement(MODEL), body, content_type="")
    ports = NotifyPorts(
        captures=captures,
        told=dict.fromkeys(Severity, page),
        find_spec=lambda _model: spec(),
    )
    message = notify(alarm(at), stage="dev", bucket="captures", ports=ports)
    assert isinstance(message, AlertMessage)
    return message, page


def test_says_that_it_is_a_fire_drill() -> None:
    message, page = told(NOW + MINUTE)

    assert message.subject == f"Fire drill: [page] {MODEL} on dev: data_fault"
    assert message.text.startswith(f"This is the fire drill {DRILL} of ann. Nothing is to be done.")
    assert page.messages == [(message.subject, message.text, message.attributes)]


@pytest.mark.parametrize(
    ("after", "is_announced"), [(MINUTE, False), (timedelta(days=1), True), (-timedelta(1), True)]
)
def test_tells_all_else_as_it_is(after: timedelta, is_announced: bool) -> None:
    message, _ = told(NOW + after, is_announced=is_announced)

    assert message.subject == f"[page] {MODEL} on dev: data_fault"
