"""Data and candidates that are refused leave everything as it was, and somebody is told."""

from pathlib import Path

from functions.cli import wiring
from functions.cli.stage import DeployedStage
from functions.contracts.dataset import QualityReport
from functions.contracts.naming import Alias
from tests.workflow.checkout import TestCheckout
from tests.workflow.kiln import write_rows
from tests.workflow.mailbox import Mailbox


def test_refuses_a_data_set_that_breaks_the_rules(
    checkout: TestCheckout, stage: DeployedStage, mailbox: Mailbox, tmp_path: Path
) -> None:
    model = "kiln_bad_data"
    rows = write_rows(tmp_path / "firings.csv", rows=400, seed=2)
    lines = rows.read_text().splitlines()
    lines[5] = "900.0,10,true,marzipan,no"
    lines[9] = "9999.0,10,true,porcelain,no"
    rows.write_text("\n".join(lines) + "\n")

    checkout.windvane("data", "add", model, str(rows))
    refused = checkout.windvane("train", model, "--json", code=1).document

    report = QualityReport.model_validate_json(
        wiring.bucket(stage.settings.data_bucket).read(refused["quality_report_key"])
    )
    by_column = {violation.column: violation for violation in report.violations}
    assert refused["outcome"] == "rejected_data"
    assert not report.passed
    assert (by_column["clay"].count, by_column["clay"].row_numbers) == (1, (5,))
    assert by_column["clay"].examples == ("marzipan",)
    assert (by_column["temperature"].count, by_column["temperature"].row_numbers) == (1, (9,))
    assert wiring.registry(stage).list_versions(model) == ()
    assert model in mailbox.read()


def test_keeps_the_champion_when_the_gates_fail(
    checkout: TestCheckout, stage: DeployedStage, mailbox: Mailbox, tmp_path: Path
) -> None:
    model = "kiln_failing_gates"
    good = write_rows(tmp_path / "good.csv", rows=800, seed=3)
    noise = write_rows(tmp_path / "noise.csv", rows=2400, seed=4, noise=1.0)
    registry = wiring.registry(stage)

    checkout.windvane("data", "add", model, str(good))
    checkout.windvane("train", model)
    before = registry.find_alias(model, Alias.CHAMPION)
    checkout.windvane("data", "add", model, str(noise))
    refused = checkout.windvane("train", model, "--json", code=1)

    failed = [
        gate["gate"] for gate in refused.document["gate_report"]["gates"] if not gate["passed"]
    ]
    assert refused.document["outcome"] == "rejected_by_gates"
    assert "absolute.roc_auc_score" in failed
    assert "roc_auc_score" in refused.stderr
    assert before is not None
    assert registry.find_alias(model, Alias.CHAMPION) == before
    assert len(registry.list_versions(model)) == 1
    assert [str(record.outcome) for record in registry.list_executions(model)] == [
        "rejected_by_gates",
        "promoted",
    ]
    assert model in mailbox.read()
