"""JoinGroundTruth: what came true is joined with its predictions, whenever it comes.

Each ground-truth object is read once. Its labels are looked for among the predictions of the
horizon, the oldest first, and entered in the ledger of the day of their prediction: there they
change the sums from which scores are computed, once each. A label whose prediction is not there yet
waits `WAIT`; then it is written down as foreign, if another model made a prediction of that id, or
as unknown.

**No label is lost and none counts twice**, with any number of runs at once and whenever one is
stopped, because of the order of the writes: first the ledgers of days, where a label that is there
already changes nothing, then the document of the hour of arrival, which says that an object is
joined. A run that is stopped before leaves the object to the next.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

import numpy as np

from functions.aws.capture_compaction import compact_captures
from functions.contracts.labels import (
    WAIT,
    JoinGroundTruthInput,
    JoinGroundTruthOutput,
    LabelOutcome,
)
from functions.contracts.metrics import Metric
from functions.core.alert_states import judge_silence
from functions.core.folder_store import captures_of
from functions.core.label_ledger import ReportedLabel, example_of
from functions.core.label_ledger_index import find_keys
from functions.core.ports import MetricValue
from functions.monitoring import wiring
from functions.monitoring.label_arrivals import (
    HourOfArrival,
    Pending,
    Result,
    cut_batch,
    first_hour,
    note_hour,
    read_hours,
    read_pending,
    read_waiting,
    settle,
)
from functions.monitoring.label_days import add_to_day, note_newest
from functions.monitoring.label_index import Predictions, horizon_of, read_keys, refresh_index
from functions.monitoring.log import write_log
from functions.monitoring.ports import LabelPorts

COMPACT_SECONDS = 240
BEGIN_SECONDS = 600
"""Of the function's 900: what is begun by then is finished."""

DAY_SECONDS = 86_400

REFUSED = (
    LabelOutcome.CONTRADICTORY,
    LabelOutcome.UNFIT,
    LabelOutcome.UNKNOWN,
    LabelOutcome.FOREIGN,
)


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Lambda entry point."""
    message = JoinGroundTruthInput.model_validate(event)
    ports, started = wiring.label_ports(), wiring.now()
    ports = replace(ports, captures=captures_of(ports.captures, message.drill))
    compact_captures(
        ports.captures,
        ports.find,
        now=wiring.now,
        until=started + timedelta(seconds=COMPACT_SECONDS),
    )
    output = join_ground_truth(
        ports,
        now=wiring.now,
        until=started + timedelta(seconds=BEGIN_SECONDS),
        since=message.since,
    )
    written = output.model_dump(mode="json")
    write_log("ground_truth.joined", written)
    return written


@dataclass(slots=True)
class _Run:
    """What a run holds and has done so far."""

    ports: LabelPorts
    started: datetime
    predictions: dict[str, Predictions]
    objects: int = 0
    corrupt_lines: int = 0
    outcomes: dict[str, dict[LabelOutcome, int]] = field(default_factory=dict)
    newest: dict[str, datetime] = field(default_factory=dict)


def join_ground_truth(
    ports: LabelPorts,
    *,
    now: Callable[[], datetime],
    until: datetime,
    since: datetime | None = None,
) -> JoinGroundTruthOutput:
    """Join what has arrived and what waits, and tell how long each model had no labels.

    No batch is begun after `until`; what is left is the next run's. `since` looks again into all
    hours of arrival from then on.
    """
    started = now()
    horizon = horizon_of(started, ports.horizon_days)
    predictions = {
        model: refresh_index(ports.captures, model, horizon=horizon, is_over=lambda: now() >= until)
        for model in ports.registry.list_models()
    }
    run = _Run(ports, started, predictions)
    waiting, left = _join_arrived(run, now, until, since)
    for found in predictions.values():
        _tell(run, found)
    return JoinGroundTruthOutput(
        objects=run.objects,
        outcomes=_total(run.outcomes),
        corrupt_lines=run.corrupt_lines,
        waiting_lines=waiting,
        pending_objects=left,
    )


def _join_arrived(
    run: _Run, now: Callable[[], datetime], until: datetime, since: datetime | None
) -> tuple[int, int]:
    """Join batch by batch; return how many labels wait, and how many objects are left."""
    store = run.ports.captures
    start = first_hour(store, run.started, since)
    if start is None:
        return 0, 0
    hours, pending = read_hours(store, start, run.started)
    left = list(pending)
    concerned = set(hours)
    while concerned:
        batch, left = cut_batch(left)
        _join_batch(run, hours, batch, concerned | {item.hour for item in batch})
        concerned = {left[0].hour} if left and now() < until else set()
    unfinished = {
        item.hour for item in pending if item.source not in hours[item.hour].arrivals.sources
    }
    unfinished |= {hour for hour, held in hours.items() if held.arrivals.waiting is not None}
    if since is None:
        settle(store, start, run.started, unfinished)
    return sum(held.arrivals.waiting_lines for held in hours.values()), len(left)


def _join_batch(
    run: _Run,
    hours: dict[datetime, HourOfArrival],
    batch: Sequence[Pending],
    concerned: set[datetime],
) -> None:
    """Join what waits in some hours and what a batch of objects brings, and note it by hour."""
    store = run.ports.captures
    fresh, corrupt = read_pending(store, batch)
    arrived = [*read_waiting(store, (hours[hour] for hour in sorted(concerned))), *fresh]
    results = _resolve(run, [each.label for each in arrived])
    for hour in sorted(concerned):
        of_hour = [each.label for each in arrived if each.hour == hour]
        hours[hour] = note_hour(
            store,
            hours[hour],
            sources=[item.source for item in batch if item.hour == hour],
            corrupt_lines=corrupt.get(hour, 0),
            results=[(label, results[label.token]) for label in of_hour],
        )
    run.objects += len(batch)
    run.corrupt_lines += sum(corrupt.values())


def _resolve(run: _Run, labels: Sequence[ReportedLabel]) -> dict[int, Result]:
    """Enter labels in the ledgers of their predictions' days; return by token what became."""
    results: dict[int, Result] = {}
    by_model: dict[str, list[ReportedLabel]] = {}
    for label in labels:
        by_model.setdefault(label.line.model, []).append(label)
    for model, some in by_model.items():
        outcomes = _join_model(run, model, some)
        results |= {token: Result(outcome) for token, outcome in outcomes.items()}
        absent = [label for label in some if label.token not in outcomes]
        results |= _judge_absent(run, absent)
        for label in some:
            outcome = results[label.token].outcome
            if outcome is not None:
                of_model = run.outcomes.setdefault(model, {})
                of_model[outcome] = of_model.get(outcome, 0) + 1
            if outcome is LabelOutcome.TAKEN:
                newest = run.newest.get(model, label.line.received_at)
                run.newest[model] = max(newest, label.line.received_at)
    return results


