"""The chapters from the drift on: the alarm, the retraining it starts, and the new champion."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from functions.aws.alarms import Alarm
from functions.cli import wiring
from functions.cli.demo.captured import Arrivals
from functions.cli.demo.cast import Cast
from functions.cli.demo.chapters import (
    ALARM_SECONDS,
    SCORE,
    breach_alarms,
    drift_executions,
    follow_execution,
    gates_of,
)
from functions.cli.demo.crowd import Crowd
from functions.cli.demo.telling import Telling, require
from functions.cli.demo.traffic import OUTCOMES_PER_REQUEST, Served
from functions.cli.demo.waiting import wait_for
from functions.cli.rows import Cell, Row
from functions.contracts import keys
from functions.contracts.dataset import DatasetManifest
from functions.contracts.drift import ColumnDrift, DriftReport, Verdict
from functions.contracts.release import GateReport

RAISED = "ALARM"
ARRIVAL_SECONDS = 60.0
SWAP_SECONDS = 60.0


def report_outcomes(
    telling: Telling, cast: Cast, arrivals: Arrivals, served: Served, outcomes: list[Cell]
) -> None:
    """Report what came true of served rows, and wait until all of it has arrived."""
    pairs: list[tuple[str, object]] = list(zip(served.inference_ids, outcomes, strict=True))
    for start in range(0, len(pairs), OUTCOMES_PER_REQUEST):
        cast.client.send_ground_truth(
            pairs[start : start + OUTCOMES_PER_REQUEST], observed_at=cast.now()
        )
    wait_for(
        lambda: True if arrivals.count() >= len(pairs) else None,
        what=f"the arrival of all {len(pairs):,} outcomes",
        seconds=ARRIVAL_SECONDS,
    )
    telling.say(f"{len(pairs):,} outcomes reported and stored")


def expect_drift(telling: Telling, report: DriftReport) -> None:
    """Require that the window has drifted, and say in what."""
    require(report.verdict is Verdict.DRIFT, f"the drifted stream was judged {report.verdict}")
    columns = sorted((*report.features, report.prediction), key=lambda c: c.psi, reverse=True)
    for column in columns:
        drifted = column.verdict is Verdict.DRIFT
        telling.say(_drift_line(column, report), style="yellow" if drifted else "")
    telling.keep("drift", {column.name: round(column.psi, 4) for column in report.features})
    telling.keep(
        "drifted_features", [c.name for c in report.features if c.verdict is Verdict.DRIFT]
    )
    telling.keep("prediction_drift", round(report.prediction.psi, 4))


def _drift_line(column: ColumnDrift, report: DriftReport) -> str:
    name = "(prediction)" if column is report.prediction else column.name
    return f"{name:<26} PSI {column.psi:7.4f} of {column.threshold:.2f}  {column.verdict}"


def expect_alarm(telling: Telling, cast: Cast) -> Alarm:
    """Wait for the alarm to sound."""
    alarm = wait_for(
        lambda: next((alarm for alarm in breach_alarms(cast) if alarm.state == RAISED), None),
        what="the drift alarm",
        seconds=ALARM_SECONDS,
    )
    telling.say(f"alarm on {alarm.metric} went to {alarm.state}", style="yellow")
    telling.keep("alarm", alarm.name)
    return alarm


@dataclass(frozen=True, slots=True)
class Renewal:
    """The version that retraining made, its gates, and the rows asked for in the meantime."""

    number: int
    gates: GateReport
    asked: int


def expect_retraining(telling: Telling, cast: Cast, records: Sequence[Row]) -> Renewal:
    """Follow the one execution that the alarm started to its new champion, while people ask."""
    started = wait_for(
        lambda: drift_executions(cast) or None,
        what="the execution that the alarm starts",
        seconds=ALARM_SECONDS,
    )
    require(len(started) == 1, f"the alarm started {len(started)} executions, one was expected")
    telling.keep("execution", started[0])
    trigger = json.loads(cast.executions.describe(started[0]).input)["trigger"]
    reason = str(trigger["reason"]).removeprefix(f"{trigger['requested_by']}: ")
    telling.say(f"trigger {trigger['kind']}: {reason}")
    telling.keep("trigger", trigger)
    with Crowd(cast.client, records) as crowd:
        report = follow_execution(telling, cast, started[0])
    require(report.number is not None, f"{started[0]} registered no version")
    telling.keep("champion_after", f"{cast.model}/{report.number}")
    telling.keep("retraining_rows", report.train_rows)
    number = int(report.number or 0)
    _tell_rollout(telling, cast, crowd, number)
    return Renewal(number, gates_of(report), crowd.rows.total())


def _tell_rollout(telling: Telling, cast: Cast, crowd: Crowd, number: int) -> None:
    """Tell how the version reached callers, and require that it did so by shares."""
    record = wiring.registry(cast.stage).find_rollout(cast.model)
    require(record is not None, f"no rollout of {cast.model} was recorded")
    assert record is not None  # noqa: S101 - said for the type checker, checked above
    for event in record.events:
        telling.say(f"{event.what} at {event.percent:g}%: {event.reason}", style="dim")
    answered = ", ".join(f"version {v}: {rows:,}" for v, rows in sorted(crowd.rows.items()))
    telling.say(f"rows asked for meanwhile, by who answered: {answered}")
    shares = [event.percent for event in record.events if event.what in {"started", "step"}]
    require(shares == list(record.shares), f"of {record.shares} the shares {shares} were given")
    require(crowd.rows[number] > 0, f"nobody was answered by version {number} during its rollout")
    telling.keep("rollout_shares_percent", shares)
    telling.keep("rollout_rows_by_version", {str(v): rows for v, rows in crowd.rows.items()})


def expect_new_champion(telling: Telling, cast: Cast, number: int, record: Row) -> int:
    """Ask until the new version answers, with no deployment; return how often that was."""
    versions: list[int] = []

    def ask() -> bool | None:
        versions.append(cast.client.predict([record]).version)
        return True if versions[-1] == number else None

    wait_for(ask, what=f"an answer from version {number}", seconds=SWAP_SECONDS)
    telling.say(f"/models/{cast.model}/predict is answered by version {number}", style="green")
    return len(versions)


def compare(
    telling: Telling, cast: Cast, first: GateReport, last: GateReport, *, since: datetime
) -> None:
    """Tell what retraining gained on the same held-out rows, all served since the drift began."""
    manifest = DatasetManifest.model_validate_json(
        cast.data.read(keys.dataset_manifest(cast.model, last.dataset_version))
    )
    held_out_from = manifest.split.holdout_starts_at or ""
    require(
        bool(held_out_from) and datetime.fromisoformat(held_out_from) >= since,
        f"the held-out rows start at {held_out_from or 'no moment'}, before the drift at {since}",
    )
    before_drift, new = first.scores[SCORE], last.scores[SCORE]
    old = last.champion_scores[SCORE]
    telling.keep("holdout_starts_at", held_out_from)
    telling.keep("holdout_rows_on_drift", last.holdout_rows)
    telling.keep("roc_auc_score_old_champion_on_drift", old)
    telling.keep("roc_auc_score_new_champion_on_drift", new)
    telling.say(
        f"ROC AUC on {last.holdout_rows:,} held-out rows of the drifted period: "
        f"old champion {old:.4f}, new champion {new:.4f} (before the drift {before_drift:.4f})"
    )
    require(new > old, "the new champion is no better than the old one on the drifted rows")
