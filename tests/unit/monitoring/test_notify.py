"""Notify: from SNS's event to what the topics of the severities are told."""

import json
from datetime import timedelta

import pytest

from functions.contracts import keys
from functions.contracts.alerts import Severity
from functions.contracts.drift import DriftReport
from functions.contracts.settings import NotifySettings
from functions.monitoring import wiring
from functions.monitoring.notify import handler
from functions.monitoring.ports import NotifyPorts
from tests.fakes.object_store import InMemoryObjectStore
from tests.fakes.senders import RecordingNotifier
from tests.unit.core.alert_world import MODEL, alarm, condition, report, state

FAULT = condition("data_fault")
LABELS = condition("label_change", Severity.RETRAIN)


class World:
    """A model whose reports lie in memory, and people who hear by severity."""

    def __init__(self) -> None:
        self.captures = InMemoryObjectStore()
        self.told = {severity: RecordingNotifier() for severity in Severity}

    @property
    def ports(self) -> NotifyPorts:
        return NotifyPorts(self.captures, self.told, {"car": MODEL}.get)

    def keep(self, judged: DriftReport) -> None:
        self.write(judged, judged.model_dump_json())

    def write(self, judged: DriftReport, text: str) -> None:
        key = keys.drift_report("car", judged.window_end, "json")
        self.captures.write(key, text.encode(), content_type=keys.JSON_TYPE)

    @property
    def subjects(self) -> dict[str, list[str]]:
        return {
            str(severity): [subject for subject, _, _ in notifier.messages]
            for severity, notifier in self.told.items()
            if notifier.messages
        }


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    topics = {f"{severity}_topic_arn": f"arn:{severity}" for severity in Severity}
    settings = NotifySettings.model_validate({"stage": "prod", "captures_bucket": "b", **topics})
    monkeypatch.setattr(wiring, "notify_settings", lambda: settings)
    monkeypatch.setattr(wiring, "notify_ports", lambda: world.ports)
    return world


def event(*texts: str) -> dict[str, object]:
    return {"Records": [{"Sns": {"Message": text}} for text in texts]}


def sent(metric: str, *, becomes: str = "ALARM", space: str | None = None) -> str:
    return alarm(metric, state=becomes, space=space).model_dump_json(by_alias=True)


def test_tells_whom_the_condition_s_severity_names(world: World) -> None:
    world.keep(report(state(FAULT, reason="amount broke"), state(LABELS)))

    handler(event(sent("PageDataFault"), sent("RetrainLabelChange")), None)

    assert world.subjects == {
        "page": ["[page] car on prod: data_fault"],
        "retrain": ["[retrain] car on prod: label_change"],
    }
    ((_, text, attributes),) = world.told[Severity.PAGE].messages
    assert "amount broke" in text
    assert "Report: s3://b/reports/car/2026-03-01T120000Z/drift.html" in text
    assert attributes["condition"] == "data_fault"


def test_reads_the_newest_report_and_the_one_before(world: World) -> None:
    world.keep(report(state(FAULT, reason="of long ago"), hours_ago=30))
    world.keep(report(state(FAULT, reason="of before"), hours_ago=1))
    world.keep(report(state(FAULT, reason="of now")))

    handler(event(sent("PageDataFault")), None)

    ((_, text, _),) = world.told[Severity.PAGE].messages
    assert "data_fault: of now." in text
    assert "Since: the window before this one, or longer: of before" in text


def test_tells_once_that_every_window_asks_for_retraining(world: World) -> None:
    world.keep(report(state(LABELS), hours_ago=1))
    world.keep(report(state(LABELS)))

    answer = handler(event(sent("RetrainLabelChange")), None)

    assert world.subjects == {}
    assert "as in the window before, which was told" in json.dumps(answer)


def test_takes_no_report_for_the_one_before_itself(world: World) -> None:
    judged = report(state(LABELS))
    end = judged.window_end - timedelta(microseconds=1)
    world.keep(judged.model_copy(update={"window_end": end}))

    handler(event(sent("RetrainLabelChange")), None)

    assert world.subjects == {"retrain": ["[retrain] car on prod: label_change"]}


def test_an_unreadable_report_leaves_the_static_words(world: World) -> None:
    world.write(report(), "{")

    handler(event(sent("PageDataFault")), None)

    ((_, text, _),) = world.told[Severity.PAGE].messages
    assert "a broken table or caller: nothing is learned from it" in text
    assert "No drift report could be read" in text


@pytest.mark.parametrize(
    ("metric", "space", "told"),
    [
        ("PageDataFault", "Windvane/prod/gone", "[page] gone on prod: alarm on PageDataFault"),
        ("Errors", "AWS/Lambda", "[page] prod: alarm on Errors"),
        ("Heartbeat", None, "[page] car on prod: no window was judged"),
    ],
)
def test_tells_what_is_no_condition_of_a_model(
    metric: str, space: str | None, told: str, world: World
) -> None:
    handler(event(sent(metric, space=space)), None)

    assert world.subjects == {"page": [told]}


def test_hands_on_what_is_no_alarm(world: World) -> None:
    handler(event("budget used up"), None)

    ((subject, text, _),) = world.told[Severity.PAGE].messages
    assert subject == "[page] a message on the alarms' topic is no alarm of one metric"
    assert text.startswith("budget used up\n")


def test_says_nothing_of_an_alarm_that_begins_well(world: World) -> None:
    text = alarm("PageDataFault", state="OK", old_state="INSUFFICIENT_DATA")

    (answer,) = handler(event(text.model_dump_json(by_alias=True)), None)["answers"]  # type: ignore[misc]  # a list of documents

    assert (answer["told"], world.subjects) == (None, {})
