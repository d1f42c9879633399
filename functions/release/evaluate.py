"""Workflow step Evaluate: admit the graph, score it on held-out rows, ask the gates."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from functions.contracts import keys
from functions.contracts.artifact import ParityReport
from functions.contracts.messages import (
    CandidateFindings,
    EvaluateInput,
    EvaluateOutput,
    TriggerKind,
    WentBack,
)
from functions.contracts.model_folder import load_model_spec
from functions.contracts.model_spec import ChampionGate, ModelSpec
from functions.contracts.naming import Alias
from functions.contracts.release import AliasPointer, GateReport, GateResult
from functions.core.arrays import array_from_bytes
from functions.core.challenge import judge_challenge
from functions.core.gates import ChampionEvidence, Evidence, fail_absolute_alone, judge, summarize
from functions.core.ports import ObjectStore
from functions.core.reencoding import IncomparableSchemaError, reencode
from functions.core.registry import ModelRegistry
from functions.core.returns import Tried, describe_return, explain_hold, find_return
from functions.core.scores import gain, score_outputs
from functions.core.stored_objects import read_stored
from functions.inference.admission import admit_onnx
from functions.inference.trial_process import TrialRunner
from functions.release import wiring
from functions.release.artifacts import Graph, load_graph

GOLDEN_ROWS = 16


@dataclass(frozen=True, slots=True)
class Bench:
    """Where an evaluation finds what it needs."""

    data: ObjectStore
    models: ObjectStore
    registry: ModelRegistry
    trial: TrialRunner


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The rows that judge: encoded by the candidate's schema, and what came true of them."""

    x: NDArray[np.float32]
    y: NDArray[np.int64] | NDArray[np.float64]


def evaluate(
    message: EvaluateInput, *, spec: ModelSpec, bench: Bench, now: datetime
) -> EvaluateOutput:
    """Return the gates' answer; the whole report lies in the models bucket.

    A fire drill's candidate is never released: should its gates take it, the report alone says so.

    Raises ModelAdmissionError if the graph is refused before any gate is asked.
    """
    held_out = _held_out(message, bench.data)
    parity = ParityReport.model_validate_json(bench.models.read(message.export.parity_report_key))
    content = read_stored(message.export.artifact.model, bench.models)
    admit_onnx(content, held_out.x[:GOLDEN_ROWS], trial=bench.trial)
    candidate = load_graph(message.export.artifact, content, bench.models)
    pointer = bench.registry.find_alias(message.model, Alias.CHAMPION)

    evidence = Evidence(
        scores=score_outputs(spec.task, held_out.y, candidate.run(held_out.x)),
        champion=champion_evidence(pointer, candidate, held_out, bench.models, spec.gates.champion),
        parity=parity,
        latency_ms=candidate.latency_ms(held_out.x),
    )
    results = judge(spec.gates, evidence)
    passed, reason = summarize(results)
    falls_short = _falls_short(spec.training.metric, evidence, results)
    went_back = _find_return(message, evidence, passed=passed, now=now)
    if went_back is not None and went_back.held_until is not None:
        held = GateResult(gate="return", passed=False, reason=explain_hold(went_back))
        results = (*results, held)
        passed, reason = summarize(results)
    report = GateReport(
        model=message.model,
        execution=message.execution,
        run_id=message.export.run_id,
        dataset_version=message.prepare.dataset_version,
        created_at=now,
        passed=passed,
        reason=reason,
        gates=results,
        scores=dict(evidence.scores),
        champion_number=pointer.number if pointer else None,
        champion_scores=dict(evidence.champion.scores) if evidence.champion else {},
        holdout_rows=len(held_out.y),
        latency_ms=round(evidence.latency_ms, 4),
        parity=parity,
    )

    key = keys.gate_report(message.model, message.execution)
    bench.models.write(key, report.model_dump_json(indent=2).encode(), content_type=keys.JSON_TYPE)
    if message.trigger is not None and message.trigger.kind is TriggerKind.DRILL:
        passed, reason = False, f"a fire drill's candidate is never released; {reason}"
    return EvaluateOutput(
        passed=passed,
        reason=reason,
        gate_report_key=key,
        scores=dict(evidence.scores),
        found=CandidateFindings(went_back=went_back, falls_short=falls_short),
    )


