"""A folder that a user drops in is a model: nothing else is changed."""

import json
from pathlib import Path

from functions.cli import wiring
from functions.cli.stage import DeployedStage
from functions.contracts.metrics import namespace
from tests.workflow.checkout import TestCheckout
from tests.workflow.kiln import RECORD, write_rows

STATE_LIMIT_BYTES = 200 * 1024
MODEL = "kiln_first_champion"


def test_trains_serves_and_is_watched(
    checkout: TestCheckout, stage: DeployedStage, tmp_path: Path
) -> None:
    rows = write_rows(tmp_path / "firings.csv", rows=1500, seed=1)

    checked = checkout.windvane("models", "check", MODEL, "--json").document
    added = checkout.windvane("data", "add", MODEL, str(rows), "--json").document
    trained = checkout.windvane("train", MODEL, "--json").document
    predicted = checkout.windvane(
        "predict", MODEL, "--record", json.dumps(RECORD), "--json"
    ).document

    assert checked["problems"] == []
    assert [file["added"] for file in added["files"]] == [True]
    assert trained["outcome"] == "promoted"
    assert trained["gate_report"]["scores"]["roc_auc_score"] > 0.9
    assert trained["largest_state_bytes"] < STATE_LIMIT_BYTES
    (prediction,) = predicted["predictions"]
    assert (prediction["version"], prediction["label"]) == (1, "yes")
    assert prediction["probability"] > 0.9
    assert wiring.alarms().of_namespace(namespace(stage.name, MODEL)) != ()
    shown = checkout.windvane("models", "list", "--json").document
    assert f"{MODEL}/1" in [row["champion"] for row in shown]
    _tells_the_same_again(checkout, trained["execution"], rows)


def _tells_the_same_again(checkout: TestCheckout, execution: str, rows: Path) -> None:
    """The other commands find what was done."""
    again = checkout.windvane("data", "add", MODEL, str(rows), "--json").document
    listed = checkout.windvane("data", "list", MODEL, "--json").document
    shown = checkout.windvane("runs", "show", execution, "--json").document
    watched = checkout.windvane("runs", "watch", execution)
    (run,) = checkout.windvane("runs", "list", MODEL, "--json").document
    (version,) = checkout.windvane("versions", MODEL, "--json").document
    refused = checkout.windvane(
        "predict", MODEL, "--record", json.dumps({**RECORD, "clay": 7}), code=1
    )

    assert [file["added"] for file in again["files"]] == [False]
    assert len(listed["files"]) == len(listed["dataset_versions"]) == 1
    assert shown["states"][0]["name"] == "Prepare"
    assert {state["status"] for state in shown["states"]} == {"done"}
    assert "✓ RollOut" in watched.stdout
    assert (run["execution"], run["outcome"], run["version"]) == (execution, "promoted", 1)
    assert (version["number"], version["aliases"]) == (1, ["champion"])
    assert "422" in refused.stderr
