"""Workflow step Conclude: leave nothing half done, remember how the execution ended, tell people.

Every way through the workflow ends here, so this is where a share of the callers that an execution
gave and cannot watch any more is taken back.
"""

import json
from contextlib import suppress
from datetime import datetime

from functions.contracts.messages import TriggerKind
from functions.contracts.model_spec import Retraining
from functions.contracts.naming import Alias, format_version
from functions.contracts.release import AliasPointer, ExecutionRecord, Outcome
from functions.contracts.retraining import RetrainingBook
from functions.contracts.rollout_messages import ConcludeInput, ConcludeOutput, StateError
from functions.core.breaker import refuse_for_breaker
from functions.core.lease import NOTHING_FOUND, free, require_lease, was_concluded
from functions.core.promotion import Cause
from functions.core.registry import SplitRegistry
from functions.core.retraining import estimate_seconds
from functions.core.retraining_ledger import LedgerMovedError, RetrainingLedger
from functions.core.rollouts import RolloutOverError
from functions.release import wiring
from functions.release.ports import ConcludePorts
from functions.release.rollout_moves import abort_rollout

ATTEMPTS = 10
"""How often triggers may write to the ledger before Conclude is tried again as a whole."""

_SUBJECTS = {
    Outcome.PROMOTED: "{name} is champion",
    Outcome.REJECTED_BY_REPLAY: "{model}: new version refused by its replay",
    Outcome.ROLLED_BACK: "{model}: rollout of a new version ended, the champion stays",
    Outcome.REJECTED_BY_GATES: "{model}: new candidate refused by its gates",
    Outcome.REJECTED_DATA: "{model}: new data refused",
    Outcome.NO_NEW_DATA: "{model}: nothing new to train on",
    Outcome.FAILED: "{model}: retraining failed",
}

_ADVICE = {
    Outcome.PROMOTED: "If it does harm: windvane rollback {model} --reason '...'",
    Outcome.REJECTED_BY_GATES: (
        "Every gate and its reason: windvane runs show {execution}. If the gates ask too much, "
        "change models/{model}/model.toml and deploy."
    ),
    Outcome.REJECTED_BY_REPLAY: (
        "What it answered to captured requests, beside the champion: windvane rollout replay "
        "{model}. If it is right and the limits are not, promote it by hand: windvane promote "
        "{version}"
    ),
    Outcome.ROLLED_BACK: (
        "What happened, step by step, and what the guards saw: windvane rollout status {model}. "
        "All callers get the champion. To try again: windvane train {model} --again, or promote "
        "it by hand: windvane promote {version}"
    ),
    Outcome.REJECTED_DATA: (
        "Every violation, with counts and row numbers, is in {quality_report}. Correct the files, "
        "add them again (windvane data add {model} FILE), then: windvane train {model}"
    ),
    Outcome.NO_NEW_DATA: (
        "If drift was the reason: report what came true of the predictions (windvane label "
        "{model}), or add files (windvane data add {model} FILE)."
    ),
    Outcome.FAILED: (
        "Where it stopped: windvane runs show {execution}. When the cause is removed: windvane "
        "train {model}"
    ),
}

_HELD = "{model}: new candidate held, what it learned may be over soon"

_ADVICE_IF_HELD = (
    "Another one is trained by itself from {release} UTC on, if labels still show the change then. "
    "To have one now all the same: windvane train {model} --again"
)

DRILL_NOTE = "This was a fire drill on shuffled labels. Nothing is to be done."


def conclude(
    message: ConcludeInput, *, policy: Retraining, ports: ConcludePorts, now: datetime
) -> ConcludeOutput:
    """Record the execution, free its lease, tell people, and return how it ended.

    A rollout of this execution that is not over is aborted first: all callers get the champion.
    Raises StaleLeaseError if the execution has its model's lease no more: then nothing is recorded.
    """
    _abort_own_rollout(message, registry=ports.registry, now=now)
    champion = ports.registry.find_alias(message.model, Alias.CHAMPION)

    output = ConcludeOutput(outcome=outcome_of(message), reason=reason_of(message))
    subject, text = compose(message, output, champion)

    book = _close(message, output, champion, ledger=ports.ledger, now=now)
    stopped = refuse_for_breaker(book, policy, champion.number if champion else None)
    if stopped is not None:
        text = f"{text}\n\nNothing is retrained by itself any more: {stopped}."
    ports.notifier.tell(
        subject, text, attributes={"model": message.model, "outcome": str(output.outcome)}
    )
    return output


def _close(
    message: ConcludeInput,
    output: ConcludeOutput,
    champion: AliasPointer | None,
    *,
    ledger: RetrainingLedger,
    now: datetime,
) -> RetrainingBook:
    """Record the run's end and free the lease in one transaction; return the book.

    A task that is tried again finds that it did so before.
    """
    for _ in range(ATTEMPTS):
        book = ledger.read(message.model)
        if was_concluded(book, message.lease_token, output.outcome):
            return book
        require_lease(book, message.execution, message.lease_token)
        seconds = _training_seconds(message, book, now=now)
        freed = free(
            book,
            output.outcome,
            training_seconds=seconds,
            champion=champion.number if champion else None,
            now=now,
            found=message.evaluate.found if message.evaluate else NOTHING_FOUND,
        )
        try:
            ledger.write(freed, closed=_record(message, output, seconds, now))
        except LedgerMovedError:
            continue
        return freed
    msg = f"the ledger of {message.model} changed {ATTEMPTS} times while {message.execution} ended"
    raise LedgerMovedError(msg)


