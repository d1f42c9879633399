"""`windvane drill drift`, `data-fault` and `no-labels`."""

from datetime import timedelta

from functions.cli.cells import listing
from functions.cli.drill.rows import break_unit, choose_drifted, read_served
from functions.cli.drill.session import Session
from functions.cli.drill.window import (
    follow,
    inject,
    judge_window,
    require_calm,
    restore_by,
)
from functions.contracts.alerts import Condition, ConditionKind, Severity
from functions.contracts.drift import DriftReport, Verdict
from functions.contracts.labels import JoinGroundTruthInput, JoinGroundTruthOutput
from functions.core.alert_states import is_asking
from functions.core.ports import MetricValue
from functions.core.retraining_policy import Action

DRIFT_KINDS = (
    ConditionKind.INPUT_DRIFT,
    ConditionKind.PREDICTION_DRIFT,
    ConditionKind.ESTIMATED_LOSS,
)
FEW_ROWS = 100


def drill_drift(session: Session) -> None:
    """Judge rows of a changed population, and follow what it leads to."""
    cast, chain = session.cast, session.chain
    watched = require_calm(cast, DRIFT_KINDS)
    retraining = _calm_retrain(session)
    served = read_served(cast)
    needed = cast.spec.drift.minimum_drifted_features
    rows, names = choose_drifted(served.rows, served.schema, columns=needed)
    what = f"the higher {listing(names)}, the more of them"
    inject(session, served, rows, what, until=cast.now())
    report = judge_window(session)
    chain.require(
        report.verdict is Verdict.DRIFT,
        "verdict",
        f"drift, {len(report.attribution)} features to blame",
        otherwise=f"{report.verdict}: {report.reason}",
    )
    asking = _asking(report, watched)
    if not asking:
        held = "; ".join(f"{each.condition}: {each.reason}" for each in report.alerts)
        chain.dead("condition", f"none of the conditions holds: {held}")
    for condition in asking:
        follow(session, condition)
    if any(condition.severity is Severity.RETRAIN for condition in asking):
        return
    if retraining is None:
        chain.skip("trigger", "[alerts] of model.toml retrains for nothing")
        return
    name = retraining.metric_name
    cast.metrics.put(cast.model, [MetricValue(name, 1.0)], at=cast.now())
    chain.alive("emitted", f"{name} = 1, by the drill: no rows of today's show {retraining.text}")
    follow(session, retraining)


def drill_data_fault(session: Session) -> None:
    """Judge rows with a number in another unit: somebody is called, and nothing is retrained."""
    cast, chain = session.cast, session.chain
    watched = require_calm(cast, (ConditionKind.DATA_FAULT,))
    served = read_served(cast)
    rows, what = break_unit(served.rows, served.schema)
    inject(session, served, rows, what, until=cast.now())
    report = judge_window(session)
    chain.require(
        bool(report.faults),
        "fault",
        "; ".join(f"{each.kind}: {each.evidence}" for each in report.faults),
        otherwise="DetectDrift took the broken rows for sound ones",
    )
    asked = [
        each for each in report.alerts if each.severity is Severity.RETRAIN and is_asking(each)
    ]
    chain.require(
        report.action == Action.HOLD and not asked,
        "held back",
        f"{report.action}: {report.action_reason}",
        otherwise=f"{report.action}: {report.action_reason}; {len(asked)} conditions retrain",
    )
    asking = _asking(report, watched)
    if not asking:
        chain.dead("condition", "a fault was found and data_fault does not hold")
    for condition in asking:
        follow(session, condition)


def drill_no_labels(session: Session) -> None:
    """Join labels where none came for longer than a condition allows."""
    cast, chain = session.cast, session.chain
    watched = require_calm(cast, (ConditionKind.NO_LABELS,))
    days = max(condition.limit or 0.0 for condition in watched) + 1.0
    served = read_served(cast)
    until = cast.now() - timedelta(days=days)
    inject(session, served, served.rows[:FEW_ROWS], f"{days:g} days old, no label", until=until)
    function = cast.stage.settings.join_ground_truth_function
    restore_by(session, function, JoinGroundTruthInput())
    message = JoinGroundTruthInput(drill=session.name)
    answer = cast.functions.invoke(function, message.model_dump_json())
    joined = JoinGroundTruthOutput.model_validate(answer)
    chain.alive("joined", f"{sum(joined.outcomes.values())} labels, as none were given")
    for condition in watched:
        follow(session, condition)


def _calm_retrain(session: Session) -> Condition | None:
    """Return a condition that retrains and does not ring, None if there is none at all."""
    found = [
        condition
        for condition in session.cast.spec.alerts.conditions
        if condition.severity is Severity.RETRAIN
    ]
    if not found:
        return None
    return require_calm(session.cast, (found[0].kind,))[0]


def _asking(report: DriftReport, watched: tuple[Condition, ...]) -> list[Condition]:
    """Return the watched conditions whose metric is 1."""
    asking = {each.metric_name for each in report.alerts if is_asking(each)}
    return [condition for condition in watched if condition.metric_name in asking]
