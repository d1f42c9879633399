"""Every condition's alarm and the heartbeat's go off and end, and people read why.

A condition is emitted as DetectDrift and JoinGroundTruth emit it: by the same adapter, from the
states of a report. The embedded cloud looks at what was emitted in the last five minutes and takes
the largest, so the window in which all holds is nearly five minutes old. It cannot notice silence:
that a heartbeat is missing is said to its alarm, as CloudWatch would; the rest is as deployed.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.aws import clients
from functions.aws.metrics import CloudWatchMetrics
from functions.cli import wiring
from functions.cli.demo.waiting import wait_for
from functions.cli.stage import DeployedStage
from functions.contracts import keys
from functions.contracts.alerts import Condition, ConditionKind, Severity
from functions.contracts.messages import Decision
from functions.contracts.metrics import Metric, namespace
from functions.contracts.model_folder import load_model_spec
from functions.core.alert_states import condition_metrics
from functions.core.ports import MetricValue
from tests.unit.core.alert_world import ATTRIBUTION, FAULT, report, state
from tests.workflow.alarmed import MODEL
from tests.workflow.checkout import TestCheckout
from tests.workflow.mailbox import Mailbox

NEARLY_OVER = timedelta(seconds=292)
SECONDS = 120.0

Letters = dict[Severity, list[dict[str, Any]]]


@pytest.fixture
def boxes(stage: DeployedStage) -> Mapping[Severity, Mailbox]:
    """What each severity's subscribers get from now on."""
    settings = stage.settings
    topics = (settings.page_topic_arn, settings.retrain_topic_arn, settings.note_topic_arn)
    return {severity: Mailbox(arn) for severity, arn in zip(Severity, topics, strict=True)}


def test_every_alarm_goes_off_and_ends_and_people_are_told(
    checkout: TestCheckout, stage: DeployedStage, boxes: Mapping[Severity, Mailbox]
) -> None:
    conditions = load_model_spec(MODEL, checkout.root / "models").alerts.conditions
    names = {condition.metric_name for condition in conditions}
    letters: Letters = {severity: [] for severity in Severity}
    now = wiring.now()

    judge(stage, conditions, holds=True, at=now - NEARLY_OVER)
    wait_for_states(stage, dict.fromkeys(names, "ALARM"))
    begun = collect(boxes, letters, count=len(names))

    def all_is_well() -> bool | None:
        judge(stage, conditions, holds=False, at=now)
        return True if states_of(stage, names) == {"OK"} else None

    wait_for(all_is_well, what="the end of all alarms", seconds=SECONDS)
    collect(boxes, letters, count=2 * len(names))

    expected = {(each.severity, each.text) for each in conditions}
    assert told(begun, "ALARM") == told(letters, "ALARM") == expected
    assert told(letters, "OK") == expected
    (fault,) = [each for each in begun[Severity.PAGE] if "data_fault" in each["Subject"]]
    assert fault["Subject"] == f"[page] {MODEL} on local: data_fault"
    assert "amount is 1,000 times what it was" in fault["Message"]
    assert f"windvane drift {MODEL} --stage local" in fault["Message"]
    assert_asked_for_retraining(stage, conditions)
    drive_heartbeat(stage, boxes)


def drive_heartbeat(stage: DeployedStage, boxes: Mapping[Severity, Mailbox]) -> None:
    """A run beats; silence is paged; the next run ends it."""
    beats = {str(Metric.HEARTBEAT)}
    letters: Letters = {severity: [] for severity in Severity}
    wiring.functions().invoke(stage.settings.detect_drift_function, json.dumps({"model": MODEL}))
    wait_for_states(stage, dict.fromkeys(beats, "OK"))

    (alarm,) = [each.name for each in alarms_of(stage) if each.metric in beats]
    clients.make_client("cloudwatch").set_alarm_state(
        AlarmName=alarm, StateValue="ALARM", StateReason="no data points were received"
    )
    silent = collect(boxes, letters, count=1)[Severity.PAGE][0]
    wiring.functions().invoke(stage.settings.detect_drift_function, json.dumps({"model": MODEL}))
    wait_for_states(stage, dict.fromkeys(beats, "OK"))
    collect(boxes, letters, count=2)

    assert silent["Subject"] == f"[page] {MODEL} on local: no window was judged"
    assert "its schedule is rate(1 hour)" in silent["Message"]
    over = letters[Severity.PAGE][1]
    assert over["Subject"] == f"[over] {MODEL} on local: no window was judged"
    assert "windows are judged again" in over["Message"]


def judge(
    stage: DeployedStage, conditions: tuple[Condition, ...], *, holds: bool, at: datetime
) -> None:
    """Store a report and emit its conditions, as DetectDrift and JoinGroundTruth do."""
    states = tuple(state(condition, holds=holds) for condition in conditions)
    of_labels = [each for each in states if each.kind is ConditionKind.NO_LABELS]
    of_windows = [each for each in states if each not in of_labels]
    judged = report(
        *of_windows,
        model=MODEL,
        window_start=at - timedelta(hours=1),
        window_end=at,
        faults=(FAULT,) if holds else (),
        attribution=ATTRIBUTION,
    )
    key = keys.drift_report(MODEL, at, "json")
    wiring.bucket(stage.settings.captures_bucket).write(
        key, judged.model_dump_json().encode(), content_type=keys.JSON_TYPE
    )
    metrics = CloudWatchMetrics(clients.make_client("cloudwatch"), stage.name)
    metrics.put(MODEL, condition_metrics(of_windows), at=at)
    values = [MetricValue(each.metric_name, float(each.holds)) for each in of_labels]
    metrics.put(MODEL, values, at=at)


def alarms_of(stage: DeployedStage) -> Any:
    return wiring.alarms().of_namespace(namespace(stage.name, MODEL))


def states_of(stage: DeployedStage, metrics: set[str]) -> set[str]:
    return {each.state for each in alarms_of(stage) if each.metric in metrics}


def wait_for_states(stage: DeployedStage, expected: dict[str, str]) -> None:
    def look() -> bool | None:
        found = {each.metric: each.state for each in alarms_of(stage) if each.metric in expected}
        return True if found == expected else None

    wait_for(look, what=f"{set(expected.values())} of all alarms", seconds=SECONDS)


def collect(boxes: Mapping[Severity, Mailbox], letters: Letters, *, count: int) -> Letters:
    """Wait until so many messages came in all; return a copy of what came."""

    def look() -> bool | None:
        for severity, box in boxes.items():
            letters[severity] += [json.loads(line) for line in box.read().splitlines()]
        return True if sum(map(len, letters.values())) >= count else None

    wait_for(look, what=f"{count} messages", seconds=SECONDS)
    return {severity: list(some) for severity, some in letters.items()}


def told(letters: Letters, becomes: str) -> set[tuple[Severity, str]]:
    """The conditions that came, and by whose topic."""
    return {
        (severity, each["MessageAttributes"]["condition"]["Value"])
        for severity, some in letters.items()
        for each in some
        if each["MessageAttributes"]["state"]["Value"] == becomes
    }


def assert_asked_for_retraining(stage: DeployedStage, conditions: tuple[Condition, ...]) -> None:
    asking = sum(condition.severity is Severity.RETRAIN for condition in conditions)
    decisions = wiring.ledger(stage).list_decisions(MODEL, limit=100)

    assert [each.decision for each in decisions] == [Decision.TURNED_OFF] * asking
