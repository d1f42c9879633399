"""`windvane captures status` and `export`."""

import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from functions.cli import captures_view
from functions.cli.captures_view import read_window
from functions.cli.errors import UsageError
from functions.cli.output import Output
from functions.contracts.capture import FailureLine
from functions.contracts.keys import CAPTURES_PREFIX
from tests.fakes.documents import NOW
from tests.unit.cli.captures_world import CapturesWorld, CountedLetterBox
from tests.unit.core.test_log_batches import truth
from tests.unit.core.test_redriving import A


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> CapturesWorld:
    world = CapturesWorld()
    world.enter(monkeypatch)
    world.register()
    return world


def status(since: datetime | None = None) -> dict[str, Any]:
    stdout = io.StringIO()
    captures_view.show_status(
        Output(as_json=True, stdout=stdout), model="car", since=since, stage=None
    )
    return json.loads(stdout.getvalue())


def export(folder: Path, format_: str, since: datetime | None = None) -> dict[str, Any]:
    stdout = io.StringIO()
    captures_view.export(
        Output(as_json=True, stdout=stdout),
        model="car",
        folder=folder,
        format_=format_,
        window=(since, None),
        stage=None,
    )
    return json.loads(stdout.getvalue())


def test_counts_rows_failures_and_what_waits_or_was_lost(world: CapturesWorld) -> None:
    world.capture("a", 5)
    world.capture("a", 5)
    world.capture("b", variant="ab-1", version=2)
    world.capture("old", at=NOW - timedelta(days=3))
    failure = FailureLine(
        id="c", model="car", version=2, at=NOW, variant="ab-1", status=500, error="E"
    )
    world.deliver(CAPTURES_PREFIX, NOW, failure.model_dump_json(), '{"windvane": 1}')
    world.letters, world.lost_rows = CountedLetterBox({"1": A}), 3

    said = status()

    assert said["versions"] == [
        {"version": 1, "variant": "champion", "requests": 1, "rows": 5, "failures": 0},
        {"version": 2, "variant": "ab-1", "requests": 1, "rows": 1, "failures": 1},
    ]
    assert (said["rows"], said["failures"], said["unreadable_lines"]) == (6, 1, 1)
    assert said["lost_rows"] == 3


def test_sees_the_queue_of_the_stage(world: CapturesWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    world.letters = CountedLetterBox({"1": A, "2": A})
    world.letters.receive()
    world.enter(monkeypatch)

    assert status()["undelivered_batches"] == 2


def test_counts_what_was_sent_again_late(world: CapturesWorld) -> None:
    world.capture("a", at=NOW - timedelta(hours=20), delivered=NOW)

    assert status()["rows"] == 1


def test_tells_people_in_a_table(world: CapturesWorld, capsys: pytest.CaptureFixture[str]) -> None:
    world.capture("a", 5)

    captures_view.show_status(Output(as_json=False), model="car", since=None, stage=None)

    out = capsys.readouterr().out
    assert "car/1" in out
    assert "windvane captures redrive" in out


def test_writes_json_lines_with_what_came_true(world: CapturesWorld, tmp_path: Path) -> None:
    world.capture("a", 2)
    world.label(truth(1, "a/1"))

    said = export(tmp_path / "out", "jsonl")

    records = [json.loads(t) for t in (tmp_path / "out/captures.jsonl").read_text().splitlines()]
    assert [record["inference_id"] for record in records] == ["a/0", "a/1"]
    assert [record["ground_truth"] for record in records] == [None, 1]
    assert (said["rows"], said["ground_truth"], said["left_out"]) == (2, 1, 0)


def test_writes_a_table(world: CapturesWorld, tmp_path: Path) -> None:
    world.capture("a", 50)
    world.label(truth(1, "a/49"))

    export(tmp_path, "parquet")

    table = duckdb.read_parquet(str(tmp_path / "captures.parquet"))
    assert table.aggregate("count(*), count(ground_truth), min(version)").fetchall() == [(50, 1, 1)]
    assert [path.name for path in tmp_path.iterdir()] == ["captures.parquet"]


def test_writes_sagemakers_folders_anew_each_time(world: CapturesWorld, tmp_path: Path) -> None:
    world.capture("a", 2)
    world.capture("b", at=NOW - timedelta(hours=4), variant="ab-1")
    world.label(truth(1, "b"))

    first, second = export(tmp_path, "sagemaker"), export(tmp_path, "sagemaker")

    assert first == second
    files = {str(path.relative_to(tmp_path)): path for path in tmp_path.rglob("*.jsonl")}
    assert set(files) == {
        "captures/car/champion/2026/03/01/10/captures.jsonl",
        "captures/car/ab-1/2026/03/01/08/captures.jsonl",
        "ground_truth/2026/03/01/12/ground_truth.jsonl",
    }
    captured = files["captures/car/champion/2026/03/01/10/captures.jsonl"].read_text().splitlines()
    assert [json.loads(text)["eventMetadata"]["eventId"] for text in captured] == ["a/0", "a/1"]


@pytest.mark.parametrize("format_", ["jsonl", "parquet", "sagemaker"])
@pytest.mark.usefixtures("world")
def test_exports_nothing_where_nothing_was_captured(tmp_path: Path, format_: str) -> None:
    said = export(tmp_path, format_)

    assert said["rows"] == 0
    assert all(Path(name).exists() for name in said["files"])


def test_says_what_no_version_explains(
    world: CapturesWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world.capture("a", 2, version=9)

    captures_view.export(
        Output(as_json=False),
        model="car",
        folder=tmp_path,
        format_="jsonl",
        window=(None, None),
        stage=None,
    )

    assert "2 rows were left out: no registered version" in capsys.readouterr().out


def test_takes_a_day_unless_it_is_told() -> None:
    assert read_window((None, None), NOW) == (NOW - timedelta(hours=24), NOW)
    february = datetime(2026, 2, 1)  # noqa: DTZ001 - as typer reads it
    assert f"{read_window((february, None), NOW)[0]:%Y-%m-%d %Z}" == "2026-02-01 UTC"
    with pytest.raises(UsageError, match=r"^--since 2026-03-02T00:00:00 is not before"):
        read_window((datetime(2026, 3, 2), None), NOW)  # noqa: DTZ001 - as typer reads it
