"""How an execution ended."""

import io
import json
from datetime import timedelta
from typing import Any

from functions.aws.executions import Execution
from functions.cli.execution_report import read_report, show_report
from functions.cli.output import Output
from functions.contracts.artifact import ParityReport
from functions.contracts.release import GateReport, GateResult, Outcome
from tests.fakes.documents import NOW
from tests.fakes.object_store import InMemoryObjectStore

KEY = "runs/m/e/gate_report.json"
GATES = GateReport(
    model="m",
    execution="e",
    run_id="r",
    dataset_version="d",
    created_at=NOW,
    passed=True,
    reason="all gates passed",
    gates=(GateResult(gate="parity", passed=True, reason="parity within 1e-6"),),
    scores={"roc_auc_score": 0.97},
    holdout_rows=100,
    latency_ms=0.1,
    parity=ParityReport(
        rows=10,
        maximum_absolute_error=0.0,
        tolerance=1e-6,
        flipped_labels=0,
        passed=True,
        reason="equal",
    ),
)


def ended(
    output: dict[str, Any] | None, *, status: str = "SUCCEEDED", error: str = ""
) -> Execution:
    return Execution(
        name="e",
        arn="arn:e",
        status=status,
        started_at=NOW,
        stopped_at=NOW + timedelta(seconds=5),
        input=json.dumps({"model": "m"}),
        output=json.dumps(output) if output is not None else None,
        error=error or None,
    )


def stored() -> InMemoryObjectStore:
    store = InMemoryObjectStore()
    store.write(KEY, GATES.model_dump_json().encode(), content_type="application/json")
    return store


def test_tells_of_a_promotion_with_its_gates() -> None:
    state = {
        "prepare": {"dataset_version": "d", "train_rows": 80, "holdout_rows": 20},
        "evaluate": {"gate_report_key": KEY},
        "register": {"number": 2},
        "conclude": {"outcome": "promoted", "reason": "better by 0.01"},
    }

    report = read_report(ended(state), store=stored())
    shown = io.StringIO()
    show_report(Output(as_json=False, stdout=shown), report)

    assert (report.outcome, report.number, report.train_rows) == (Outcome.PROMOTED, 2, 80)
    assert report.gates == GATES
    assert "parity within 1e-6" in shown.getvalue()
    assert "m/2 is champion: better by 0.01" in shown.getvalue()


def test_tells_of_data_that_were_refused() -> None:
    state = {
        "prepare": {"dataset_version": "d", "quality_report_key": "quality/m/d.json"},
        "conclude": {"outcome": "rejected_data", "reason": "12 unknown categories"},
    }

    report = read_report(ended(state), store=InMemoryObjectStore())

    assert report.outcome is Outcome.REJECTED_DATA
    assert report.reason == "12 unknown categories"
    assert report.quality_report_key == "quality/m/d.json"
    assert report.gates is None


def test_tells_of_a_failure_that_nobody_caught() -> None:
    report = read_report(
        ended(None, status="FAILED", error="States.Timeout: too slow"), store=InMemoryObjectStore()
    )

    assert report.outcome is None
    assert report.reason == "States.Timeout: too slow"
    assert report.as_document()["gate_report"] is None


def test_goes_without_a_gate_report_that_is_gone() -> None:
    state = {"evaluate": {"gate_report_key": KEY}}

    assert read_report(ended(state), store=InMemoryObjectStore()).gates is None


def test_tells_which_rows_were_left_out_and_why() -> None:
    left_out = {
        "fault": "unit_changed-price-20260301T05",
        "kind": "unit_changed",
        "columns": ["price"],
        "start": "2026-03-01T05:00:00Z",
        "end": "2026-03-03T05:00:00Z",
        "rows": 1200,
    }

    report = read_report(
        ended({"prepare": {"dataset_version": "d", "left_out": [left_out]}}), store=stored()
    )
    shown = io.StringIO()
    show_report(Output(as_json=False, stdout=shown), report)

    assert "1,200 labelled captures were left out: unit_changed in price" in shown.getvalue()
    assert "windvane faults accept m unit_changed-price-20260301T05" in shown.getvalue()
    assert report.as_document()["left_out"] == [left_out]
