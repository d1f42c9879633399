"""Workflow step WatchRollOut: look at a share that bakes, and say what is to happen next."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from functions.aws.parallel_reads import read_objects
from functions.contracts import keys
from functions.contracts.artifact import ArtifactSpec
from functions.contracts.capture import GroundTruthLine
from functions.contracts.model_spec import ModelSpec
from functions.contracts.naming import Alias
from functions.contracts.rollout import RolloutRecord
from functions.contracts.rollout_check import GuardAnswer, RolloutCheck
from functions.contracts.rollout_messages import (
    WatchRollOutInput,
    WatchRollOutOutput,
    WatchVerdict,
)
from functions.core.baking import BakeDecision, BakeState, bake_times, decide_bake
from functions.core.captured_lines import cut_model_records, read_lines
from functions.core.guards import GuardReport, VariantEvidence, judge_guards
from functions.core.labelled_captures import standing_truths
from functions.core.ports import ObjectStore
from functions.core.rollout_evidence import (
    Contest,
    contest_of,
    counts_of,
    evidence_of,
    predict_the_same,
    without_answers,
)
from functions.core.rollouts import rollout_still_stands
from functions.core.stored_objects import read_stored
from functions.core.traffic import read_traffic
from functions.monitoring import wiring
from functions.monitoring.capture_reader import arrival_hours
from functions.monitoring.log import write_log
from functions.monitoring.ports import WatchPorts

MAXIMUM_ROWS = 500_000
"""Held of each version, at 1.2 KB a row (measured): 1.2 GB of the function's 3.5. To read a row
takes 40 us, to pass one over that the sample leaves out 4."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the captures and the ground truth of a rollout hold."""

    contest: Contest
    unreadable: int
    truths: dict[str, GroundTruthLine]


