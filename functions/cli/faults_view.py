"""What `windvane faults …` does and says."""

import getpass
from collections.abc import Sequence

from functions.cli import wiring
from functions.cli.output import Output
from functions.contracts.fault_book import FaultBook, FaultDecision, RecordedFault
from functions.contracts.naming import check_model_name
from functions.core.fault_book import (
    WRONG_ROWS,
    change_fault_book,
    decide_fault,
    find_fault,
    leaves_rows_out,
    read_fault_book,
)
from functions.core.fault_rows import describe_fault


def list_faults(out: Output, *, model: str, stage: str | None) -> None:
    """Show a model's record of data faults."""
    check_model_name(model)
    deployed = wiring.open_stage(stage)
    book = read_fault_book(wiring.bucket(deployed.settings.captures_bucket), model)
    if not book.faults:
        out.remark(f"no data fault of {model} is on record")
    newest = sorted(book.faults, key=lambda fault: fault.start, reverse=True)
    out.table(
        ["fault", "since", "until", "rows", "decided"],
        [
            [fault.name, fault.start, fault.end if fault.is_over else None, *_standing(fault)]
            for fault in newest
        ],
    )
    for fault in newest:
        if not fault.is_over:
            out.line(f"{fault.name}: {fault.evidence}")
    out.result([_document(fault) for fault in newest])


def decide(
    out: Output, *, model: str, names: Sequence[str], accepted: bool, reason: str, stage: str | None
) -> None:
    """Write down a person's decision about some faults, all of them or none.

    Raises
    ------
    UnknownFaultError
        If one of them is not on record; then nothing is written.
    """
    check_model_name(model)
    deployed = wiring.open_stage(stage)
    store = wiring.bucket(deployed.settings.captures_bucket)
    decision = FaultDecision(
        accepted=accepted, by=getpass.getuser(), reason=reason, at=wiring.now()
    )

    def decided(book: FaultBook) -> FaultBook:
        for name in names:
            book = decide_fault(book, name, decision)
        return book

    book = change_fault_book(store, model, decided)
    faults = [find_fault(book, name) for name in dict.fromkeys(names)]
    for fault in faults:
        out.line(f"{fault.name}: {_consequence(fault)}")
    out.result([_document(fault) for fault in faults])


def _standing(fault: RecordedFault) -> tuple[str, str]:
    """Return what becomes of a fault's rows, and what was decided about it."""
    rows = "left out" if leaves_rows_out(fault) else "kept"
    if not fault.decisions:
        return rows, ""
    last = fault.decisions[-1]
    word = "accepted" if last.accepted else "revoked"
    return rows, f"{word} by {last.by} at {last.at:%Y-%m-%d %H:%M}: {last.reason}"


def _consequence(fault: RecordedFault) -> str:
    """Return what follows from the decision that holds."""
    what = describe_fault(fault)
    held = "; it holds no retraining back" if fault.is_accepted else "; it holds retraining back"
    going_on = "" if fault.is_over else held
    if fault.is_accepted:
        return f"accepted as the new world, rows are training data: {what}{going_on}"
    rows = "rows are left out of training" if fault.kind in WRONG_ROWS else "rows are kept"
    return f"a data fault, {rows}: {what}{going_on}"


def _document(fault: RecordedFault) -> dict[str, object]:
    return {
        **fault.model_dump(mode="json"),
        "is_accepted": fault.is_accepted,
        "leaves_rows_out": leaves_rows_out(fault),
    }
