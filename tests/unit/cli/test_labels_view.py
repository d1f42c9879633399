"""`windvane labels add` and `status`, with JoinGroundTruth as it is deployed."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.aws.capture_compaction import compact_captures
from functions.cli import labels_view, wiring
from functions.cli.errors import UsageError
from functions.cli.output import Output
from functions.contracts.naming import Alias
from functions.core.hourly_merge import KnownVersion
from functions.core.labelled_records import LabelFileError
from functions.monitoring.join_ground_truth import join_ground_truth
from functions.monitoring.ports import LabelPorts
from tests.fakes.documents import NOW, alias_pointer
from tests.fakes.senders import RecordingMetrics
from tests.unit.cli.captures_world import CapturesWorld
from tests.unit.core.drift_world import spec

LATER = NOW + timedelta(minutes=1)


@dataclass
class Joiner:
    """The function join_ground_truth."""

    ports: LabelPorts

    def invoke(self, function: str, payload: str) -> Mapping[str, Any]:
        assert (function, payload) == ("join_ground_truth_function", "{}")
        compact_captures(self.ports.captures, self.ports.find, now=lambda: NOW, until=LATER)
        output = join_ground_truth(self.ports, now=lambda: NOW, until=LATER)
        return output.model_dump(mode="json")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> CapturesWorld:
    world = CapturesWorld()
    world.enter(monkeypatch)
    world.register()
    artifact = world.registry.get("car", 1).artifact
    pointer = alias_pointer(1, model="car").model_copy(update={"artifact": artifact})
    world.registry.aliases["car", Alias.CHAMPION] = pointer
    known = KnownVersion(spec())
    ports = LabelPorts(
        captures=world.captures,
        registry=world.registry,
        find=lambda _model, _number: known,
        find_spec=lambda _model: None,
        metrics=RecordingMetrics(),
        horizon_days=90,
    )
    monkeypatch.setattr(wiring, "functions", lambda: Joiner(ports))
    return world


def _add(file: Path) -> dict[str, Any]:
    stdout = io.StringIO()
    labels_view.add(Output(as_json=True, stdout=stdout), model="car", file=file, stage=None)
    return json.loads(stdout.getvalue())


def _status(*, as_json: bool = True, join: bool = True) -> str:
    stdout, stderr = io.StringIO(), io.StringIO()
    out = Output(as_json=as_json, stdout=stdout, stderr=stderr)
    labels_view.show_status(out, model="car", span=(None, "day"), join=join, stage=None)
    return stdout.getvalue() + stderr.getvalue()


def _file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("labels.csv", "inference_id,value\na/0,1\na/1,0\n"),
        ("labels.jsonl", '{"id": "a/0", "label": 1}\n{"id": "a/1", "label": 0}\n'),
        (
            "sagemaker.jsonl",
            '{"groundTruthData": {"data": "1", "encoding": "CSV"}, '
            '"eventMetadata": {"eventId": "a/0"}, "eventVersion": "0"}\n'
            '{"groundTruthData": {"data": "0", "encoding": "CSV"}, '
            '"eventMetadata": {"eventId": "a/1"}, "eventVersion": "0"}\n',
        ),
    ],
)
def test_a_files_labels_become_scores_of_their_predictions(
    name: str, text: str, world: CapturesWorld, tmp_path: Path
) -> None:
    world.capture("a", 4)

    said = _add(_file(tmp_path, name, text))
    status = json.loads(_status())

    (window,) = status["windows"]
    assert said["reported"] == 2
    assert (window["predicted"], window["labelled"], window["coverage"]) == (4, 2, 0.5)
    assert window["median_delay_seconds"] == pytest.approx(7200, rel=0.01)
    assert 0.0 <= window["scores"]["roc_auc_score"] <= 1.0
    assert window["versions"][0]["version"] == 1
    assert status["days_without_labels"] == 0.0


def test_shows_contradictions_and_what_waits(world: CapturesWorld, tmp_path: Path) -> None:
    world.capture("a", 4)
    _add(_file(tmp_path, "first.csv", "id,value\na/0,1\n"))
    _status()
    _add(_file(tmp_path, "second.csv", "id,value\na/0,0\nnobody,1\n"))

    said = _status(as_json=False)

    lines = said.splitlines()
    assert "contradictory: a/0 = 0: 1 was reported first and stands" in lines
    assert any(line.split() == ["contradictory", "1"] for line in lines)
    assert any(line.split() == ["waiting", "(whole", "stage)", "1"] for line in lines)
    assert "25.0%" in said
    assert "joined 1 new objects: 1 contradictory" in lines


def test_says_that_there_never_was_a_label(world: CapturesWorld) -> None:
    world.capture("a", 4)

    status = json.loads(_status(join=False))

    assert (status["windows"], status["newest_label_at"], status["waiting"]) == ([], None, 0)


def test_reports_nothing_of_a_file_with_a_wrong_row(world: CapturesWorld, tmp_path: Path) -> None:
    before = dict(world.captures.versions)

    with pytest.raises(LabelFileError, match="row 2: value: expected one of the classes 0, 1"):
        _add(_file(tmp_path, "labels.csv", "id,value\na,1\nb,7\n"))

    assert world.captures.versions == before


def test_says_that_a_model_has_no_champion(world: CapturesWorld, tmp_path: Path) -> None:
    world.registry.aliases.clear()

    with pytest.raises(UsageError, match="car has no champion on stage local"):
        _add(_file(tmp_path, "labels.csv", "id,value\na,1\n"))