def watch_roll_out(
    message: WatchRollOutInput,
    *,
    spec: ModelSpec,
    time_scale: float,
    ports: WatchPorts,
    now: datetime,
) -> WatchRollOutOutput:
    """Return whether the share is watched on, rises or is taken back, and why.

    A rollout that somebody ended, or whose champion was moved by hand, is not judged any more.
    """
    checks = message.watch_roll_out.checks + 1 if message.watch_roll_out else 1
    record = ports.registry.find_rollout(message.model)
    settled = _settled(message, record, ports)
    if record is None or settled is not None:
        verdict, reason = settled or (WatchVerdict.OVER, "there is no rollout")
        step = record.step if record else 0
        return WatchRollOutOutput(verdict=verdict, reason=reason, step=step, checks=checks)
    seen = _look(record, ports.captures, now)
    check = _judge(record, seen, spec=spec, ports=ports, now=now)

    decision = decide_bake(
        record,
        spec.rollout,
        bake_times(spec.rollout, time_scale),
        BakeState(
            check.step_rows,
            checks,
            _breach(check),
            seen.contest.champion.rows_since(record.step_started_at),
        ),
        now=now,
    )

    key = keys.rollout_check(message.model, message.execution)
    told = check.model_copy(update={"verdict": decision.verdict, "reason": decision.reason})
    ports.models.write(key, told.model_dump_json(indent=1).encode(), content_type=keys.JSON_TYPE)
    return _output(record, decision, checks=checks, key=key)


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Lambda entry point."""
    message = WatchRollOutInput.model_validate(event)
    output = watch_roll_out(
        message,
        spec=wiring.model_spec(message.model),
        time_scale=wiring.watch_settings().bake_time_scale,
        ports=wiring.watch_ports(),
        now=wiring.now(),
    )
    written = output.model_dump(mode="json")
    write_log("rollout.watched", {"model": message.model, **written})
    return written


def _settled(
    message: WatchRollOutInput, record: RolloutRecord | None, ports: WatchPorts
) -> tuple[WatchVerdict, str] | None:
    """Return what is to happen to a rollout that needs no judging; None if it does."""
    if record is None or record.execution != message.execution:
        return WatchVerdict.OVER, f"the newest rollout of {message.model} is not this execution's"
    if record.is_over:
        return WatchVerdict.OVER, record.reason
    pointer = ports.registry.find_alias(record.model, Alias.CHAMPION)
    reason = rollout_still_stands(record, pointer)
    return None if reason is None else (WatchVerdict.ABORT, reason)


def _look(record: RolloutRecord, captures: ObjectStore, now: datetime) -> Seen:
    """Read all that arrived since the rollout began, in one pass; what is judged is held."""
    hours = list(arrival_hours(record.started_at, now))
    found, truth_found = (
        [each for hour in hours for each in captures.list(keys.hour_prefix(prefix, hour))]
        for prefix in (keys.CAPTURES_PREFIX, keys.GROUND_TRUTH_PREFIX)
    )
    others: list[int] = []

    def records() -> Iterator[bytes]:
        for _, content in read_objects(captures, found):
            cut, unreadable = cut_model_records(content, record.model)
            others.append(unreadable)
            yield from cut

    traffic = read_traffic(
        records(), model=record.model, since=record.started_at, maximum_rows=MAXIMUM_ROWS
    )
    contest = contest_of(record, traffic)
    judged = {*contest.champion.ids, *contest.challenger.ids}
    truths = standing_truths(
        line
        for _, content in read_objects(captures, truth_found)
        for line in read_lines(content, record.model).truths
        if line.inference_id in judged
    )
    return Seen(contest, traffic.unreadable + sum(others), truths)


def _judge(
    record: RolloutRecord, seen: Seen, *, spec: ModelSpec, ports: WatchPorts, now: datetime
) -> RolloutCheck:
    contest = seen.contest
    old, new = (_artifact_spec(record, number, ports) for number in _numbers(record))
    evidence = (
        evidence_of(contest.champion, old, seen.truths),
        evidence_of(contest.challenger, new, seen.truths),
    )
    report = _ask_guards(spec, evidence, comparable=predict_the_same(old, new))
    return RolloutCheck(
        model=record.model,
        execution=record.execution,
        at=now,
        step=record.step,
        champion=counts_of(contest.champion, evidence[0]),
        challenger=counts_of(contest.challenger, evidence[1]),
        step_rows=contest.challenger.rows_since(record.step_started_at),
        guards=tuple(
            GuardAnswer(
                name=each.name,
                passed=each.passed,
                value=each.value,
                limit=each.limit,
                reason=each.reason,
            )
            for each in report.checks
        ),
        verdict=WatchVerdict.WAIT,
        reason=report.reason,
        unreadable=seen.unreadable,
    )


def _ask_guards(
    spec: ModelSpec, evidence: tuple[VariantEvidence, VariantEvidence], *, comparable: bool
) -> GuardReport:
    champion, challenger = evidence
    if not comparable:
        champion, challenger = without_answers(champion), without_answers(challenger)
    return judge_guards(
        spec.rollout.guards,
        champion,
        challenger,
        task=spec.task,
        metric=spec.training.metric,
    )


def _breach(check: RolloutCheck) -> str | None:
    reasons = [guard.reason for guard in check.guards if not guard.passed]
    return "; ".join(reasons) or None


def _numbers(record: RolloutRecord) -> tuple[int, int]:
    return record.champion, record.challenger


def _artifact_spec(record: RolloutRecord, number: int, ports: WatchPorts) -> ArtifactSpec:
    stored = ports.registry.get(record.model, number).artifact.spec
    return ArtifactSpec.model_validate_json(read_stored(stored, ports.models))


def _output(
    record: RolloutRecord, decision: BakeDecision, *, checks: int, key: str
) -> WatchRollOutOutput:
    return WatchRollOutOutput(
        verdict=decision.verdict,
        reason=decision.reason,
        step=record.step,
        wait_seconds=decision.wait_seconds,
        checks=checks,
        report_key=key,
    )
