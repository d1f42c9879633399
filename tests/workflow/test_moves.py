"""The champion is moved by people too, and requests are served by what it points at."""

import json
from pathlib import Path

from functions.cli import wiring
from functions.cli.demo.waiting import wait_for
from functions.cli.stage import DeployedStage
from functions.contracts.naming import Alias
from functions.core.routing import choose_share
from tests.workflow.checkout import TestCheckout
from tests.workflow.kiln import RECORD, write_rows

MODEL = "kiln_moving_back"
CALLERS = 20


def answering_version(checkout: TestCheckout) -> int:
    answer = checkout.windvane("predict", MODEL, "--record", json.dumps(RECORD), "--json")
    return int(answer.document["versions"][0])


def wait_for_version(checkout: TestCheckout, number: int) -> None:
    """The swap takes up to `refresh_seconds`."""
    wait_for(
        lambda: True if answering_version(checkout) == number else None,
        what=f"an answer from version {number}",
        seconds=20.0,
    )


def versions_by_caller(stage: DeployedStage) -> dict[str, int]:
    """Which version answers whom."""
    api, body = wiring.api(stage), json.dumps({"records": [RECORD]}).encode()
    versions = {}
    for number in range(CALLERS):
        caller = f"customer {number}"
        answer = api.request(
            "POST",
            f"/models/{MODEL}/predict",
            body,
            headers={"Content-Type": "application/json", "X-Routing-Key": caller},
        )
        versions[caller] = int(json.loads(answer.body)["version"])
    return versions


def divide_callers(checkout: TestCheckout, stage: DeployedStage) -> None:
    """Run an A/B test of version 1 beside version 2 until somebody rolls it back."""
    checkout.windvane("ab", "start", MODEL, "older", "--share", "1=50", "--reason", "curious")
    second = checkout.windvane("ab", "start", MODEL, "again", "--share", "1=50", code=1)
    assert "ab-older divides the callers" in second.stderr
    pointer = wiring.registry(stage).find_alias(MODEL, Alias.CHAMPION)
    assert pointer is not None
    shares = {
        caller: choose_share(pointer, caller, wiring.now())
        for caller in (f"customer {number}" for number in range(CALLERS))
    }
    expected = {caller: share.number if share else 2 for caller, share in shares.items()}
    assert set(expected.values()) == {1, 2}

    wait_for(
        lambda: True if versions_by_caller(stage) == expected else None,
        what="each caller's own version",
        seconds=30.0,
    )
    assert versions_by_caller(stage) == expected
    checkout.windvane("rollback", MODEL, "--reason", "enough")
    wait_for(
        lambda: True if set(versions_by_caller(stage).values()) == {2} else None,
        what="the champion's answer to every caller",
        seconds=30.0,
    )
    stopped = checkout.windvane("ab", "stop", MODEL, "older", "--json").document
    assert (stopped["state"], stopped["champion"]) == ("stopped", 2)
    assert stopped["reason"] == f"{MODEL}/2 was given all callers again by hand"


def test_rolls_back_and_promotes_with_an_audit_trail(
    checkout: TestCheckout, stage: DeployedStage, tmp_path: Path
) -> None:
    for seed in (5, 6):
        rows = write_rows(tmp_path / f"firings{seed}.csv", rows=600, seed=seed)
        checkout.windvane("data", "add", MODEL, str(rows))
        checkout.windvane("train", MODEL)
    wait_for_version(checkout, 2)

    back = checkout.windvane("rollback", MODEL, "--reason", "complaints", "--json").document
    wait_for_version(checkout, 1)
    refused = checkout.windvane("promote", f"{MODEL}/9", code=1)
    checkout.windvane("promote", f"{MODEL}/2", "--reason", "a mistake")
    wait_for_version(checkout, 2)

    assert (back["number"], back["previous"]) == (1, 2)
    assert f"{MODEL}/9" in refused.stderr
    trail = wiring.registry(stage).list_audit(MODEL)
    assert [(entry.action, entry.to_number) for entry in reversed(trail)] == [
        ("promote", 1),
        ("promote", 2),
        ("rollback", 1),
        ("promote", 2),
    ]
    assert trail[0].reason == "a mistake"
    assert trail[1].reason == "complaints"
    divide_callers(checkout, stage)
