"""What `windvane rollout pause`, `resume` and `abort` do, and how a rollout is described."""

import getpass
from collections.abc import Callable
from datetime import datetime

from functions.cli import wiring
from functions.cli.cells import cell_text, seconds_text
from functions.cli.errors import RefusedError
from functions.cli.output import Output
from functions.contracts.naming import check_model_name, format_version
from functions.contracts.rollout import RolloutRecord, RolloutStatus
from functions.contracts.rollout_check import GuardAnswer, RolloutCheck, VersionCounts
from functions.core.promotion import Cause
from functions.core.registry import SplitRegistry
from functions.release.rollout_moves import abort_rollout, pause_rollout, resume_rollout

SWAP_SECONDS = 60
"""The longest that any stage serves an alias unread."""

SHOWN_EVENTS = 20

Change = Callable[..., RolloutRecord]


def pause(out: Output, *, model: str, reason: str, stage: str | None) -> None:
    """Stop a bake's clock and leave the callers divided."""
    record = _change(pause_rollout, model, reason, stage)
    share = f"{record.percent:g} % of the callers go on to {_challenger(record)}"
    _tell(out, record, f"paused: {share} until it is resumed")


def resume(out: Output, *, model: str, reason: str, stage: str | None) -> None:
    """Let a bake's clock run again."""
    record = _change(resume_rollout, model, reason, stage)
    left = seconds_text(max(0.0, (record.ends_at - wiring.now()).total_seconds()))
    _tell(out, record, f"resumed at {record.percent:g} %: {left} of the bake are left")


def abort(out: Output, *, model: str, reason: str, stage: str | None) -> None:
    """Take the callers back."""
    record = _change(abort_rollout, model, reason, stage)
    champion = format_version(record.model, record.champion)
    _tell(out, record, f"aborted: within {SWAP_SECONDS} s all callers get {champion} again")


def require_rollout(registry: SplitRegistry, model: str) -> RolloutRecord:
    """Return a model's newest rollout; raise RefusedError if there never was one."""
    record = registry.find_rollout(model)
    if record is None:
        msg = (
            f"no version of {model} was rolled out in shares: set rollout.strategy in "
            f"models/{model}/model.toml, deploy, and train"
        )
        raise RefusedError(msg)
    return record


def headline(record: RolloutRecord) -> str:
    """Return the sentence that says what a rollout is."""
    return f"{_challenger(record)} against {format_version(record.model, record.champion)}"


def fields_of(
    record: RolloutRecord, check: RolloutCheck | None, now: datetime
) -> dict[str, object]:
    """Return where a rollout stands, by name."""
    shares = ", ".join(f"{share:g}" for share in record.shares)
    return {
        "rollout": headline(record),
        "status": str(record.status),
        "share": f"{current_percent(record):g} % (step {record.step + 1} of {len(record.shares)}: "
        f"{shares} %, then all)",
        "time left": time_left(record, now),
        "last look": f"{cell_text(check.at)}: {check.reason}" if check else "none yet",
        "reason": record.reason,
        "execution": record.execution,
        "started": record.started_at,
    }


def time_left(record: RolloutRecord, now: datetime) -> str:
    """Return how much of the share's bake is left, in words."""
    if record.is_over:
        return "over"
    if record.status is RolloutStatus.PAUSED:
        return "paused"
    left = (record.ends_at - now).total_seconds()
    return seconds_text(left) if left > 0 else "baked: decided at the next look"


def current_percent(record: RolloutRecord) -> float:
    """Return the challenger's share of the callers now."""
    if record.status is RolloutStatus.PROMOTED:
        return 100.0
    return 0.0 if record.status is RolloutStatus.ABORTED else record.percent


def guard_table(check: RolloutCheck) -> tuple[list[str], list[list[object]]]:
    """Return what the guards compare: columns, and a row a guard."""
    columns = ["guard", "champion", "challenger", "measured", "limit", "verdict"]
    return columns, [_guard_row(guard, check) for guard in check.guards]


def event_lines(record: RolloutRecord) -> list[str]:
    """Return a rollout's history, oldest first, a line an event."""
    return [
        f"{cell_text(event.at)}  {event.what:<8} {event.percent:>6g} %  {event.actor}: "
        f"{event.reason}"
        for event in record.events[-SHOWN_EVENTS:]
    ]


def document_of(record: RolloutRecord, check: RolloutCheck | None) -> dict[str, object]:
    """Return a rollout for scripts."""
    return {
        **record.model_dump(mode="json"),
        "percent": current_percent(record),
        "check": check.model_dump(mode="json") if check else None,
    }


def _change(change: Change, model: str, reason: str, stage: str | None) -> RolloutRecord:
    check_model_name(model)
    registry = wiring.registry(wiring.open_stage(stage))
    record = require_rollout(registry, model)
    cause = Cause(actor=getpass.getuser(), reason=reason, at=wiring.now())
    return change(record, cause, registry=registry)


def _tell(out: Output, record: RolloutRecord, sentence: str) -> None:
    out.line(f"{headline(record)} is {sentence}")
    out.result(document_of(record, None))


def _challenger(record: RolloutRecord) -> str:
    return format_version(record.model, record.challenger)


def _guard_row(guard: GuardAnswer, check: RolloutCheck) -> list[object]:
    champion, challenger = (
        _seen_of(guard.name, counts) for counts in (check.champion, check.challenger)
    )
    verdict = "breach" if not guard.passed else "no evidence yet" if guard.value is None else "ok"
    return [guard.name, champion, challenger, guard.value, guard.limit, verdict]


def _seen_of(guard: str, counts: VersionCounts) -> str:
    """Return what a guard has to go on, of one version."""
    if guard == "error_rate":
        return f"{counts.failed_requests:,} of {counts.requests:,}"
    if guard == "latency":
        return "" if counts.latency_ms is None else f"p95 {counts.latency_ms:.1f} ms"
    rows = counts.labelled_rows if guard == "score" else counts.rows
    return f"{rows:,} rows"
