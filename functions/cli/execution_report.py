"""How an execution of the retraining workflow ended, from its output and its gate report."""

import json
from dataclasses import dataclass
from typing import Any

from functions.aws.executions import Execution
from functions.cli.output import Output
from functions.contracts.fault_book import LeftOutRows
from functions.contracts.release import GateReport, Outcome
from functions.core.fault_rows import tell_left_out
from functions.core.ports import ObjectNotFoundError, ObjectStore


@dataclass(frozen=True, slots=True)
class ExecutionReport:
    """What came of an execution; fields are None where it did not get that far."""

    model: str
    outcome: Outcome | None
    reason: str
    dataset_version: str | None = None
    number: int | None = None
    train_rows: int | None = None
    holdout_rows: int | None = None
    quality_report_key: str | None = None
    left_out: tuple[LeftOutRows, ...] = ()
    gates: GateReport | None = None

    def as_document(self) -> dict[str, object]:
        """Return the report for scripts."""
        return {
            "model": self.model,
            "outcome": self.outcome,
            "reason": self.reason,
            "dataset_version": self.dataset_version,
            "version": self.number,
            "train_rows": self.train_rows,
            "holdout_rows": self.holdout_rows,
            "quality_report_key": self.quality_report_key,
            "left_out": [each.model_dump(mode="json") for each in self.left_out],
            "gate_report": self.gates.model_dump(mode="json") if self.gates else None,
        }


def read_report(execution: Execution, *, store: ObjectStore) -> ExecutionReport:
    """Return what an execution's output says; its gate report comes from the models bucket."""
    state: dict[str, Any] = {**_object(execution.input), **_object(execution.output)}
    prepare, conclude = state.get("prepare") or {}, state.get("conclude") or {}
    evaluate = state.get("evaluate") or {}
    return ExecutionReport(
        model=str(state.get("model", "")),
        outcome=Outcome(conclude["outcome"]) if "outcome" in conclude else None,
        reason=str(conclude.get("reason") or execution.error or ""),
        dataset_version=prepare.get("dataset_version"),
        number=(state.get("register") or {}).get("number"),
        train_rows=prepare.get("train_rows"),
        holdout_rows=prepare.get("holdout_rows"),
        quality_report_key=prepare.get("quality_report_key"),
        left_out=tuple(LeftOutRows.model_validate(each) for each in prepare.get("left_out", ())),
        gates=_gates(store, evaluate.get("gate_report_key")),
    )


def show_report(out: Output, report: ExecutionReport) -> None:
    """Show which rows were left out, the gates, and the sentence that ends the story."""
    for sentence in tell_left_out(report.model, report.left_out):
        out.line(sentence)
    if report.gates is not None:
        out.line()
        out.table(
            ["gate", "passed", "reason"],
            [[gate.gate, gate.passed, gate.reason] for gate in report.gates.gates],
        )
    if report.outcome is Outcome.PROMOTED:
        out.line(f"\n{report.model}/{report.number} is champion: {report.reason}")


def _gates(store: ObjectStore, key: object) -> GateReport | None:
    if not isinstance(key, str):
        return None
    try:
        return GateReport.model_validate_json(store.read(key))
    except ObjectNotFoundError:
        return None


def _object(text: str | None) -> dict[str, Any]:
    content = json.loads(text or "{}")
    return content if isinstance(content, dict) else {}
