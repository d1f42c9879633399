"""Commands about the deployment itself."""

from pathlib import Path

import pytest

from functions.cli.stage import DeployedStage
from tests.workflow.checkout import TestCheckout
from tests.workflow.kiln import write_rows


def test_doctor_finds_a_deployed_stage_in_order(checkout: TestCheckout) -> None:
    findings = checkout.windvane("doctor", "--json").document

    assert all(finding["passed"] for finding in findings), findings
    assert {"node", "cdk", "models", "stage", "prediction API"} <= {
        finding["subject"] for finding in findings
    }


def test_doctor_names_what_is_missing(checkout: TestCheckout) -> None:
    findings = checkout.windvane("doctor", "--stage", "nowhere", "--json", code=1).document

    assert [finding["subject"] for finding in findings if not finding["passed"]] == ["stage"]


def test_says_where_the_cloud_is(checkout: TestCheckout, request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--endpoint-url", default=None):
        pytest.skip("somebody else runs the emulator")

    status = checkout.windvane("local", "status", "--json").document

    assert status["up"]
    assert status["api_url"].startswith("http://localhost:")


def test_judges_no_window_by_too_few_rows(
    checkout: TestCheckout, stage: DeployedStage, tmp_path: Path
) -> None:
    model = "kiln_calm"
    rows = write_rows(tmp_path / "firings.csv", rows=600, seed=8)
    checkout.windvane("data", "add", model, str(rows))
    checkout.windvane("train", model)
    predicted = checkout.windvane(
        "predict", model, "--file", str(rows), "--output", str(tmp_path / "answers.csv"), "--json"
    ).document

    labelled = checkout.windvane(
        "label",
        model,
        "--id",
        predicted["predictions"][0]["inference_id"],
        "--value",
        "no",
        "--json",
    ).document
    judged = checkout.windvane(
        "drift", model, "--save", str(tmp_path / "report"), "--json"
    ).document
    labels = tmp_path / "labels.jsonl"
    ids = [answer["inference_id"] for answer in predicted["predictions"][1:4]]
    labels.write_text("".join(f'{{"id": "{name}", "label": "no"}}\n' for name in ids))
    added = checkout.windvane("labels", "add", model, str(labels), "--json").document
    standing = checkout.windvane("labels", "status", model, "--join", "--json").document

    assert added["reported"] == 3
    assert sum(window["predicted"] for window in standing["windows"]) == 600
    assert sum(window["labelled"] for window in standing["windows"]) in {3, 4}
    assert len(predicted["predictions"]) == 600
    assert len((tmp_path / "answers.csv").read_text().splitlines()) == 601
    assert labelled["reported"] == 1
    assert judged["verdict"] in {"ok", "not_enough_rows"}
    assert judged["current_rows"] == 600
    assert {file.name for file in (tmp_path / "report").iterdir()} == {"drift.json", "drift.html"}
    assert stage.name == "local"
