"""Fire drills on a deployed stage: each link lives, and nothing of the drill stays."""

from pathlib import Path

from functions.cli import wiring
from functions.cli.stage import DeployedStage
from functions.contracts import keys
from functions.contracts.naming import Alias
from tests.workflow.checkout import TestCheckout
from tests.workflow.rollout_stories import add_rows

MODEL = "kiln_drilled"


def drilled(checkout: TestCheckout, kind: str) -> dict[str, str]:
    """Run a drill; return what was found of each link."""
    document = checkout.windvane("drill", kind, MODEL, "--wait", "60", "--json").document
    assert document["passed"], document
    return {link["link"]: link["text"] for link in document["links"] if link["status"] == "alive"}


def test_proves_each_link_and_leaves_nothing(
    checkout: TestCheckout, stage: DeployedStage, tmp_path: Path
) -> None:
    for seed in (31, 32):  # drift of so few columns takes 702 rows on each side to tell
        add_rows(checkout, MODEL, tmp_path, seed=seed, rows=1300)
        checkout.windvane("train", MODEL)
    registry, ledger = wiring.registry(stage), wiring.ledger(stage)
    champion = registry.find_alias(MODEL, Alias.CHAMPION)
    assert champion is not None
    versions = registry.list_versions(MODEL)

    drift = drilled(checkout, "drift")
    fault = drilled(checkout, "data-fault")
    back = drilled(checkout, "rollback")

    assert drift["trigger"].startswith("drilled: drift-")
    assert drift["outcome"] == "rejected_by_gates, and no version was registered"
    assert drift["notice"] == f"runs: Fire drill: {MODEL}: new candidate refused by its gates"
    assert "1000 times as large" in fault["injected"]
    assert fault["held back"].startswith("hold: ")
    assert fault["notice"] == f"page: Fire drill: [page] {MODEL} on local: data_fault"
    assert back["pointer"] == f"all callers get {MODEL}/2 again"
    now = registry.find_alias(MODEL, Alias.CHAMPION)
    assert now is not None
    assert (now.number, now.shares) == (champion.number, ())
    assert registry.list_versions(MODEL) == versions
    book = ledger.read(MODEL)
    assert (book.lease, book.rejected_in_a_row) == (None, 0)
    captures = wiring.bucket(stage.settings.captures_bucket)
    left = [item.key for item in captures.list(keys.DRILLS_PREFIX) if MODEL in item.key]
    assert left == [keys.drill_announcement(MODEL)]
