"""What `windvane retraining …` does and says."""

import getpass
from datetime import datetime

from functions.cli import wiring
from functions.cli.cells import cell_text, seconds_text
from functions.cli.output import Output
from functions.cli.stage import DeployedStage
from functions.contracts.alerts import Alerts
from functions.contracts.messages import TriggerKind
from functions.contracts.metrics import namespace
from functions.contracts.model_folder import load_model_spec
from functions.contracts.model_spec import Retraining
from functions.contracts.naming import Alias, check_model_name
from functions.contracts.retraining import ReconcileInput, ReconcileOutput, RetrainingBook
from functions.core.alarm_message import asked_by
from functions.core.breaker import count_rejections, refuse_for_breaker
from functions.core.budget import free_budget_at, measure_usage
from functions.core.label_watch import runs_about_changes
from functions.core.retraining import refuse_to_hurry
from functions.core.returns import explain_hold
from functions.monitoring.close_breaker import close_breaker

SHOWN_RUNS = 5


def show_status(out: Output, *, model: str, stage: str | None) -> None:
    """Show a model's book of retraining beside its policy."""
    policy = load_model_spec(model).retraining
    deployed = wiring.open_stage(stage)
    book = wiring.ledger(deployed).read(model)
    pointer = wiring.registry(deployed).find_alias(model, Alias.CHAMPION)
    document = _status(book, policy, pointer.number if pointer else None, wiring.now())

    out.fields({name: text for name, text in _sentences(document).items() if text})
    if book.runs:
        out.line()
        out.table(
            ["run", "asked by", "started", "outcome", "training"],
            [
                [
                    run.execution,
                    run.kind,
                    run.started_at,
                    run.outcome or "running",
                    seconds_text(run.training_seconds),
                ]
                for run in book.runs[:SHOWN_RUNS]
            ],
        )
    out.result({**document, "book": book.model_dump(mode="json")})


def show_log(out: Output, *, model: str, limit: int, stage: str | None) -> None:
    """Show what was decided about triggers."""
    check_model_name(model)
    decisions = wiring.ledger(wiring.open_stage(stage)).list_decisions(model, limit=limit)
    if not decisions:
        out.remark(f"nothing was decided about retraining of {model} yet")
    out.table(
        ["at", "decision", "asked by", "why"],
        [[each.at, each.decision, each.trigger.kind, each.reason] for each in decisions],
    )
    out.result([each.model_dump(mode="json") for each in decisions])


def close(out: Output, *, model: str, reason: str, stage: str | None) -> None:
    """Close the breaker, in the caller's name."""
    check_model_name(model)
    ledger = wiring.ledger(wiring.open_stage(stage))
    refused = close_breaker(
        model, actor=getpass.getuser(), reason=reason, ledger=ledger, now=wiring.now()
    )
    out.line(f"{model}: the count of refused candidates begins anew, it was {refused}")
    out.result({"model": model, "rejected_in_a_row": 0, "before": refused})


def look(out: Output, *, model: str, stage: str | None) -> None:
    """Call reconcile for one model and say what it did."""
    alerts = load_model_spec(model).alerts
    deployed = wiring.open_stage(stage)
    message = ReconcileInput(model=model, alarms=asking_alarms(deployed, model, alerts))
    answer = wiring.functions().invoke(
        deployed.settings.reconcile_function, message.model_dump_json()
    )
    output = ReconcileOutput.model_validate(answer)
    for action in output.actions or ("nothing hangs and nothing is due",):
        out.line(action)
    out.result(output.model_dump(mode="json"))


def asking_alarms(
    deployed: DeployedStage, model: str, alerts: Alerts
) -> dict[TriggerKind, tuple[str, ...]]:
    """Return the names of the alarms that ask for retraining of a model, by what they speak of."""
    found = wiring.alarms().of_namespace(namespace(deployed.name, model))
    topic = deployed.settings.retraining_topic_arn
    asking: dict[TriggerKind, tuple[str, ...]] = {}
    for alarm in found:
        kind = asked_by(alarm.metric, alerts)
        if topic in alarm.actions and kind is not None:
            asking[kind] = (*asking.get(kind, ()), alarm.name)
    return asking


def _status(
    book: RetrainingBook, policy: Retraining, champion: int | None, now: datetime
) -> dict[str, object]:
    usage = measure_usage(book, now=now)
    minutes = usage.training_seconds / 60.0
    cost = usage.training_seconds * policy.cost_per_training_second
    return {
        "lease": book.lease.model_dump(mode="json") if book.lease else None,
        "runs_per_day": [usage.runs_per_day, policy.maximum_runs_per_day],
        "runs_per_month": [usage.runs_per_month, policy.maximum_runs_per_month],
        "training_minutes_per_month": [minutes, policy.maximum_training_minutes_per_month],
        "cost_per_month": [cost, policy.maximum_cost_per_month],
        "budget_free_at": free_budget_at(book, policy, now=now),
        "cooling_down": refuse_to_hurry(book, policy, now),
        "rejected_in_a_row": [count_rejections(book, champion), policy.rejected_in_a_row],
        "breaker_open": refuse_for_breaker(book, policy, champion),
        "waiting": book.waiting.model_dump(mode="json") if book.waiting else None,
        "held": _tell_hold(book, champion, now),
    }


def _tell_hold(book: RetrainingBook, champion: int | None, now: datetime) -> str | None:
    """Return why the candidate of the last run about a change is held, None if it is not."""
    newest = next(iter(runs_about_changes(book.runs)), None)
    if newest is None or newest.went_back is None or newest.champion != champion:
        return None
    if not newest.is_held_at(now):
        return None
    return f"{newest.execution}: {explain_hold(newest.went_back)}"


def _sentences(document: dict[str, object]) -> dict[str, object]:
    """Return a status as people read it."""

    def of(name: str) -> str:
        pair = document[name]
        assert isinstance(pair, list)  # noqa: S101 - said for the type checker: used and limit
        return f"{cell_text(pair[0])} of {cell_text(pair[1])}"

    lease, waiting, free_at = (document[name] for name in ("lease", "waiting", "budget_free_at"))
    return {
        "lease": f"{lease['execution']} (token {lease['token']})"
        if isinstance(lease, dict)
        else "free",
        "runs in 24 hours": of("runs_per_day"),
        "runs in 30 days": of("runs_per_month"),
        "training minutes in 30 days": of("training_minutes_per_month"),
        "estimated cost in 30 days": of("cost_per_month"),
        "budget free again": free_at,
        "cooling down": document["cooling_down"],
        "refused in a row": of("rejected_in_a_row"),
        "breaker": document["breaker_open"] or "closed",
        "held": document["held"],
        "waiting": f"{waiting['trigger']['id']} ({waiting['decision']})"
        if isinstance(waiting, dict)
        else None,
    }