def _falls_short(metric: str, evidence: Evidence, results: tuple[GateResult, ...]) -> bool:
    """Return whether absolute gates alone refuse a candidate that is better than the champion.

    What better is says the champion's gate; without one any gain is.
    """
    champion = evidence.champion.scores if evidence.champion else {}
    if metric not in champion or metric not in evidence.scores:
        return False
    is_gain = gain(metric, evidence.scores[metric], champion[metric]) > 0.0
    return is_gain and fail_absolute_alone(results)


def _find_return(
    message: EvaluateInput, evidence: Evidence, *, passed: bool, now: datetime
) -> WentBack | None:
    """Return to which earlier time the labels went back, if one of the candidates learned from it.

    Candidates of row counts were judged on the rows that the champion is judged on here.
    """
    trigger, champion = message.trigger, evidence.champion
    by_rows = [run for run in message.train if run.rows is not None]
    if trigger is None or champion is None or not by_rows:
        return None
    metric = by_rows[0].metric
    if metric not in champion.scores:
        return None
    skipped = find_return(
        [Tried(run.value, run.skipped) for run in by_rows],
        metric,
        champion=champion.scores[metric],
    )
    since = None if skipped is None else skipped + message.prepare.holdout_rows
    return describe_return(
        trigger, since, learned=message.export.skipped > 0, passed=passed, now=now
    )


def champion_evidence(
    pointer: AliasPointer | None,
    candidate: Graph,
    held_out: HeldOut,
    models: ObjectStore,
    gate: ChampionGate | None = None,
) -> ChampionEvidence | None:
    """Return the champion's scores on the candidate's rows, or why there are none.

    A champion of another schema gets the rows in its own encoding, if they have all its features.
    """
    if pointer is None:
        return None
    content = read_stored(pointer.artifact.model, models)
    champion = load_graph(pointer.artifact, content, models)
    theirs, ours = champion.spec, candidate.spec
    if (theirs.task, theirs.target, theirs.classes) != (ours.task, ours.target, ours.classes):
        reason = f"which predicts {theirs.target} as {theirs.task} of {list(theirs.classes)}"
        return ChampionEvidence(pointer.number, incomparable=reason)
    try:
        rows = reencode(held_out.x, ours.feature_schema, theirs.feature_schema)
    except IncomparableSchemaError as error:
        return ChampionEvidence(pointer.number, incomparable=f"because {error}")
    answers = champion.run(rows)
    allowance = 0.0
    if gate is not None and gate.false_promotion_rate is not None:
        allowance = judge_challenge(
            gate.metric,
            ours.task,
            held_out.y,
            answers,
            candidate.run(held_out.x),
            false_promotion_rate=gate.false_promotion_rate,
        ).allowance
    return ChampionEvidence(
        pointer.number,
        scores=score_outputs(theirs.task, held_out.y, answers),
        allowance=allowance,
    )


def _held_out(message: EvaluateInput, data: ObjectStore) -> HeldOut:
    version = message.prepare.dataset_version
    x, y = (
        array_from_bytes(data.read(keys.prepared_array(message.model, version, name)))
        for name in ("holdout_x", "holdout_y")
    )
    return HeldOut(x, y)


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Lambda entry point."""
    message = EvaluateInput.model_validate(event)
    bench = Bench(
        wiring.data_store(), wiring.models_store(), wiring.registry(), trial=wiring.trial()
    )
    output = evaluate(message, spec=load_model_spec(message.model), bench=bench, now=wiring.now())
    return output.model_dump(mode="json")
