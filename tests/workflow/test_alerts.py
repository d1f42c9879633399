"""Every condition's alarm and the heartbeat's go off and end, and people read why.

What makes a condition true is laid before the real steps (`alarm_stories`), and they emit by the
production port what the deployed alarms watch. The embedded cloud looks at what was emitted in the
last five minutes and takes the largest, so a trouble happens nearly five minutes ago. It looks only
when somebody emits: what silence means is judged by `tests/alarms/evaluation.py`, on what the steps
emitted in the days before.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.aws import clients
from functions.aws.metrics import CloudWatchMetrics
from functions.cli import wiring
from functions.cli.demo.waiting import wait_for
from functions.cli.stage import DeployedStage
from functions.contracts.alerts import Severity
from functions.contracts.messages import Decision
from functions.contracts.metrics import Metric, namespace
from functions.contracts.model_folder import load_model_spec
from functions.contracts.model_spec import ModelSpec
from tests.alarms.evaluation import FURTHER, State, rule_of, states_over
from tests.alarms.readings import Deployed, deployed_alarms, let_look, read_series
from tests.workflow.alarm_stories import ALL_WELL, TROUBLES, Step, Telling, a_usual_day
from tests.workflow.alarmed import MODEL
from tests.workflow.checkout import TestCheckout
from tests.workflow.mailbox import Mailbox

NEARLY_OVER = timedelta(seconds=285)
SECONDS = 120.0
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

HEARTBEAT = "heartbeat"
"""What a letter of no condition is about."""

Letters = dict[Severity, list[dict[str, Any]]]


@pytest.fixture
def spec(checkout: TestCheckout) -> ModelSpec:
    return load_model_spec(MODEL, checkout.root / "models")


@pytest.fixture
def boxes(stage: DeployedStage) -> Mapping[Severity, Mailbox]:
    """What each severity's subscribers get from now on."""
    settings = stage.settings
    topics = (settings.page_topic_arn, settings.retrain_topic_arn, settings.note_topic_arn)
    return {severity: Mailbox(arn) for severity, arn in zip(Severity, topics, strict=True)}


def test_the_alarm_of_every_condition_goes_off_and_ends_and_people_are_told(
    stage: DeployedStage, spec: ModelSpec, boxes: Mapping[Severity, Mailbox]
) -> None:
    conditions = spec.alerts.conditions
    letters: Letters = {severity: [] for severity in Severity}
    begin_to_watch(stage, spec)

    for trouble, kinds in TROUBLES.items():
        raised = [each for each in conditions if each.kind in kinds]
        tell(stage, spec, trouble, at=wiring.now() - NEARLY_OVER)
        wait_for_states(stage, {each.metric_name for each in raised}, State.ALARM)
        collect(boxes, letters, "ALARM", {(each.severity, each.text) for each in raised})
    for step in ALL_WELL:
        tell(stage, spec, step, at=wiring.now())
    wait_for_states(stage, {each.metric_name for each in conditions}, State.OK)
    expected = {(each.severity, each.text) for each in conditions}
    collect(boxes, letters, "OK", expected)

    assert told(letters, "ALARM") == expected
    (fault,) = (each for each in letters[Severity.PAGE] if said(each) == ("data_fault", "ALARM"))
    assert fault["Subject"] == f"[page] {MODEL} on local: data_fault"
    assert "amount is like its reference times 1,000" in fault["Message"], fault["Message"]
    assert f"windvane drift {MODEL} --stage local" in fault["Message"]
    asking = sum(condition.severity is Severity.RETRAIN for condition in conditions)
    assert decisions_of(stage, at_least=asking) == {Decision.TURNED_OFF}


def test_a_stopped_heartbeat_is_paged_and_the_next_run_ends_it(
    stage: DeployedStage, spec: ModelSpec, boxes: Mapping[Severity, Mailbox]
) -> None:
    """Days ago there were four runs, eight hours of nothing, and a run.

    What CloudWatch had said then is told the alarm now: nothing is emitted that would let the
    embedded cloud look. A run ends it.
    """
    first = wiring.now() - 5 * DAY
    for hours in (0, 1, 2, 3, 12):
        tell(stage, spec, a_usual_day, at=first + hours * HOUR)
    alarm = alarm_of(stage, Metric.HEARTBEAT)
    rule = rule_of(alarm)
    lives = {
        further: life(alarm, first, first + 13 * HOUR, further=further) for further in (0, FURTHER)
    }

    stopped, again = (rule.start_of(first + hours * HOUR) + rule.period for hours in (3, 12))
    for further, states in lives.items():
        assert states[1:] == [
            (rule.start_of(first) + rule.period, State.OK),
            (stopped + (rule.periods + further) * rule.period, State.ALARM),
            (again, State.OK),
        ]

    letters: Letters = {severity: [] for severity in Severity}
    beat(stage)
    wait_for_states(stage, {Metric.HEARTBEAT}, State.OK)
    clients.make_client("cloudwatch").set_alarm_state(
        AlarmName=alarm["AlarmName"], StateValue="ALARM", StateReason="no data points"
    )
    silence = {(Severity.PAGE, HEARTBEAT)}
    collect(boxes, letters, "ALARM", silence)
    beat(stage)
    wait_for_states(stage, {Metric.HEARTBEAT}, State.OK)
    collect(boxes, letters, "OK", silence)

    paged, over = letters[Severity.PAGE]
    assert paged["Subject"] == f"[page] {MODEL} on local: no window was judged"
    assert "its schedule is rate(1 hour)" in paged["Message"]
    assert over["Subject"] == f"[over] {MODEL} on local: no window was judged"
    assert "windows are judged again" in over["Message"]