def _join_model(run: _Run, model: str, labels: Sequence[ReportedLabel]) -> dict[int, LabelOutcome]:
    """Return the outcomes, by token, of labels that have a prediction of the model."""
    predictions = run.predictions.get(model)
    if predictions is None:
        return {}
    outcomes: dict[int, LabelOutcome] = {}
    left = list(labels)
    for day, keys in read_keys(run.ports.captures, predictions):
        if not left:
            break
        wanted = np.array([label.key for label in left], dtype=np.uint64)
        is_there, places = find_keys(keys, wanted)
        if not is_there.any():
            continue
        there = [label for label, found in zip(left, is_there.tolist(), strict=True) if found]
        found = list(zip(there, places.tolist(), strict=True))
        outcomes |= add_to_day(run.ports, model, day, found)
        left = [label for label, found in zip(left, is_there.tolist(), strict=True) if not found]
    return outcomes


def _judge_absent(run: _Run, labels: Sequence[ReportedLabel]) -> dict[int, Result]:
    """Return what becomes of labels without a prediction: they wait, are foreign or unknown."""
    is_complete = all(found.is_complete for found in run.predictions.values())
    expired = {
        label.token
        for label in labels
        if is_complete and label.line.received_at + WAIT <= run.started
    }
    results = {label.token: Result(None) for label in labels if label.token not in expired}
    late = [label for label in labels if label.token in expired]
    owners = _find_owners(run, late)
    for label in late:
        owner = owners.get(label.token)
        outcome = LabelOutcome.FOREIGN if owner else LabelOutcome.UNKNOWN
        reason = (
            f"a prediction of {owner}, not of {label.line.model}"
            if owner
            else f"no prediction of the last {run.ports.horizon_days} days has this id"
        )
        results[label.token] = Result(outcome, example_of(label, outcome, reason))
    return results


def _find_owners(run: _Run, labels: Sequence[ReportedLabel]) -> dict[int, str]:
    """Return by token which model made a prediction of a label's id."""
    owners: dict[int, str] = {}
    if not labels:
        return owners
    wanted = np.array([label.key for label in labels], dtype=np.uint64)
    for model, predictions in run.predictions.items():
        for _, keys in read_keys(run.ports.captures, predictions):
            is_there, _ = find_keys(keys, wanted)
            for place in np.flatnonzero(is_there).tolist():
                if labels[place].line.model != model:
                    owners.setdefault(labels[place].token, model)
    return owners


def _tell(run: _Run, predictions: Predictions) -> None:
    """Emit a model's metrics; one that has predicted nothing within the horizon has none."""
    model = predictions.model
    newest = note_newest(run.ports.captures, model, run.newest.get(model))
    if not predictions.days:
        return
    if newest is None:
        newest = datetime.combine(predictions.days[0].day, time(), UTC)
    outcomes = run.outcomes.get(model, {})
    days = max((run.started - newest).total_seconds(), 0.0) / DAY_SECONDS
    spec, horizon = run.ports.find_spec(model), run.ports.horizon_days
    idle = run.started.date() - predictions.days[-1].day
    run.ports.metrics.put(
        model,
        [
            MetricValue(Metric.DAYS_WITHOUT_LABELS, days),
            MetricValue(Metric.JOINED_LABELS, outcomes.get(LabelOutcome.TAKEN, 0)),
            MetricValue(Metric.REFUSED_LABELS, sum(outcomes.get(each, 0) for each in REFUSED)),
            *(
                judge_silence(spec.alerts, days, idle_days=idle.days, horizon=horizon)
                if spec
                else ()
            ),
        ],
        at=run.started,
    )


def _total(outcomes: dict[str, dict[LabelOutcome, int]]) -> dict[LabelOutcome, int]:
    return {
        outcome: count
        for outcome in LabelOutcome
        if (count := sum(of_model.get(outcome, 0) for of_model in outcomes.values()))
    }
