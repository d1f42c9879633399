"""DetectDrift: judge a window of captured rows as a whole.

Drift from the champion's reference profile, faults of the data, what a shift is made of, quality as
it is estimated: all of it in one report, and a metric for each condition of `[alerts]`.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from functions.aws.capture_compaction import compact_captures
from functions.contracts import keys
from functions.contracts.artifact import Artifact
from functions.contracts.drift import DriftReport, Verdict
from functions.contracts.errors import WindvaneError
from functions.contracts.hourly import CompactCapturesOutput
from functions.contracts.messages import DetectDriftInput, DetectDriftOutput
from functions.contracts.metrics import Metric
from functions.contracts.model_spec import DriftPolicy, ModelSpec
from functions.contracts.naming import Alias
from functions.contracts.retraining import RetrainingBook
from functions.core.alert_states import (
    JudgedWindow,
    complete_evidence,
    judge_conditions,
)
from functions.core.drift import WindowDrift, judge_window
from functions.core.drift_metrics import window_metrics
from functions.core.folder_store import captures_of
from functions.core.hourly_lines import hour_of
from functions.core.known_versions import VersionFinder
from functions.core.ports import MetricValue, ObjectStore
from functions.core.profile import Profile
from functions.core.retraining_policy import decide_action
from functions.core.stored_objects import read_stored
from functions.core.stored_specs import read_estimator, read_spec
from functions.monitoring import wiring
from functions.monitoring.capture_reader import (
    Window,
    count_window,
    leave_partial_answers,
    read_hours,
    tell_unsettled,
)
from functions.monitoring.drift_report_html import render_report
from functions.monitoring.fault_record import record_faults
from functions.monitoring.labelled_window import (
    Champion,
    LabelledWindow,
    note_change,
    watch_labels,
)
from functions.monitoring.ports import DriftPorts
from functions.monitoring.score_history import add_history
from functions.monitoring.whole_windows import at_once, tell_young
from functions.monitoring.window_attribution import JudgedVersion, find_attribution
from functions.monitoring.window_findings import (
    Compared,
    WindowFindings,
    find_in_window,
)

NO_CHAMPION = "no_champion"
"""The verdict on a model without a champion: there is nothing to compare with yet."""

MAXIMUM_WINDOW = timedelta(days=31)
"""As long as `drift.window_hours` may be; each hour is a folder to list."""

MAXIMUM_METRIC_AGE = timedelta(days=14)
"""CloudWatch refuses metrics of moments longer ago."""


COMPACTION_SECONDS = 240
"""Of the function's 600; what is left then is for CompactCaptures, and the report says so."""

_HOUR = timedelta(hours=1)


class WindowError(WindvaneError):
    """A window ends before it starts, or is too long."""


def detect_drift(
    message: DetectDriftInput, *, spec: ModelSpec, ports: DriftPorts, now: datetime
) -> DetectDriftOutput:
    """Judge a window as a whole, store the report, and tell CloudWatch.

    Whatever was found, it ends with a heartbeat.
    """
    start, end = choose_window(message, spec.drift, now)
    pointer = ports.registry.find_alias(message.model, Alias.CHAMPION)
    if pointer is None:
        _beat(ports, message.model, now)
        return _no_champion(message.model)
    # Without an end that was asked for, the open hour is judged as a whole.
    read_until = message.window_end or hour_of(end) + _HOUR
    served = read_spec(pointer.artifact.spec, ports.models)
    window = Window(served, pointer.number, start, read_until)

    report, drift = _judge(window, pointer.artifact, spec, ports=ports, now=now)

    report = add_history(ports.captures, report.model_copy(update={"window_end": end}), spec)
    output = _store(ports.captures, report, drift)
    if now - end < MAXIMUM_METRIC_AGE:
        told = window_metrics(drift, report, spec, tell_all=message.tell_all)
        ports.metrics.put(message.model, told, at=min(end, now))
    _beat(ports, message.model, now)
    return output


def choose_window(
    message: DetectDriftInput, policy: DriftPolicy, now: datetime
) -> tuple[datetime, datetime]:
    """Return the start (inclusive) and the end (exclusive) of the window to judge.

    The default is the last `drift.window_hours`, from the start of an hour on; an end alone keeps
    that length.

    Raises
    ------
    WindowError
        If the window is empty or longer than 31 days.
    """
    end = message.window_end or now
    start = message.window_start or end - timedelta(hours=policy.window_hours)
    if not timedelta(0) < end - start <= MAXIMUM_WINDOW:
        msg = (
            f"a window from {start:%Y-%m-%dT%H:%M:%SZ} to {end:%Y-%m-%dT%H:%M:%SZ} cannot be "
            f"judged; it must end after it starts and be at most {MAXIMUM_WINDOW.days} days long"
        )
        raise WindowError(msg)
    is_default = message.window_start is None and message.window_end is None
    return (hour_of(start) if is_default else start), end