def test_between_two_windows_silence_means_what_each_alarm_says(
    stage: DeployedStage, spec: ModelSpec
) -> None:
    """All troubles at noon, all well three hours later: pages and notes last, requests do not."""
    noon = (wiring.now() - 3 * DAY).replace(hour=12, minute=2)
    for trouble in TROUBLES:
        tell(stage, spec, trouble, at=noon)
    for step in ALL_WELL:
        tell(stage, spec, step, at=noon + 3 * HOUR)

    lasted = {}
    for condition in spec.alerts.conditions:
        states = life(alarm_of(stage, condition.metric_name), noon - HOUR, noon + 6 * HOUR)
        (rang, alarm), (ended, over) = states[-2:]
        assert (alarm, over) == (State.ALARM, State.OK)
        lasted[condition.text] = ended - rang

    moment = (1 + FURTHER) * timedelta(minutes=5)
    assert lasted == {
        condition.text: moment if condition.severity is Severity.RETRAIN else 3 * HOUR
        for condition in spec.alerts.conditions
    }


def begin_to_watch(stage: DeployedStage, spec: ModelSpec) -> None:
    """Let the alarms see a first window that is well, which is news to nobody."""
    cloudwatch = clients.make_client("cloudwatch")
    alarms = [alarm_of(stage, each.metric_name) for each in spec.alerts.conditions]
    names = [alarm["AlarmName"] for alarm in alarms]
    cloudwatch.disable_alarm_actions(AlarmNames=names)
    for step in ALL_WELL:
        tell(stage, spec, step, at=wiring.now() - NEARLY_OVER)
    cloudwatch.enable_alarm_actions(AlarmNames=names)


def decisions_of(stage: DeployedStage, *, at_least: int) -> set[Decision]:
    """Return what was decided about the model's retraining; a slow run's windows ask twice."""

    def look() -> set[Decision] | None:
        found = wiring.ledger(stage).list_decisions(MODEL, limit=100)
        return {each.decision for each in found} if len(found) >= at_least else None

    return wait_for(look, what=f"{at_least} decisions", seconds=SECONDS)


def tell(stage: DeployedStage, spec: ModelSpec, step: Step, *, at: datetime) -> None:
    """Run a step that emits to the stage, and stores its report where people are told of it."""
    metrics = CloudWatchMetrics(clients.make_client("cloudwatch"), stage.name)
    step(Telling(spec, metrics, wiring.bucket(stage.settings.captures_bucket), at))


def beat(stage: DeployedStage) -> None:
    """Let the deployed DetectDrift run."""
    wiring.functions().invoke(stage.settings.detect_drift_function, json.dumps({"model": MODEL}))


def alarm_of(stage: DeployedStage, metric: str) -> Deployed:
    """Return the model's deployed alarm on a metric."""
    space = namespace(stage.name, MODEL)
    (alarm,) = (
        alarm
        for alarm in deployed_alarms(clients.make_client("cloudwatch"))
        if (alarm["Namespace"], alarm["MetricName"]) == (space, metric)
    )
    return alarm


def life(
    alarm: Deployed, start: datetime, end: datetime, *, further: int = FURTHER
) -> list[tuple[datetime, State]]:
    """The states that what was emitted brings an alarm into, as CloudWatch looks at it."""
    series = read_series(clients.make_client("cloudwatch"), alarm, start, end)
    return states_over(rule_of(alarm), series, start, end, further=further)


def wait_for_states(stage: DeployedStage, metrics: Iterable[str], state: State) -> None:
    """Wait until the model's alarms on some metrics are in a state."""
    cloudwatch, wanted = clients.make_client("cloudwatch"), {str(each): state for each in metrics}

    def look() -> bool | None:
        let_look(cloudwatch)
        alarms = wiring.alarms().of_namespace(namespace(stage.name, MODEL))
        found = {each.metric: each.state for each in alarms if each.metric in wanted}
        return True if found == wanted else None

    wait_for(look, what=f"{state} of {', '.join(wanted)}", seconds=SECONDS)


def collect(
    boxes: Mapping[Severity, Mailbox],
    letters: Letters,
    becomes: str,
    wanted: set[tuple[Severity, str]],
) -> None:
    """Read letters until what is wanted is among them."""

    def look() -> bool | None:
        for severity, box in boxes.items():
            read = (json.loads(line) for line in box.read(wait_seconds=0).splitlines())
            letters[severity] += [each for each in read if said(each) is not None]
        return True if wanted <= told(letters, becomes) else None

    wait_for(look, what=f"being told {becomes} of {sorted(wanted)}", seconds=SECONDS)


def told(letters: Letters, becomes: str) -> set[tuple[Severity, str]]:
    """The conditions that came, and by whose topic."""
    found = ((severity, said(each)) for severity, some in letters.items() for each in some)
    return {
        (severity, what[0]) for severity, what in found if what is not None and what[1] == becomes
    }


def said(letter: Mapping[str, Any]) -> tuple[str, str] | None:
    """The condition and the state that a letter is about; None of what concerns no model of ours.

    The platform's own alarms page without a function in between, and so without attributes.
    """
    attributes = {name: each["Value"] for name, each in letter.get("MessageAttributes", {}).items()}
    if attributes.get("model") != MODEL:
        return None
    return attributes.get("condition", HEARTBEAT), attributes["state"]
