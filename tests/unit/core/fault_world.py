"""Records of data faults, written by hand."""

from datetime import UTC, datetime, timedelta

from functions.contracts.fault_book import FaultBook, FaultDecision, RecordedFault
from functions.contracts.faults import DataFault, FaultKind
from functions.core.fault_book import JudgedWindow
from functions.core.fault_hours import FaultHours, FoundFault

MODEL = "car"
FIRST = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def hour(number: float) -> datetime:
    """An hour of the time that faults are told of."""
    return FIRST + number * HOUR


def fault(kind: FaultKind = FaultKind.UNIT_CHANGED, *columns: str) -> DataFault:
    return DataFault(
        kind=kind,
        columns=columns or ("amount",),
        since=FIRST,
        evidence="amount fits times 1,000",
        action="hold, do not retrain; ask the owner",
    )


def found(
    start: float,
    end: float,
    *,
    likely_end: float | None = None,
    is_over: bool = False,
    kind: FaultKind = FaultKind.UNIT_CHANGED,
    column: str = "amount",
) -> FoundFault:
    likely = hour(end if likely_end is None else likely_end)
    hours = FaultHours(hour(start), hour(end), likely, is_over)
    return FoundFault(fault(kind, column), hours)


def window(
    start: float, end: float, *, is_current: bool = True, has_verdict: bool = True
) -> JudgedWindow:
    return JudgedWindow(hour(start), hour(end), 1, is_current, has_verdict)


def recorded(  # noqa: PLR0913 - as above
    start: float,
    end: float,
    *,
    is_over: bool = True,
    kind: FaultKind = FaultKind.UNIT_CHANGED,
    column: str = "amount",
    decisions: tuple[FaultDecision, ...] = (),
    name: str = "",
) -> RecordedFault:
    told = fault(kind, column)
    return RecordedFault(
        name=name or f"{kind}-{column}-{hour(start):%Y%m%dT%H}",
        kind=kind,
        columns=told.columns,
        start=hour(start),
        end=hour(end),
        is_over=is_over,
        evidence=told.evidence,
        action=told.action,
        model_version=1,
        found_at=hour(end),
        decisions=decisions,
    )


def decision(*, accepted: bool = True, reason: str = "cents for good") -> FaultDecision:
    return FaultDecision(accepted=accepted, by="ann", reason=reason, at=hour(99))


def book(*faults: RecordedFault, model: str = MODEL) -> FaultBook:
    return FaultBook(model=model, faults=faults)
