"""Workflow step Conclude: leave nothing half done, remember how the execution ended, tell people.

Every way through the workflow ends here, so this is where a share of the callers that an execution
gave and cannot watch any more is taken back.
"""

import json
from contextlib import suppress
from datetime import datetime

from functions.contracts.naming import Alias, format_version
from functions.contracts.release import AliasPointer, ExecutionRecord, Outcome
from functions.contracts.rollout_messages import ConcludeInput, ConcludeOutput, StateError
from functions.core.ports import Notifier
from functions.core.promotion import Cause
from functions.core.registry import SplitRegistry
from functions.core.rollouts import RolloutOverError
from functions.release import wiring
from functions.release.rollout_moves import abort_rollout

_SUBJECTS = {
    Outcome.PROMOTED: "{name} is champion",
    Outcome.REJECTED_BY_REPLAY: "{model}: new version refused by its replay",
    Outcome.ROLLED_BACK: "{model}: rollout of a new version ended, the champion stays",
    Outcome.REJECTED_BY_GATES: "{model}: new candidate refused by its gates",
    Outcome.REJECTED_DATA: "{model}: new data refused",
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
        "All callers get the champion. To try again: windvane train {model}, or promote it by "
        "hand: windvane promote {version}"
    ),
    Outcome.REJECTED_DATA: (
        "Every violation, with counts and row numbers, is in {quality_report}. Correct the files, "
        "add them again (windvane data add {model} FILE), then: windvane train {model}"
    ),
    Outcome.FAILED: (
        "Where it stopped: windvane runs show {execution}. When the cause is removed: windvane "
        "train {model}"
    ),
}


def conclude(
    message: ConcludeInput, *, registry: SplitRegistry, notifier: Notifier, now: datetime
) -> ConcludeOutput:
    """Record the execution, tell people, and return how it ended.

    A rollout of this execution that is not over is aborted first: all callers get the champion.
    """
    _abort_own_rollout(message, registry=registry, now=now)
    champion = registry.find_alias(message.model, Alias.CHAMPION)

    output = ConcludeOutput(outcome=outcome_of(message), reason=reason_of(message))
    subject, text = compose(message, output, champion)

    registry.add_execution(
        ExecutionRecord(
            model=message.model,
            execution=message.execution,
            trigger=message.trigger.kind,
            outcome=output.outcome,
            reason=output.reason,
            dataset_version=message.prepare.dataset_version if message.prepare else None,
            number=message.register_.number if message.register_ else None,
            gate_report_key=message.evaluate.gate_report_key if message.evaluate else None,
            quality_report_key=message.prepare.quality_report_key if message.prepare else None,
            ended_at=now,
        )
    )
    notifier.tell(
        subject, text, attributes={"model": message.model, "outcome": str(output.outcome)}
    )
    return output


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
    lines = [
        f"{_SUBJECTS[output.outcome].format(**names)}.",
        f"Why: {output.reason}.",
        f"Champion: {champion_name}{standing}.",
        _ADVICE[output.outcome].format(**names),
        f"Asked for by {message.trigger.requested_by} ({message.trigger.kind}): "
        f"{message.trigger.reason or 'no reason given'}.",
    ]
    return _SUBJECTS[output.outcome].format(**names), "\n\n".join(lines)


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Lambda entry point."""
    output = conclude(
        ConcludeInput.model_validate(event),
        registry=wiring.registry(),
        notifier=wiring.notifier(),
        now=wiring.now(),
    )
    return output.model_dump(mode="json")
