"""Captured equals answered, each row once, whatever stops a worker, a batch or a stream."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from functions.aws.capture_compaction import compact_captures
from functions.contracts.keys import CAPTURES_PREFIX, hour_prefix
from functions.core.capture_export import ExportedRow, LineExporter
from functions.core.capture_lines import cut_records
from functions.core.hourly_merge import KnownVersion
from functions.core.log_batches import read_line
from functions.core.redriving import Redriven, redrive
from functions.core.traffic import read_traffic
from functions.monitoring.capture_reader import Window, read_window
from functions.monitoring.collect_captures import DeliveryError, collect_captures
from functions.monitoring.ports import CapturePorts
from tests.fakes.object_store import InMemoryObjectStore
from tests.fakes.senders import RecordingStream
from tests.unit.core.test_log_batches import event
from tests.unit.core.test_redriving import FakeLetterBox
from tests.unit.serving.mortal_server import event_of
from tests.unit.serving.world import NOW, artifact_spec

REQUESTS = 20_000
LINES_A_BATCH = 400
ROOT = Path(__file__).resolve().parents[3]

# Twenty thousand requests, each with a stop of its process, take a quarter of a minute.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("mortal_server")]


@dataclass(frozen=True)
class Remains:
    """What the workers left behind: the captures, the answers, and how far the captures were."""

    log: bytes
    answers: tuple[dict[str, Any], ...]
    stops: tuple[int, ...]

    @property
    def lines(self) -> list[str]:
        return self.log.decode().splitlines()


@pytest.fixture(scope="module")
def remains(tmp_path_factory: pytest.TempPathFactory) -> Remains:
    folder = tmp_path_factory.mktemp("mortal")
    log, answers, stops = (folder / name for name in ("log", "answers", "stops"))
    with log.open("ab") as stdout:
        subprocess.run(
            [
                sys.executable,
                "-m",
                "tests.unit.serving.mortal_server",
                str(REQUESTS),
                answers,
                stops,
            ],
            cwd=ROOT,
            stdout=stdout,
            check=True,
        )
    return Remains(
        log.read_bytes(),
        tuple(json.loads(line) for line in answers.read_text().splitlines()),
        tuple(map(int, stops.read_text().splitlines())),
    )


@dataclass
class StormyStream:
    """Lays records down as objects; refuses some calls wholly, others in part, by a seed."""

    store: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(3))
    storm: float = 0.6

    def put(self, records: Sequence[bytes]) -> Sequence[bytes]:
        refused = [record for record in records if self.rng.random() < self.storm]
        for record in records:
            if not any(record is other for other in refused):
                key = f"{hour_prefix(CAPTURES_PREFIX, NOW)}{len(self.store.versions):06d}"
                self.store.write(key, record, content_type="x")
        return refused

    def records(self) -> Iterator[bytes]:
        for found in self.store.list(CAPTURES_PREFIX):
            yield from cut_records(self.store.read(found.key))[0]


@pytest.fixture(scope="module")
def bucket(remains: Remains) -> StormyStream:
    """Everything delivered: each batch twice, in any order, through a storm, then redriven."""
    stream = StormyStream()
    ports = CapturePorts(stream, RecordingStream())
    lines = remains.lines
    batches = [lines[i : i + LINES_A_BATCH] for i in range(0, len(lines), LINES_A_BATCH)] * 2
    letters: dict[str, str] = {}
    for number in stream.rng.permutation(len(batches)).tolist():
        batch = event(batches[number])
        try:
            collect_captures(batch, ports=ports, pause=lambda _seconds: None)
        except DeliveryError:
            record = {"requestPayload": batch} if number % 2 else batch
            letters[str(number)] = json.dumps(record)
    assert letters

    def deliver(batch: Mapping[str, Any]) -> None:
        collect_captures(dict(batch), ports=ports, pause=lambda _seconds: None)

    stream.storm = 0.0
    box = FakeLetterBox(letters)
    redrive(box, deliver, done=Redriven(), told=lambda _: None)
    assert box.letters == {}
    return stream


def test_a_capture_has_left_the_process_when_the_answer_does(remains: Remains) -> None:
    assert len(remains.answers) == len(remains.stops) == len(remains.lines) == REQUESTS
    ends = np.cumsum([len(line) + 1 for line in remains.lines])
    assert ends.tolist() == list(remains.stops)
    assert {answer["statusCode"] for answer in remains.answers} == {200}


def test_captured_equals_answered(remains: Remains, bucket: StormyStream) -> None:
    answered = dict(_answered(remains))

    captured = {row.inference_id: row for row in _captured(bucket)}

    assert captured.keys() == answered.keys()
    assert len(answered) > REQUESTS
    for name, (car_value, probability) in answered.items():
        row = captured[name]
        assert row.values["car_value"] == car_value
        assert row.outputs["probability_1"] == np.float32(probability)


def test_readers_count_each_row_once(remains: Remains, bucket: StormyStream) -> None:
    answered = dict(_answered(remains))
    window = Window(artifact_spec(), 1, NOW, NOW.replace(hour=13))
    compacted = InMemoryObjectStore({key: [*held] for key, held in bucket.store.versions.items()})
    later = NOW + timedelta(hours=2)

    output = compact_captures(
        compacted,
        lambda _model, _number: KnownVersion(artifact_spec()),
        now=lambda: later,
        until=later + timedelta(hours=1),
    )
    profile, counts = read_window(compacted, window)
    traffic = read_traffic(bucket.records(), model="loan_default", since=NOW)

    part = traffic.parts[1, "champion"]
    assert profile.rows == part.rows == output.rows == len(answered)
    assert (part.requests, part.failures, traffic.unreadable) == (REQUESTS, 0, 0)
    assert set(part.ids) == answered.keys()
    assert counts.duplicate_rows >= len(answered)
    assert counts.corrupt_lines == 0


def _answered(remains: Remains) -> Iterator[tuple[str, tuple[float, float]]]:
    """Yield each row's id with what was asked and what was answered."""
    for number, answer in enumerate(remains.answers):
        records = json.loads(str(event_of(number)["body"]))["records"]
        body = json.loads(answer["body"])
        for name, record, prediction in zip(
            body["inference_ids"], records, body["predictions"], strict=True
        ):
            yield name, (record["car_value"], prediction["probability"])


def _captured(bucket: StormyStream) -> Iterator[ExportedRow]:
    exporter = LineExporter({1: artifact_spec()})
    return exporter.rows(read_line(record)[0] for record in bucket.records())  # type: ignore[misc]
