"""DetectDrift: compare a window of captured rows with the champion's reference profile."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from functions.aws.capture_compaction import compact_captures
from functions.contracts import keys
from functions.contracts.drift import DriftReport, WindowCounts
from functions.contracts.errors import WindvaneError
from functions.contracts.hourly import CompactCapturesOutput
from functions.contracts.messages import DetectDriftInput, DetectDriftOutput
from functions.contracts.model_spec import DriftPolicy
from functions.contracts.naming import Alias
from functions.core.drift import WindowDrift, judge_window
from functions.core.drift_metrics import drift_metrics
from functions.core.hourly_lines import hour_of
from functions.core.known_versions import VersionFinder
from functions.core.ports import ObjectStore
from functions.core.profile import Profile
from functions.core.stored_objects import read_stored
from functions.core.stored_specs import read_spec
from functions.monitoring import wiring
from functions.monitoring.capture_reader import Window, read_window
from functions.monitoring.drift_report_html import render_report
from functions.monitoring.ports import DriftPorts

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
    message: DetectDriftInput, *, policy: DriftPolicy, ports: DriftPorts, now: datetime
) -> DetectDriftOutput:
    """Judge a window, store the report, and tell CloudWatch."""
    start, end = choose_window(message, policy, now)
    pointer = ports.registry.find_alias(message.model, Alias.CHAMPION)
    if pointer is None:
        return _no_champion(message.model)
    spec = read_spec(pointer.artifact.spec, ports.models)
    reference = Profile.model_validate_json(read_stored(pointer.artifact.profile, ports.models))
    compacted = compact_new_captures(ports, now)
    # Without an end that was asked for, the open hour is judged as a whole.
    read_until = message.window_end or hour_of(end) + _HOUR
    window = Window(spec, pointer.number, start, read_until)
    current, counts = read_window(ports.captures, window)

    drift = judge_window(spec, policy, reference=reference, current=current)

    report = _make_report(
        replace(window, end=end),
        drift,
        counts=counts.model_copy(update={"pending_objects": compacted.pending_objects}),
        rows=(reference.rows, current.rows),
        now=now,
    )
    output = _store(ports.captures, report, drift)
    if now - end < MAXIMUM_METRIC_AGE:
        ports.metrics.put(message.model, drift_metrics(drift, current.rows), at=min(end, now))
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
    message = DetectDriftInput.model_validate(event)
    output = detect_drift(
        message,
        policy=wiring.model_spec(message.model).drift,
        ports=wiring.drift_ports(),
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


def _make_report(
    window: Window,
    drift: WindowDrift,
    *,
    counts: WindowCounts,
    rows: tuple[int, int],
    now: datetime,
) -> DriftReport:
    return DriftReport(
        model=window.spec.model,
        model_version=window.version,
        window_start=window.start,
        window_end=window.end,
        created_at=now,
        reference_rows=rows[0],
        current_rows=rows[1],
        rows_needed=drift.rows_needed,
        verdict=drift.verdict,
        reason=drift.reason,
        features=drift.features,
        prediction=drift.prediction,
        captures=counts,
    )


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
