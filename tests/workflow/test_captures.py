"""Captures that could not be delivered wait in a queue, and are delivered once they can be."""

import json
from typing import Any

from functions.aws import clients
from functions.cli import wiring
from functions.cli.demo.waiting import wait_for
from functions.cli.stage import DeployedStage
from functions.core.capture_encoding import encode_captures
from tests.unit.core.test_capture_encoding import answered
from tests.unit.core.test_log_batches import event
from tests.workflow.away import throttled_firehose
from tests.workflow.checkout import TestCheckout

MODEL = "throttled"
"""Nobody registers it: what is captured is counted by its name."""

ROWS = 30


# Lambda tries a batch three times and the function each time four: half a minute of waiting.
def test_loses_nothing_while_the_stream_is_throttled(
    checkout: TestCheckout, stage: DeployedStage
) -> None:
    collector = stage.settings.collect_captures_function
    now = wiring.now()
    lines = [
        line
        for number in range(ROWS)
        for line in encode_captures(
            answered(1, model=MODEL, inference_id=f"r-{number}", at=now, version=1)
        )
    ]
    letters = wiring.uncollected_captures(stage)
    lost_before = _status(checkout)["lost_rows"]
    with throttled_firehose(collector):
        # As CloudWatch Logs calls it: without waiting for the answer.
        clients.make_client("lambda").invoke(
            FunctionName=collector, InvocationType="Event", Payload=json.dumps(event(lines))
        )
        wait_for(lambda: letters.depth().waiting or None, what="a batch in the queue", seconds=60)
        refused = checkout.windvane("captures", "redrive", "--json", code=1)

    assert (refused.document["batches"], refused.document["complete"]) == (0, False)
    assert "refused 1 of 1 records 4 times" in refused.stderr
    assert _status(checkout)["rows"] == 0
    looked = checkout.windvane("captures", "redrive", "--dry-run", "--json").document
    assert (looked["batches"], looked["rows"], looked["unreadable"]) == (1, ROWS, [])

    delivered = checkout.windvane("captures", "redrive", "--json").document
    again = checkout.windvane("captures", "redrive", "--json").document

    assert (delivered["batches"], delivered["rows"], delivered["complete"]) == (1, ROWS, True)
    assert (again["batches"], again["rows"]) == (0, 0)
    status = _status(checkout)
    assert (status["rows"], status["undelivered_batches"]) == (ROWS, 0)
    assert status["lost_rows"] == lost_before
    assert [(part["version"], part["requests"]) for part in status["versions"]] == [(1, ROWS)]


def _status(checkout: TestCheckout) -> dict[str, Any]:
    answer: dict[str, Any] = checkout.windvane("captures", "status", MODEL, "--json").document
    return answer
