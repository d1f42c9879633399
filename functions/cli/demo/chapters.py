"""The chapters up to the drift: data, training, traffic, and a window in which nothing changes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from functions.aws.alarms import Alarm
from functions.cli.data_view import upload
from functions.cli.demo.captured import Arrivals
from functions.cli.demo.cast import Cast
from functions.cli.demo.telling import INDENT, BrokenLinkError, Telling, require
from functions.cli.demo.traffic import Served, serve
from functions.cli.demo.waiting import wait_for
from functions.cli.drift_view import detect, read_drift_report, save_report
from functions.cli.execution_report import ExecutionReport, read_report
from functions.cli.rows import Row
from functions.cli.training_view import request_training
from functions.cli.watching import watch
from functions.contracts.alerts import Condition, ConditionKind, Severity
from functions.contracts.drift import DriftReport, Verdict
from functions.contracts.messages import TriggerKind
from functions.contracts.metrics import namespace
from functions.contracts.release import GateReport, Outcome

SCORE = "roc_auc_score"
ARRIVAL_SECONDS = 60.0
ALARM_SECONDS = 20.0
OK = "OK"
UNJUDGED = "INSUFFICIENT_DATA"

DRIFT = Condition(ConditionKind.INPUT_DRIFT, Severity.RETRAIN)
"""What model.toml of the demonstrated model retrains for."""


def add_data(telling: Telling, cast: Cast, file: Path) -> None:
    """Upload the reference period."""
    item = upload(
        cast.data, model=cast.model, day=f"{cast.now():%Y-%m-%d}", file=file, body=file.read_bytes()
    )
    telling.say(f"{item['key']}  {item['size_bytes']:,} bytes, version {item['s3_version_id']}")


def train_first(telling: Telling, cast: Cast) -> GateReport:
    """Train the first champion and return its gate report."""
    answer = request_training(
        cast.functions, cast.stage, model=cast.model, reason="the demo's first champion"
    )
    require(answer.execution is not None, f"training did not start: {answer.reason}")
    report = follow_execution(telling, cast, str(answer.execution))
    telling.keep("champion_before", f"{cast.model}/{report.number}")
    telling.keep("training_rows", report.train_rows)
    telling.keep("holdout_rows", report.holdout_rows)
    gates = gates_of(report)
    telling.keep("roc_auc_score_before_drift", gates.scores[SCORE])
    return gates


def follow_execution(telling: Telling, cast: Cast, name: str) -> ExecutionReport:
    """Show an execution's states until it ends, then its gates; it must end with a new champion."""
    telling.say(f"execution {name}")
    execution = watch(
        name, executions=cast.executions, out=telling.out, now=cast.now, indent=INDENT
    )
    report = read_report(execution, store=cast.models)
    require(
        report.outcome is Outcome.PROMOTED,
        f"{name} made no new champion ({report.outcome or execution.status}): {report.reason}",
    )
    for gate in gates_of(report).gates:
        telling.say(
            f"{'✓' if gate.passed else '✗'} {gate.reason}", style="green" if gate.passed else "red"
        )
    telling.say(
        f"{cast.model}/{report.number} is champion, "
        f"trained on {report.train_rows:,} rows, judged on {report.holdout_rows:,}"
    )
    return report


def gates_of(report: ExecutionReport) -> GateReport:
    """Return the gate report, which a promoted version always has."""
    require(report.gates is not None, "a version was promoted without a gate report")
    assert report.gates is not None  # noqa: S101 - said for the type checker, checked above
    return report.gates


@dataclass(frozen=True, slots=True)
class ServedWindow:
    """Rows that were answered and captured, and the window that holds them."""

    served: Served
    start: datetime
    end: datetime


def serve_and_capture(
    telling: Telling, cast: Cast, arrivals: Arrivals, records: Sequence[Row], *, before: int
) -> ServedWindow:
    """Send records and wait until every answered row has been captured, and not one more."""
    start = cast.now()
    served = serve(cast.client, records)
    require(served.rows == len(records), f"{served.rows:,} of {len(records):,} rows were answered")
    telling.say(
        f"{served.rows:,} rows answered in {served.requests} requests by version "
        f"{', '.join(map(str, sorted(served.versions)))}"
    )
    expect_captures(telling, arrivals, before + served.rows)
    return ServedWindow(served, start, cast.now())


