"""DetectDrift decides by labels: what its report and its metrics say, and what runs are told."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from functions.contracts import keys
from functions.contracts.alerts import Alerts
from functions.contracts.drift import DriftReport
from functions.contracts.labels import LabelChange
from functions.contracts.messages import DetectDriftInput, WentBack
from functions.contracts.model_spec import DriftPolicy
from functions.contracts.naming import Alias
from functions.contracts.retraining import RetrainingBook, RetrainingRun
from functions.monitoring.detect_drift import detect_drift
from tests.fakes.object_store import CountingStore
from tests.unit.core.drift_world import Matrix, model_spec, rows
from tests.unit.core.labels_world import DAY, held_out, ledger, run_about
from tests.unit.monitoring.ledger_documents import MODEL, ledger_documents
from tests.unit.monitoring.window_world import NOW, WindowWorld, capture_lines

MIDNIGHT = NOW.replace(hour=0)
FIRST = MIDNIGHT - 8 * DAY
SINCE = MIDNIGHT - 2 * DAY
CHANGED = [2.0] * 6 + [-2.0] * 3
SPEC = model_spec().model_copy(
    update={
        "drift": DriftPolicy(window_hours=24, whole_windows=False),
        "alerts": Alerts(
            page=("data_fault", "accuracy_score < 0.5"),
            retrain=("label_change", "drift"),
            note=("harder_rows",),
        ),
    }
)


@pytest.fixture
def world() -> WindowWorld:
    world = WindowWorld(captures=CountingStore())
    world.publish()
    losses = world.models.write("held_out", held_out().model_dump_json().encode(), content_type="x")
    pointer = world.registry.aliases[MODEL, Alias.CHAMPION]
    kept = pointer.artifact.model_copy(update={"held_out": losses})
    world.registry.aliases[MODEL, Alias.CHAMPION] = pointer.model_copy(update={"artifact": kept})
    return world


def detect(
    world: WindowWorld,
    *runs: RetrainingRun,
    slopes: list[float] = CHANGED,
    matrix: Matrix | None = None,
    at: datetime = NOW,
) -> tuple[DriftReport, dict[str, float], LabelChange]:
    """The report, the metrics and what is noted after a window and these days of labels."""
    assert isinstance(world.captures, CountingStore)
    ledger_documents(ledger(slopes, first=FIRST), store=world.captures)
    world.deliver(capture_lines(rows(2000, seed=2) if matrix is None else matrix))
    world.registry.ledger.books[MODEL] = RetrainingBook(model=MODEL, runs=runs)
    ports = replace(world.ports, ledger=world.registry.ledger)
    output = detect_drift(DetectDriftInput(model=MODEL), spec=SPEC, ports=ports, now=at)
    report = DriftReport.model_validate_json(world.captures.read(str(output.json_key)))
    noted = LabelChange.model_validate_json(world.captures.read(keys.label_change(MODEL)))
    return report, {value.metric: value.value for _, value, _ in world.metrics.values}, noted


def test_asks_for_retraining_since_labels_have_changed(world: WindowWorld) -> None:
    report, metrics, noted = detect(world)

    assert (report.action, report.since) == ("retrain", SINCE)
    assert metrics["RetrainLabelChange"] == 1.0
    assert metrics["RetrainInputDrift"] == metrics["NoteHarderRows"] == 0.0
    assert (noted.since, noted.labelled_rows, noted.version) == (SINCE, 1200, 1)
    assert report.labelled is not None
    assert report.labelled.rows == 400
    assert metrics["PageAccuracyScore0.5"] == 1.0


def test_asks_for_nothing_while_labels_come_as_they_should(world: WindowWorld) -> None:
    report, metrics, noted = detect(world, slopes=[2.0] * 9)

    assert (report.action, report.since, noted.since) == ("carry_on", None, None)
    assert metrics["RetrainLabelChange"] == metrics["PageAccuracyScore0.5"] == 0.0


def test_holds_retraining_back_while_the_data_are_at_fault(world: WindowWorld) -> None:
    broken = rows(2000, seed=2)
    broken[:, 0] *= 1000.0

    report, metrics, noted = detect(world, matrix=broken)

    (state,) = (each for each in report.alerts if each.kind == "label_change")
    assert (report.action, noted.since) == ("hold", None)
    assert state.holds
    assert "a data fault" in str(state.held_back)
    assert metrics["RetrainLabelChange"] == 0.0
    assert metrics["PageDataFault"] == 1.0


def test_asks_no_more_after_a_run_that_found_nothing_better(world: WindowWorld) -> None:
    tried = run_about(SINCE, at=MIDNIGHT + timedelta(hours=1), rows=1200)

    report, metrics, noted = detect(world, tried)

    assert metrics["RetrainLabelChange"] == 0.0
    assert (report.action, noted.since) == ("page", None)
    assert "accuracy_score is " in report.action_reason


@pytest.mark.parametrize(("held_for", "asks"), [(DAY, False), (timedelta(0), True)])
def test_asks_again_once_what_the_last_run_found_is_held_no_longer(
    world: WindowWorld, held_for: timedelta, asks: bool
) -> None:
    back = WentBack(to=FIRST, held_until=NOW + held_for)
    tried = run_about(SINCE, at=MIDNIGHT + timedelta(hours=1), rows=1200).model_copy(
        update={"went_back": back}
    )

    report, metrics, noted = detect(world, tried)

    (state,) = (each for each in report.alerts if each.kind == "label_change")
    held_back = f"it is learned from {back.held_until:%Y-%m-%d %H:%M} UTC on, if it lasts"
    assert state.holds
    assert metrics["RetrainLabelChange"] == float(asks)
    assert (noted.since, noted.labelled_rows) == (SINCE, 1200)
    assert (state.held_back is None) is asks
    assert (held_back in str(state.held_back), held_back in report.action_reason) == (
        (False, False) if asks else (True, True)
    )


def test_says_of_a_retraining_for_drift_nothing_about_labels(world: WindowWorld) -> None:
    shifted = rows(2000, seed=2, shift=1.0)

    report, metrics, noted = detect(world, slopes=[2.0] * 9, matrix=shifted)

    assert (report.action, report.since, noted.since) == ("retrain", None, None)
    assert metrics["RetrainInputDrift"] == 1.0
    assert metrics["RetrainLabelChange"] == 0.0