def compact_new_captures(ports: DriftPorts, now: datetime) -> CompactCapturesOutput:
    """Compact what has arrived since, so that the window holds the traffic of a minute ago."""
    return compact_captures(
        ports.captures,
        VersionFinder(ports.registry, ports.models),
        now=ports.clock or (lambda: now),
        until=now + timedelta(seconds=COMPACTION_SECONDS),
    )


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Lambda entry point."""
    message, ports = DetectDriftInput.model_validate(event), wiring.drift_ports()
    spec = wiring.model_spec(message.model)
    output = detect_drift(
        message,
        spec=at_once(spec) if message.drill else spec,
        ports=replace(
            ports,
            captures=captures_of(ports.captures, message.drill),
            # What real runs found better or not says nothing of a fire drill's labels.
            ledger=None if message.drill else ports.ledger,
        ),
        now=wiring.now(),
    )
    return output.model_dump(mode="json")


def _no_champion(model: str) -> DetectDriftOutput:
    return DetectDriftOutput(
        model=model,
        verdict=NO_CHAMPION,
        reason=f"{model} has no champion yet, so there is nothing to compare with",
        current_rows=0,
        drifted_features=(),
    )


def _judge(
    window: Window, artifact: Artifact, spec: ModelSpec, *, ports: DriftPorts, now: datetime
) -> tuple[DriftReport, WindowDrift]:
    """Return the report of a window, and the drift that it tells of."""
    reference = Profile.model_validate_json(read_stored(artifact.profile, ports.models))
    estimator = read_estimator(artifact, ports.models)
    compacted = compact_new_captures(ports, now)
    records = read_hours(ports.captures, window, estimator)
    current, counts = count_window(ports.captures, window, records)
    judged_rows = leave_partial_answers(window, records, current)
    drift = judge_window(window.spec, spec.drift, reference=reference, current=judged_rows)
    compared = Compared(reference, current, drift.rows_needed)
    findings = find_in_window(
        ports.captures,
        window,
        records,
        compared=compared,
        estimator=estimator,
        settled_at=None if compacted.pending_objects else now,
    )
    settled = record_faults(ports.captures, window, findings, compared=compared, now=now)
    findings = settled.held
    until = min(window.end, now)
    champion = Champion(spec, window.version, artifact, _read_book(ports, spec.name), settled.book)
    labels = watch_labels(ports.captures, ports.models, champion, until=until)
    unsettled = tell_unsettled(window, records) or tell_young(
        ports.captures, spec, drift, until=until
    )
    judged = _weigh(spec, drift, findings, labels, unsettled)
    note_change(ports.captures, spec.name, window.version, judged.decision, until=until)
    alerts = judge_conditions(spec.alerts, judged)
    report = DriftReport(
        model=window.spec.model,
        model_version=window.version,
        window_start=window.start,
        window_end=window.end,
        created_at=now,
        reference_rows=reference.rows,
        current_rows=current.rows,
        rows_needed=drift.rows_needed,
        verdict=drift.verdict,
        reason=drift.reason,
        features=drift.features,
        prediction=drift.prediction,
        captures=counts.model_copy(update={"pending_objects": compacted.pending_objects}),
        faults=findings.faults,
        accepted_faults=settled.accepted,
        attribution=(
            find_attribution(
                window,
                compared,
                findings,
                JudgedVersion(artifact, estimator, spec.training.metric),
                ports.models,
            )
            if drift.verdict is Verdict.DRIFT or judged.evidence.estimate
            else ()
        ),
        estimates=findings.estimates,
        labelled=labels.scored,
        alerts=alerts,
        action=judged.decision.action,
        action_reason=judged.decision.reason,
        since=judged.decision.since,
    )
    return report, drift


def _read_book(ports: DriftPorts, model: str) -> RetrainingBook:
    return ports.ledger.read(model) if ports.ledger else RetrainingBook(model=model)


def _weigh(
    spec: ModelSpec,
    drift: WindowDrift,
    findings: WindowFindings,
    labels: LabelledWindow,
    unsettled: str | None,
) -> JudgedWindow:
    """Return what was found, and what the policy makes of it."""
    metric = spec.training.metric
    estimate = next((one for one in findings.estimates if one.metric == metric), None)
    evidence = complete_evidence(
        labels.evidence,
        drift=drift,
        faults=findings.faults,
        estimate=estimate,
        unsettled=unsettled,
    )
    decision = decide_action(evidence, spec.maintenance, spec.alerts)
    return JudgedWindow(drift, evidence, decision, estimate, labels.judged_scores)


def _beat(ports: DriftPorts, model: str, now: datetime) -> None:
    ports.metrics.put(model, [MetricValue(Metric.HEARTBEAT, 1.0)], at=now)


def _store(captures: ObjectStore, report: DriftReport, drift: WindowDrift) -> DetectDriftOutput:
    json_key, html_key = (
        keys.drift_report(report.model, report.window_end.astimezone(UTC), suffix)
        for suffix in ("json", "html")
    )
    captures.write(json_key, report.model_dump_json(indent=1).encode(), content_type=keys.JSON_TYPE)
    captures.write(
        html_key, render_report(report).encode(), content_type="text/html; charset=utf-8"
    )
    return DetectDriftOutput(
        model=report.model,
        verdict=report.verdict,
        reason=report.reason,
        current_rows=report.current_rows,
        drifted_features=tuple(column.name for column in drift.drifted),
        json_key=json_key,
        html_key=html_key,
    )
