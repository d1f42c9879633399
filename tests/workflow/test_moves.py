"""The champion is moved by people too, and requests are served by what it points at."""

import json
from pathlib import Path

from functions.cli import wiring
from functions.cli.demo.waiting import wait_for
from functions.cli.stage import DeployedStage
from tests.workflow.checkout import TestCheckout
from tests.workflow.kiln import RECORD, write_rows

MODEL = "kiln_moving_back"


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