def knock(telling: Telling, cast: Cast, arrivals: Arrivals, record: Row) -> int:
    """Ask for one prediction, wait for its capture, and return how many rows that was.

    The first of anything starts cold. With one caller that is one function started; with many
    waiting it would be one for each.
    """
    served = serve(cast.client, [record])
    require(served.rows == 1, "the first row was not answered")
    expect_captures(telling, arrivals, served.rows)
    return served.rows


def expect_captures(telling: Telling, arrivals: Arrivals, answered: int) -> None:
    """Wait until every row that was answered has been captured, and not one more."""
    try:
        wait_for(
            lambda: True if arrivals.count() >= answered else None,
            what=f"the capture of all {answered:,} answered rows",
            seconds=ARRIVAL_SECONDS,
        )
    except BrokenLinkError as error:
        msg = f"{error}: {arrivals.count():,} arrived"
        raise BrokenLinkError(msg) from error
    captured = arrivals.count()
    require(captured == answered, f"{answered:,} rows were answered but {captured:,} were captured")
    telling.keep("predictions", answered)
    telling.keep("captures", captured)
    telling.say(f"answered so far {answered:,} rows, captured {captured:,}")


def judge(telling: Telling, cast: Cast, window: ServedWindow, *, name: str) -> DriftReport:
    """Have a window judged, say what was found, and keep the report under a name of its own."""
    judged = detect(cast.functions, cast.stage, model=cast.model, window=(window.start, window.end))
    drifted = len(judged.drifted_features)
    telling.say(f"drift in {drifted} features" if drifted else f"{judged.verdict}: {judged.reason}")
    report = read_drift_report(cast.captures, judged)
    require(report is not None, f"no drift report was written: {judged.reason}")
    assert report is not None  # noqa: S101 - said for the type checker, checked above
    require(
        report.current_rows == window.served.rows,
        f"{window.served.rows:,} rows were served but {report.current_rows:,} were judged",
    )
    *_, page = save_report(cast.captures, judged, cast.reports / name)
    telling.say(f"report {page}", style="dim")
    telling.keep(f"report_{name}", str(page))
    return report


def expect_calm(telling: Telling, cast: Cast, report: DriftReport) -> None:
    """Require that the undrifted stream is ok, leaves the alarm OK and starts nothing."""
    require(
        report.verdict is Verdict.OK,
        f"the undrifted stream was judged {report.verdict}: {report.reason}",
    )
    alarm = wait_for(
        lambda: next((alarm for alarm in breach_alarms(cast) if alarm.state != UNJUDGED), None),
        what="the drift alarm's judgement of the undrifted stream",
        seconds=ALARM_SECONDS,
    )
    require(alarm.state == OK, f"the undrifted stream raised {alarm.name}: {alarm.reason}")
    require(not drift_executions(cast), "the undrifted stream started a retraining")
    telling.say(f"alarm on {alarm.metric} is OK, nothing was started", style="green")
    telling.keep("alarm_before_drift", alarm.state)


def breach_alarms(cast: Cast) -> tuple[Alarm, ...]:
    """Return the alarms that retrain for drift of the model's data."""
    alarms = cast.alarms.of_namespace(namespace(cast.stage.name, cast.model))
    found = tuple(alarm for alarm in alarms if alarm.metric == DRIFT.metric_name)
    require(bool(found), f"{cast.model} is not retrained for {DRIFT.text}, see [alerts]")
    return found


def drift_executions(cast: Cast) -> tuple[str, ...]:
    """Return the names of the executions that a drift alarm started for the model."""
    return tuple(
        execution.name
        for execution in cast.executions.list()
        if _was_started_by_drift(cast.executions.describe(execution.name).input, cast.model)
    )


def _was_started_by_drift(text: str, model: str) -> bool:
    content = json.loads(text)
    kind = content.get("trigger", {}).get("kind")
    return bool(content.get("model") == model and kind == TriggerKind.DRIFT_ALARM)
