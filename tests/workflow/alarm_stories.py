"""What becomes of a model's data, and the real steps that judge it: every condition, and its end.

A story lays captures, answers or labels of which a condition is true (or, `well`, of which none is)
and runs DetectDrift or JoinGroundTruth on them at a moment. All that such a step emits goes to the
metrics it is given; nothing here says what holds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np

from functions.contracts.alerts import ConditionKind
from functions.contracts.artifact import StoredObject
from functions.contracts.estimates import Calibration, Estimator, MetricReference
from functions.contracts.labels import LabelGroup, LabelHour
from functions.contracts.messages import DetectDriftInput
from functions.contracts.model_spec import ModelSpec, Task
from functions.contracts.naming import Alias
from functions.core.labelled_sums import numeric_counts, sum_scores
from functions.core.ports import MetricSink, ObjectStore
from functions.monitoring.detect_drift import detect_drift
from functions.monitoring.join_ground_truth import join_ground_truth
from tests.fakes.object_store import CountingStore
from tests.unit.core.drift_world import Matrix, answers, rows
from tests.unit.core.labels_world import KNOWN_SLOPE, held_out
from tests.unit.monitoring.label_world import LabelWorld
from tests.unit.monitoring.ledger_documents import ledger_documents
from tests.unit.monitoring.window_world import WindowWorld, capture_lines
from tests.workflow.alarmed import MODEL

BINARY = Task.BINARY_CLASSIFICATION
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LABELLED_DAYS = 9
WELL, BROKEN = 1.0, -1.0
"""Times the slope that the champion knows: what it says comes true, or the reverse."""


@dataclass(frozen=True, slots=True)
class Telling:
    """A step that is about to be run: of which model, and when; where it emits and reports to."""

    spec: ModelSpec
    metrics: MetricSink
    reports: ObjectStore
    at: datetime


@dataclass
class ReportingStore(CountingStore):
    """Captures in memory; a report is stored in `reports`, too, where people are told of it."""

    reports: ObjectStore = field(default_factory=CountingStore)

    def write(self, key: str, body: bytes, *, content_type: str) -> StoredObject:
        if key.startswith("reports/"):
            self.reports.write(key, body, content_type=content_type)
        return super().write(key, body, content_type=content_type)


Step = Callable[[Telling], None]


def a_broken_table(telling: Telling) -> None:
    """Somebody writes amounts in another unit."""
    broken = rows(2000, seed=2)
    broken[:, 0] *= 1000
    judge_window(telling, broken)


def another_population(telling: Telling) -> None:
    """Amounts have become larger, and the answers with them."""
    judge_window(telling, rows(2000, seed=2, shift=1.0))


def an_unsure_model(telling: Telling) -> None:
    """The rows are as ever, but the champion's answers say nothing any more."""
    unsure = np.full((2000, 2), 0.5, dtype=np.float32)
    judge_window(telling, rows(2000, seed=2), outputs=unsure)


def another_world(telling: Telling) -> None:
    """For three days labels have come out as the reverse of what the champion says."""
    judge_window(telling, rows(2000, seed=2), slopes=BROKEN)


def borderline_rows(telling: Telling) -> None:
    """For three days the labelled rows have been harder, and the champion knew it."""
    judge_window(telling, rows(2000, seed=2), spread=0.2)


def labels_stay_away(telling: Telling) -> None:
    """Two days ago there were predictions, and no label has come since."""
    join_labels(telling, {})


def a_usual_day(telling: Telling) -> None:
    """Rows, answers and labels are as they were in training."""
    judge_window(telling, rows(2000, seed=2))


def a_label_comes(telling: Telling) -> None:
    """A label of the predictions of two days ago has come."""
    join_labels(telling, {"a/0": 1})


