"""What `windvane captures redrive` does and says."""

import json
from collections.abc import Mapping
from typing import Any

from functions.aws.lambda_invoker import FunctionFailedError
from functions.cli import wiring
from functions.cli.errors import RefusedError
from functions.cli.output import Output
from functions.core.redriving import Redriven, redrive, survey


def redrive_captures(out: Output, *, dry_run: bool, stage: str | None) -> None:
    """Deliver what waits in the dead-letter queue, or only look at it."""
    deployed = wiring.open_stage(stage)
    letters = wiring.uncollected_captures(deployed)
    functions = wiring.functions()
    depth = letters.depth()
    out.remark(f"about {depth.waiting:,} batches wait, {depth.held:,} more are held by others")

    def deliver(event: Mapping[str, Any]) -> None:
        functions.invoke(deployed.settings.collect_captures_function, json.dumps(event))

    def tell(done: Redriven) -> None:
        out.remark(f"{done.batches:,} of about {depth.waiting:,} batches, {done.rows:,} rows")

    done = Redriven()
    try:
        if dry_run:
            survey(letters, done=done, told=tell)
        else:
            redrive(letters, deliver, done=done, told=tell)
    except FunctionFailedError as error:
        _report(out, done, dry_run=dry_run, complete=False)
        msg = f"{error}; that batch is back in the queue: mend the cause, then run this again"
        raise RefusedError(msg) from error
    _report(out, done, dry_run=dry_run, complete=True)
    if done.unreadable:
        msg = (
            f"{len(done.unreadable)} messages hold no batch of log events and stay in the queue: "
            f"{', '.join(done.unreadable[:3])}; look at them with `aws sqs receive-message`"
        )
        raise RefusedError(msg)


def _report(out: Output, done: Redriven, *, dry_run: bool, complete: bool) -> None:
    verb = "would deliver" if dry_run else "delivered"
    out.line(
        f"{verb} {done.batches:,} batches: {done.rows:,} rows, {done.failures:,} failed requests, "
        f"{done.ground_truth:,} outcomes"
    )
    out.result(
        {
            "dry_run": dry_run,
            "complete": complete,
            "batches": done.batches,
            "rows": done.rows,
            "failures": done.failures,
            "ground_truth": done.ground_truth,
            "repeated": done.repeated,
            "unreadable": done.unreadable,
        }
    )
