"""Batch jobs as users run them, on the deployed stage."""

import csv
import hashlib
import json
from pathlib import Path

import pytest

from functions.aws import clients
from functions.cli import wiring
from functions.cli.stage import DeployedStage
from functions.contracts import keys
from functions.contracts.batch import job_id
from functions.contracts.batch_format import BatchFormat
from functions.contracts.naming import Alias
from tests.workflow.checkout import TestCheckout
from tests.workflow.kiln import write_rows

MODEL = "kiln_batch"
ROWS = 90
BAD = {7: "hot", 55: "cold"}


@pytest.fixture(scope="module")
def champion(checkout: TestCheckout, stage: DeployedStage, tmp_path_factory) -> int:
    """A champion of the model, trained as a user trains it."""
    rows = write_rows(tmp_path_factory.mktemp("rows") / "firings.csv", rows=600, seed=5)
    checkout.windvane("data", "add", MODEL, str(rows))
    checkout.windvane("train", MODEL)
    return wiring.registry(stage).find_alias(MODEL, Alias.CHAMPION).number


@pytest.fixture
def firings(tmp_path: Path) -> Path:
    """Rows to predict, two of which cannot be."""
    path = write_rows(tmp_path / "firings.csv", rows=ROWS, seed=6)
    rows = _read(path)
    for number, value in BAD.items():
        rows[number - 1]["temperature"] = value
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def results(folder: Path) -> list[dict[str, str]]:
    with (folder / "part-00000.csv").open() as file:
        return list(csv.DictReader(file))


@pytest.mark.usefixtures("champion")
def test_predicts_every_row_once_and_says_why_others_are_refused(
    checkout: TestCheckout, firings: Path, tmp_path: Path
) -> None:
    answer = checkout.windvane(
        "batch", MODEL, str(firings), str(tmp_path / "out"), "--chunk-rows", "20", "--json"
    ).document

    assert (answer["rows"], answer["predicted"], answer["refused"]) == (ROWS, ROWS - 2, 2)
    rows = [int(row["row"]) for row in results(tmp_path / "out")]
    assert rows == [n for n in range(1, ROWS + 1) if n not in BAD]
    with (tmp_path / "out" / "refused.csv").open() as file:
        refused = {int(row["row"]): row["reason"] for row in csv.DictReader(file)}
    assert refused == {n: f"temperature: expected a number, got {v}" for n, v in BAD.items()}


@pytest.mark.usefixtures("champion")
def test_answers_what_the_api_answers(
    checkout: TestCheckout, firings: Path, tmp_path: Path
) -> None:
    lines = [json.dumps(_record(row)) for row in _read(firings) if row["temperature"][0] in "1789"]
    (tmp_path / "rows.jsonl").write_text("\n".join(lines[:30]))

    checkout.windvane("batch", MODEL, str(tmp_path / "rows.jsonl"), str(tmp_path / "out"))
    asked = checkout.windvane(
        "predict", MODEL, "--file", str(tmp_path / "rows.jsonl"), "--json"
    ).document

    lines = (tmp_path / "out" / "part-00000.jsonl").read_text().splitlines()
    written = [json.loads(line) for line in lines]
    for ours, theirs in zip(written, asked["predictions"], strict=True):
        assert ours["label"] == theirs["label"]
        assert ours["probability"] == pytest.approx(theirs["probability"], rel=1e-6)


def test_goes_on_after_a_failure_at_a_chunk(
    checkout: TestCheckout, stage: DeployedStage, champion: int, firings: Path, tmp_path: Path
) -> None:
    sha256 = hashlib.sha256(firings.read_bytes()).hexdigest()
    job = job_id(MODEL, champion, ((firings.name, sha256),), BatchFormat.CSV, (), 11)
    broken = {"Bucket": stage.settings.data_bucket, "Key": keys.batch_output(MODEL, job, 3)}
    storage = clients.make_client("s3")
    storage.put_object(**broken, Body=b"no array")
    arguments = ("batch", MODEL, str(firings), str(tmp_path / "out"), "--chunk-rows", "11")

    failed = checkout.windvane(*arguments, code=1)
    storage.delete_object(**broken)
    again = checkout.windvane(*arguments, "--json").document

    assert "chunk 3: " in failed.stderr
    assert "are no .npy file" in failed.stderr
    assert "the same command goes on" in failed.stderr
    assert (again["job"], again["number"]) == (job, champion)
    rows = [int(row["row"]) for row in results(tmp_path / "out")]
    assert rows == [n for n in range(1, ROWS + 1) if n not in BAD]


@pytest.mark.usefixtures("champion")
@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("nothing.csv", "out"), 2, "nothing.csv is not there"),
        (("functions", "out"), 2, "holds no file of rows"),
    ],
)
def test_refuses_what_is_no_source(
    checkout: TestCheckout, arguments: tuple[str, ...], code: int, words: str
) -> None:
    answer = checkout.windvane("batch", MODEL, *arguments, "--version", "1", code=code)

    assert words in answer.stderr


def _record(row: dict[str, str]) -> dict[str, object]:
    record: dict[str, object] = {
        "temperature": float(row["temperature"]),
        "glazed": row["glazed"].lower() == "true",
        "clay": row["clay"],
    }
    if row["thickness_mm"]:
        record["thickness_mm"] = int(float(row["thickness_mm"]))
    return record


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))
