"""What `windvane batch` does before and beside the workflow."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest

from functions.aws.executions import Execution
from functions.cli import wiring
from functions.cli.batch_view import Asked, batch, check_kept
from functions.cli.errors import UsageError
from functions.cli.output import Output
from functions.contracts import keys
from functions.contracts.batch import BatchInput, BatchReport
from tests.fakes.documents import NOW, model_version
from tests.fakes.object_store import InMemoryObjectStore
from tests.fakes.registry import InMemoryRegistry

MODEL = "loan_default"


class UploadStore(InMemoryObjectStore):
    """As the real one, takes files too."""

    def upload(self, key: str, path: Path) -> None:
        self.write(key, path.read_bytes(), content_type="application/octet-stream")


@dataclass
class BatchStage:
    """A stage whose batch workflow answers at once, as long as a job's rows are there."""

    store: UploadStore = field(default_factory=UploadStore)
    registry: InMemoryRegistry = field(default_factory=InMemoryRegistry)
    started: list[str] = field(default_factory=list)

    def enter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.registry.add(model_version(1, model=MODEL))
        settings = SimpleNamespace(data_bucket="data")
        monkeypatch.setattr(wiring, "open_stage", lambda _: SimpleNamespace(settings=settings))
        monkeypatch.setattr(wiring, "registry", lambda _: self.registry)
        monkeypatch.setattr(wiring, "bucket", lambda _: self.store)
        monkeypatch.setattr(wiring, "now", lambda: NOW)
        monkeypatch.setattr(wiring, "batch_executions", lambda _: self)
        monkeypatch.setattr(wiring, "batch_workflow", lambda _: self)

    def exists(self, name: str) -> bool:
        return name in self.started

    def describe(self, name: str) -> Execution:
        return Execution(name, "arn", "SUCCEEDED", NOW, NOW)

    def start(self, name: str, payload: str) -> None:
        self.started.append(name)
        job = BatchInput.model_validate_json(payload).job
        self.store.read(keys.batch_input(MODEL, job, "rows.csv"))
        report = BatchReport(
            model=MODEL,
            job=job,
            number=1,
            rows=0,
            predicted=0,
            refused=0,
            files=(),
            requested_at=NOW,
            ended_at=NOW,
        )
        key = keys.batch_result(MODEL, job, "report.json")
        self.store.write(key, report.model_dump_json().encode(), content_type="application/json")

    def expire(self, *but: str) -> None:
        """Remove all objects but those whose keys end so."""
        kept = {k: v for k, v in self.store.versions.items() if but and k.endswith(but)}
        self.store.versions = kept


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> BatchStage:
    made = BatchStage()
    made.enter(monkeypatch)
    return made


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    source = tmp_path / "rows.csv"
    source.write_text("id\n1\n")
    return Asked(MODEL, str(source), str(tmp_path / "out"), 1, (), None, 10)


@pytest.mark.parametrize(
    ("keep", "words"),
    [
        (("id", "row"), "--keep row: results have a column of that name; rename it"),
        (("Label",), "--keep Label: results have"),
        (("probability",), "--keep probability: results have"),
        (("value",), "--keep value: results have"),
        (("probability_gold",), "--keep probability_gold: results have"),
        (("id", "name", "ID"), "--keep ID: named twice"),
        (("id", "id"), "--keep id: named twice"),
    ],
)
def test_refuses_to_keep_what_collides_in_the_results(keep: tuple[str, ...], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        check_kept(keep)


def test_refuses_columns_to_keep_before_anything_is_done(stage: BatchStage) -> None:
    with pytest.raises(UsageError, match="--keep row"):
        batch(Output(as_json=True), Asked(MODEL, "x", "out", 1, ("row",), None, 10), stage=None)

    assert not stage.started
    assert not stage.store.versions


def test_fetches_what_is_done_without_another_attempt(stage: BatchStage, asked: Asked) -> None:
    batch(Output(as_json=True), asked, stage=None)
    stage.expire("job.json", "report.json")
    batch(Output(as_json=True), asked, stage=None)

    assert [name[-2:] for name in stage.started] == ["-1"]


@pytest.mark.parametrize("left", [(), ("job.json",), ("job.json", "rows.csv")])
def test_answers_again_what_expired_before_its_execution(
    left: tuple[str, ...], stage: BatchStage, asked: Asked, capsys: pytest.CaptureFixture[str]
) -> None:
    batch(Output(as_json=True), asked, stage=None)
    stage.expire(*left)
    capsys.readouterr()

    batch(Output(as_json=True), asked, stage=None)

    assert [name[-2:] for name in stage.started] == ["-1", "-2"]
    assert json.loads(capsys.readouterr().out)["rows"] == 0
