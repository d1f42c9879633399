"""What a data fault spoiled is not learned from later, until a person says that it is the world."""

import io
from datetime import datetime, timedelta

import numpy as np
import pytest

from functions.contracts import keys
from functions.contracts.capture import GroundTruthLine
from functions.contracts.fault_book import FaultDecision
from functions.contracts.messages import PrepareInput, PrepareOutput
from functions.core.fault_book import change_fault_book, decide_fault, read_fault_book
from functions.core.retraining_policy import Action
from functions.preparation.engine import EngineLimits
from functions.preparation.ports import Ports
from functions.preparation.prepare import prepare
from tests.fakes.object_store import InMemoryObjectStore
from tests.simulation.stream import HOUR, RETRAIN_ON_DRIFT, SCHEMA, Stream, model_spec
from tests.simulation.world import DAY, MODEL, START, World
from tests.unit.core.drift_world import Matrix

pytestmark = pytest.mark.slow

PERIOD = 2 * HOUR
ROWS = 150
FAULTY_ROWS = 2 * DAY // PERIOD * ROWS
SPEC = model_spec(alerts=RETRAIN_ON_DRIFT)
CENTS = 100.0
USUAL_BASKET = 1_000.0
"""Far beyond a usual basket, and below a hundred times the smallest."""


def draw(since: datetime, rng: np.random.Generator) -> Matrix:
    """Two days of baskets in cents, a day of mended ones, then other people."""
    older = 12.0 if since >= START + 3 * DAY else 0.0
    columns = (
        np.clip(rng.lognormal(4.5, 0.4, ROWS), 20.0, 500.0),
        rng.normal(40.0 + older, 10.0, ROWS),
        rng.choice(3, ROWS, p=[0.6, 0.3, 0.1]),
    )
    rows = np.stack(columns, axis=1).astype(np.float32)
    if START <= since < START + 2 * DAY:
        rows[:, 0] *= CENTS
    return rows


def label_everything(stream: Stream) -> None:
    """Say what came true of every answer so far, those of faulty rows among them."""
    now = stream.world.clock.now
    since = START - DAY
    while since + PERIOD <= now:
        lines = [
            GroundTruthLine(
                model=MODEL,
                inference_id=f"{since:%Y%m%d%H}/{row}",
                value=row % 2,
                observed_at=now,
                received_at=now,
            ).model_dump_json()
            for row in range(ROWS)
        ]
        key = f"{keys.hour_prefix(keys.GROUND_TRUTH_PREFIX, now)}{since:%Y%m%d%H}"
        stream.window.captures.write(key, "\n".join(lines).encode(), content_type="x")
        since += PERIOD


def train_on(stream: Stream, data: InMemoryObjectStore) -> tuple[PrepareOutput, Matrix]:
    """Return what Prepare says, and all rows that a run learns from or is judged by."""
    ports = Ports(
        data=data,
        models=stream.window.models,
        captures=stream.window.captures,
        registry=stream.world.registry,
        load_spec=lambda _name: SPEC,
        read_code=lambda _name: b"",
        limits=EngineLimits(memory_mb=512, threads=1),
        now=lambda: stream.world.clock.now,
    )
    output = prepare(PrepareInput(model=MODEL, execution="e", again=True), ports=ports)
    assert output.passed, output.reason
    parts = [
        np.load(
            io.BytesIO(data.read(keys.prepared_array(MODEL, output.dataset_version, name))),
            allow_pickle=False,
        )
        for name in ("train_x", "holdout_x")
    ]
    return output, np.concatenate(parts)


def raw_data(rng: np.random.Generator) -> InMemoryObjectStore:
    """A bucket with the file that the first version was trained on."""
    lines = [",".join((*SCHEMA.names, "bought"))]
    for row, (basket, age, device) in enumerate(draw(START - DAY, rng)):
        lines.append(f"{basket},{age},{SCHEMA.features[2].categories[int(device)]},{row % 2}")
    data = InMemoryObjectStore()
    key = keys.raw_file(MODEL, "2026-05-01", "a.csv")
    data.write(key, "\n".join(lines).encode(), content_type="text/csv")
    return data


def decide(stream: Stream, *, accepted: bool) -> None:
    decision = FaultDecision(accepted=accepted, by="ann", reason="cents", at=START)
    store = stream.window.captures
    (fault,) = read_fault_book(store, MODEL).faults
    change_fault_book(store, MODEL, lambda book: decide_fault(book, fault.name, decision))


def test_a_later_training_learns_nothing_of_a_fault_until_it_is_accepted(seed: int) -> None:
    world = World(seed)
    reference = np.concatenate([draw(START - DAY, np.random.default_rng(n)) for n in range(30)])
    stream = Stream(world, draw, reference, SPEC, period=PERIOD, judged_every=6 * HOUR)
    stream.begin(earlier=DAY)

    world.pass_time(3 * DAY)
    world.require(not world.starts(), "a fault was retrained on")
    held = [report.action for report in stream.reports if report.faults]
    world.require(len(held) >= 11, f"a fault of two days was told in {len(held)} windows")
    world.require(set(held) == {Action.HOLD}, f"{set(held)} on a data fault")

    world.pass_time(DAY)
    world.require(len(world.starts()) > 0, "no real shift was retrained on")
    label_everything(stream)
    data = raw_data(stream.rng)
    sound, learned = train_on(stream, data)

    rows = (world.clock.now - START + DAY) // PERIOD * ROWS + ROWS
    assert len(learned) == rows - FAULTY_ROWS
    assert (learned[:, 0] < USUAL_BASKET).all()
    (left_out,) = sound.left_out
    assert (left_out.kind, left_out.columns, left_out.rows) == (
        "unit_changed",
        ("basket",),
        FAULTY_ROWS,
    )
    assert (left_out.start, left_out.end) == (START + HOUR, START + 2 * DAY + HOUR)

    decide(stream, accepted=True)
    accepted, learned = train_on(stream, data)

    assert accepted.left_out == ()
    assert len(learned) == rows
    assert (learned[:, 0] > USUAL_BASKET).sum() == FAULTY_ROWS


def test_a_change_that_is_accepted_while_it_goes_on_is_retrained_on(seed: int) -> None:
    world = World(seed)
    reference = np.concatenate([draw(START - DAY, np.random.default_rng(n)) for n in range(30)])
    stream = Stream(world, draw, reference, SPEC, period=PERIOD, judged_every=6 * HOUR)
    stream.begin(earlier=DAY)
    world.pass_time(timedelta(hours=13))
    world.require(not world.starts(), "a fault was retrained on before a person accepted it")

    decide(stream, accepted=True)
    world.pass_time(timedelta(hours=12))

    world.require(len(world.starts()) > 0, "an accepted change held retraining back")
    report = stream.reports[2]
    assert (report.faults, len(report.accepted_faults)) == ((), 1)
    assert report.action is not None
    assert report.action == Action.RETRAIN
