"""`windvane drift`: what it saves."""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from functions.cli import drift_view, wiring
from functions.cli.drift_view import Save, read_save
from functions.cli.errors import RefusedError, UsageError
from functions.cli.output import Output
from functions.contracts.drift import DriftReport, Verdict
from functions.contracts.messages import DetectDriftOutput
from functions.core.model_monitor_export import (
    constraints_document,
    statistics_document,
    violations_document,
)
from tests.fakes.documents import model_version
from tests.unit.cli.captures_world import CapturesWorld
from tests.unit.core.drift_world import profile, report, rows, spec

REFERENCE = profile(rows(4000, seed=1))
JSON_KEY, HTML_KEY = "drift/car/drift.json", "drift/car/drift.html"


@dataclass
class FakeDetector:
    """Answers what was judged."""

    judged: DetectDriftOutput

    def invoke(self, _function: str, _payload: str) -> Any:
        return self.judged.model_dump(mode="json")


def drifted() -> DriftReport:
    return report(rows(2000, seed=2, shift=1.0), REFERENCE)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> CapturesWorld:
    """A stage whose champion has drifted."""
    world = CapturesWorld()
    world.enter(monkeypatch)
    described, counted = (
        world.models.write(name, document.model_dump_json().encode(), content_type="x")
        for name, document in (("spec.json", spec()), ("profile.json", REFERENCE))
    )
    version = model_version(1, model="car")
    artifact = version.artifact.model_copy(update={"spec": described, "profile": counted})
    world.registry.add(version.model_copy(update={"artifact": artifact}))
    world.captures.write(JSON_KEY, drifted().model_dump_json().encode(), content_type="x")
    world.captures.write(HTML_KEY, b"<html>", content_type="x")
    answer(monkeypatch, verdict=Verdict.DRIFT, json_key=JSON_KEY, html_key=HTML_KEY)
    return world


def answer(monkeypatch: pytest.MonkeyPatch, **judged: str) -> None:
    found = DetectDriftOutput.model_validate(
        {"model": "car", "reason": "so", "current_rows": 0, "drifted_features": ("amount",)}
        | judged
    )
    monkeypatch.setattr(wiring, "functions", lambda: FakeDetector(found))


def run(save: Save | None, *, fail: bool = False) -> str:
    stdout = io.StringIO()
    drift_view.drift(
        Output(as_json=False, stdout=stdout),
        model="car",
        window=(None, None),
        save=save,
        fail=fail,
        stage=None,
    )
    return stdout.getvalue()


@pytest.mark.usefixtures("world")
def test_saves_the_report(tmp_path: Path) -> None:
    folder = tmp_path / "report"

    said = run(Save(folder, "windvane"))

    assert sorted(file.name for file in folder.iterdir()) == ["drift.html", "drift.json"]
    assert f"saved {folder / 'drift.json'}" in said


@pytest.mark.usefixtures("world")
def test_saves_the_files_of_model_monitor(tmp_path: Path) -> None:
    folder = tmp_path / "monitor"

    run(Save(folder, "sagemaker"))

    found = {file.name: json.loads(file.read_text("utf-8")) for file in folder.iterdir()}
    assert found == {
        "statistics.json": statistics_document(spec(), REFERENCE),
        "constraints.json": constraints_document(spec(), REFERENCE),
        "constraint_violations.json": violations_document(drifted()),
    }
    assert found["constraint_violations.json"]["violations"]


@pytest.mark.usefixtures("world")
def test_without_a_champion_there_is_nothing_to_save(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, verdict="no_champion")

    said = run(Save(tmp_path / "monitor", "sagemaker"))

    assert "no_champion" in said
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("world")
def test_fails_on_drift_after_the_files_are_written(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="car has drifted in amount"):
        run(Save(tmp_path, "sagemaker"), fail=True)

    assert (tmp_path / "constraint_violations.json").exists()


def test_a_format_needs_a_folder() -> None:
    assert read_save(None, "windvane") is None
    assert read_save(Path("there"), "sagemaker") == Save(Path("there"), "sagemaker")

    with pytest.raises(UsageError, match="say where with --save FOLDER"):
        read_save(None, "sagemaker")


@pytest.mark.usefixtures("world")
def test_says_what_the_kolmogorov_smirnov_statistic_may_miss() -> None:
    (amount,) = (column for column in drifted().features if column.name == "amount")
    assert amount.ks_statistic is not None
    assert amount.ks_error is not None

    lines = run(None).splitlines()

    (heading,) = (line for line in lines if line.startswith("feature "))
    (row,) = (line for line in lines if line.startswith("amount "))
    assert heading.index("KS error") > heading.index("KS ")
    assert f"{amount.ks_statistic:.4f}    {amount.ks_error:.4f}" in row