def _record(
    message: ConcludeInput, output: ConcludeOutput, seconds: float, now: datetime
) -> ExecutionRecord:
    return ExecutionRecord(
        model=message.model,
        execution=message.execution,
        trigger=message.trigger.kind,
        outcome=output.outcome,
        reason=output.reason,
        dataset_version=message.prepare.dataset_version if message.prepare else None,
        number=message.register_.number if message.register_ else None,
        gate_report_key=message.evaluate.gate_report_key if message.evaluate else None,
        quality_report_key=message.prepare.quality_report_key if message.prepare else None,
        recipe=message.prepare.recipe if message.prepare else "",
        training_seconds=seconds,
        ended_at=now,
    )


def _training_seconds(message: ConcludeInput, book: RetrainingBook, *, now: datetime) -> float:
    """Return what the candidates took; a run that failed among them is charged an estimate."""
    if message.train:
        return sum(candidate.seconds for candidate in message.train)
    was_prepared = message.prepare is not None and message.prepare.passed
    if not was_prepared or book.lease is None:
        return 0.0
    return estimate_seconds(book, book.lease.taken_at, now=now)


def _abort_own_rollout(message: ConcludeInput, *, registry: SplitRegistry, now: datetime) -> None:
    record = registry.find_rollout(message.model)
    if record is None or record.execution != message.execution or record.is_over:
        return
    why = describe_error(message.error) if message.error else "the execution ended"
    cause = Cause(actor="the retraining workflow", reason=why, at=now)
    with suppress(RolloutOverError):
        abort_rollout(record, cause, registry=registry)


def outcome_of(message: ConcludeInput) -> Outcome:
    """Return how an execution ended that got as far as this.

    A version that a person promoted while its rollout was on is promoted, whatever the rollout
    says.
    """
    if message.error is not None:
        return Outcome.FAILED
    if message.roll_out is not None:
        number = message.register_.number if message.register_ else None
        is_champion = number is None or message.roll_out.champion == number
        return Outcome.PROMOTED if is_champion else Outcome.ROLLED_BACK
    if message.prepare is not None and message.prepare.no_new_data:
        return Outcome.NO_NEW_DATA
    refusals = (
        (message.judge_replay, Outcome.REJECTED_BY_REPLAY),
        (message.evaluate, Outcome.REJECTED_BY_GATES),
        (message.prepare, Outcome.REJECTED_DATA),
    )
    return next(
        (outcome for step, outcome in refusals if step is not None and not step.passed),
        Outcome.FAILED,
    )


def reason_of(message: ConcludeInput) -> str:
    """Return why it ended so, in the words of the step that decided."""
    if message.error is not None:
        return describe_error(message.error)
    promoted = outcome_of(message) is Outcome.PROMOTED
    if promoted and message.roll_out is not None and message.evaluate is not None:
        return f"{message.roll_out.reason}; {message.evaluate.reason}"
    for step in (message.roll_out, message.judge_replay, message.evaluate, message.prepare):
        if step is not None:
            return step.reason
    return "the execution ended before its data were prepared"


def describe_error(error: StateError) -> str:
    """Return an error as one sentence; Lambda writes its own errors as JSON."""
    try:
        cause = json.loads(error.Cause)
    except json.JSONDecodeError:
        cause = error.Cause
    text = cause.get("errorMessage", "") if isinstance(cause, dict) else str(cause)
    first = next(iter(str(text).strip().splitlines()), "")
    return f"{error.Error}: {first}" if first else error.Error


def compose(
    message: ConcludeInput, output: ConcludeOutput, champion: AliasPointer | None
) -> tuple[str, str]:
    """Return the subject and the text of the message to people."""
    names = {
        "model": message.model,
        "execution": message.execution,
        "name": format_version(message.model, champion.number) if champion else message.model,
        "version": (
            format_version(message.model, message.register_.number)
            if message.register_
            else message.model
        ),
        "quality_report": message.prepare.quality_report_key if message.prepare else "",
    }
    champion_name = names["name"] if champion else "none"
    standing = "" if output.outcome is Outcome.PROMOTED else " (not changed by this run)"
    back = message.evaluate.found.went_back if message.evaluate else None
    about, advice = _SUBJECTS[output.outcome], _ADVICE[output.outcome]
    if back is not None and back.held_until is not None:
        about, advice = _HELD, _ADVICE_IF_HELD
        names["release"] = f"{back.held_until:%Y-%m-%d %H:%M}"
    subject = about.format(**names)
    lines = [
        f"{subject}.",
        f"Why: {output.reason}.",
        f"Champion: {champion_name}{standing}.",
        advice.format(**names),
        f"Asked for by {message.trigger.requested_by} ({message.trigger.kind}): "
        f"{message.trigger.reason or 'no reason given'}.",
    ]
    text = "\n\n".join(lines)
    if message.trigger.kind is not TriggerKind.DRILL:
        return subject, text
    return f"Fire drill: {subject}", f"{DRILL_NOTE}\n\n{text}"


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Lambda entry point."""
    message = ConcludeInput.model_validate(event)
    output = conclude(
        message,
        policy=wiring.model_spec(message.model).retraining,
        ports=wiring.conclude_ports(),
        now=wiring.now(),
    )
    return output.model_dump(mode="json")