TROUBLES: Mapping[Step, frozenset[ConditionKind]] = {
    a_broken_table: frozenset({ConditionKind.DATA_FAULT}),
    another_population: frozenset({ConditionKind.INPUT_DRIFT, ConditionKind.PREDICTION_DRIFT}),
    an_unsure_model: frozenset({ConditionKind.ESTIMATED_LOSS}),
    another_world: frozenset({ConditionKind.LABEL_CHANGE, ConditionKind.SCORE}),
    borderline_rows: frozenset({ConditionKind.HARDER_ROWS}),
    labels_stay_away: frozenset({ConditionKind.NO_LABELS}),
}
"""The conditions whose alarms each trouble must raise."""

ALL_WELL: tuple[Step, ...] = (a_usual_day, a_label_comes)


def judge_window(
    telling: Telling,
    matrix: Matrix,
    *,
    outputs: Matrix | None = None,
    slopes: float = WELL,
    spread: float = 1.0,
) -> None:
    """Run DetectDrift on rows of two hours ago; the labels' last three days are as given."""
    world = WindowWorld(captures=ReportingStore(reports=telling.reports))
    _publish(world)
    _keep_labels(world, telling.at, slopes, spread)
    hours_ago = telling.at - 2 * HOUR
    world.deliver(capture_lines(matrix, at=hours_ago, outputs=outputs), arrived=hours_ago)
    ports = replace(world.ports, metrics=telling.metrics)
    message = DetectDriftInput(model=MODEL)
    detect_drift(message, spec=telling.spec, ports=ports, now=telling.at)


def join_labels(telling: Telling, labels: dict[str, object]) -> None:
    """Run JoinGroundTruth on labels of predictions of two days ago."""
    world = LabelWorld(model=telling.spec)
    world.predict(rows(40, seed=3), at=telling.at - 2 * DAY)
    if labels:
        world.report(labels, at=telling.at - HOUR / 2)
    join_ground_truth(
        replace(world.ports, metrics=telling.metrics),
        now=lambda: telling.at,
        until=telling.at + HOUR / 12,
    )


def _publish(world: WindowWorld) -> None:
    """Make a champion that can estimate its accuracy, and knows its held-out losses."""
    sureness = float(answers(rows(4000, seed=1)).max(axis=1).mean())
    reference = MetricReference(
        metric="accuracy_score",
        mean=sureness,
        deviation=0.01,
        chunk_rows=1000,
        row_deviation=0.3,
    )
    estimator = Estimator(
        task=BINARY, rows=10_000, references=(reference,), calibrations=(Calibration(),)
    )
    world.publish(estimator=estimator, kept=rows(4000, seed=1))
    losses = world.models.write("held_out", held_out().model_dump_json().encode(), content_type="x")
    pointer = world.registry.aliases[MODEL, Alias.CHAMPION]
    known = pointer.artifact.model_copy(update={"held_out": losses})
    world.registry.aliases[MODEL, Alias.CHAMPION] = pointer.model_copy(update={"artifact": known})


def _keep_labels(world: WindowWorld, at: datetime, slopes: float, spread: float) -> None:
    newest = (at - 3 * HOUR).replace(minute=0, second=0, microsecond=0)
    first = newest - (LABELLED_DAYS - 1) * DAY
    before, days = (WELL, 1.0), range(LABELLED_DAYS)
    of_days = [before if day < LABELLED_DAYS - 3 else (slopes, spread) for day in days]
    hours = [_labelled_hour(first + day * DAY, 100 + day, *of_days[day]) for day in days]
    assert isinstance(world.captures, CountingStore)
    ledger_documents(hours, store=world.captures)


def _labelled_hour(hour: datetime, seed: int, slopes: float, spread: float) -> LabelHour:
    """Four hundred labelled rows; those of a small spread lie where an answer is a half."""
    rng = np.random.default_rng(seed)
    x = KNOWN_SLOPE * spread * rng.normal(size=400)
    truth = (rng.random(400) < 1 / (1 + np.exp(-slopes * x))).astype(np.int64)
    said = 1 / (1 + np.exp(-x))
    group = LabelGroup(
        version=1,
        variant="champion",
        labelled=400,
        delay=numeric_counts(np.zeros(400, dtype=np.float32)),
        sums=sum_scores(BINARY, truth, np.column_stack([1 - said, said]).astype(np.float32)),
    )
    return LabelHour(hour=hour, groups=(group,))
