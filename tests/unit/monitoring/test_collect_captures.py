"""CollectCaptures: our lines out of a log, delivered."""

import base64
import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from functions.contracts.capture import CaptureLine, FailureLine, GroundTruthLine
from functions.core.capture_encoding import encode_captures
from functions.core.capture_expansion import expand_capture
from functions.core.log_batches import MalformedLogBatchError
from functions.monitoring import collect_captures as step
from functions.monitoring import wiring
from functions.monitoring.collect_captures import (
    PAUSES_SECONDS,
    DeliveryError,
    collect_captures,
    deliver,
    handler,
)
from functions.monitoring.ports import CapturePorts
from tests.fakes.documents import NOW
from tests.fakes.senders import RecordingStream
from tests.unit.core.drift_world import rows
from tests.unit.core.test_capture_encoding import answered
from tests.unit.monitoring.world import capture

FIRST, SECOND = (capture(rows(2, seed=1), inference_id=name).decode() for name in "ab")
TRUTH = GroundTruthLine(
    model="car", inference_id="a", value=1, observed_at=NOW, received_at=NOW
).model_dump_json()


def event(*messages: str) -> dict[str, object]:
    batch = {"messageType": "DATA_MESSAGE", "logEvents": [{"message": text} for text in messages]}
    content = gzip.compress(json.dumps(batch).encode())
    return {"awslogs": {"data": base64.b64encode(content).decode()}}


@dataclass
class World:
    """Both streams, and the pauses that were made."""

    captures: RecordingStream = field(default_factory=RecordingStream)
    ground_truth: RecordingStream = field(default_factory=RecordingStream)
    pauses: list[float] = field(default_factory=list)

    @property
    def ports(self) -> CapturePorts:
        return CapturePorts(self.captures, self.ground_truth)


@dataclass
class ForgetfulStream:
    """Takes the first record of each call and refuses the rest."""

    calls: list[tuple[bytes, ...]] = field(default_factory=list)

    def put(self, records: Sequence[bytes]) -> Sequence[bytes]:
        self.calls.append(tuple(records))
        return records[1:]


def test_delivers_each_kind_to_its_stream_once() -> None:
    world = World()

    output = collect_captures(
        event("START\n", FIRST, TRUTH, SECOND, FIRST, FIRST[:-9]),
        ports=world.ports,
        pause=world.pauses.append,
    )

    assert world.captures.records == [(FIRST + SECOND).encode()]
    assert world.ground_truth.records == [f"{TRUTH}\n".encode()]
    assert world.pauses == []
    assert output.model_dump() == {
        "captures": 2,
        "rows": 4,
        "failures": 0,
        "ground_truth": 1,
        "duplicates": 1,
        "invalid": 1,
        "foreign": 1,
    }


def test_calls_no_stream_without_a_line() -> None:
    world = World()

    output = collect_captures(event("START"), ports=world.ports, pause=world.pauses.append)

    assert world.captures.records == world.ground_truth.records == []
    assert output.foreign == 1


def test_repeats_what_was_refused_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "pack_lines", lambda lines: lines)
    stream, pauses = ForgetfulStream(), list[float]()

    deliver(stream, [b"a", b"b", b"c"], pause=pauses.append)

    assert stream.calls == [(b"a", b"b", b"c"), (b"b", b"c"), (b"c",)]
    assert pauses == list(PAUSES_SECONDS[:2])


def test_takes_a_stream_that_gives_in_at_the_last_repetition() -> None:
    world = World(captures=RecordingStream(refusals=len(PAUSES_SECONDS)))

    collect_captures(event(FIRST), ports=world.ports, pause=world.pauses.append)

    assert world.captures.records == [FIRST.encode()]
    assert world.pauses == list(PAUSES_SECONDS)


def test_raises_what_is_refused_after_all_repetitions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "pack_lines", lambda lines: lines)
    stream, pauses = ForgetfulStream(), list[float]()

    with pytest.raises(
        DeliveryError, match=r"^the delivery stream refused 1 of 5 records 4 times$"
    ):
        deliver(stream, [b"a", b"b", b"c", b"d", b"e"], pause=pauses.append)

    assert pauses == list(PAUSES_SECONDS)
    assert len(stream.calls) == 4


def test_pauses_for_less_time_than_the_function_has() -> None:
    assert sum(PAUSES_SECONDS) * 2 < 120


def test_delivers_an_event_again_after_a_refusal() -> None:
    world = World(ground_truth=RecordingStream(refusals=1 + len(PAUSES_SECONDS)))
    batch = event(FIRST, TRUTH)
    with pytest.raises(DeliveryError):
        collect_captures(batch, ports=world.ports, pause=world.pauses.append)

    collect_captures(batch, ports=world.ports, pause=world.pauses.append)

    assert world.captures.records == [FIRST.encode()] * 2
    assert world.ground_truth.records == [f"{TRUTH}\n".encode()]


def test_lets_a_batch_be_repeated_whose_stream_is_away() -> None:
    class StreamAway:
        def put(self, records: Sequence[bytes]) -> Sequence[bytes]:
            msg = f"{len(records)} records have nowhere to go"
            raise ConnectionError(msg)

    world = World()
    ports = CapturePorts(StreamAway(), world.ground_truth)

    with pytest.raises(ConnectionError):
        collect_captures(event(FIRST, TRUTH), ports=ports, pause=world.pauses.append)

    assert world.ground_truth.records == []


def test_writes_short_lines_out_in_full_and_keeps_failures_with_them() -> None:
    world = World()
    (short,) = encode_captures(answered(3))
    failure = FailureLine(id="f", model="car", version=1, at=NOW, status=500, error="E")

    output = collect_captures(
        event(short, failure.model_dump_json(), short), ports=world.ports, pause=world.pauses.append
    )

    (record,) = world.captures.records
    written = [json.loads(line) for line in record.splitlines()]
    assert [line["windvane"] for line in written] == ["capture", "failure"]
    assert CaptureLine.model_validate(written[0]) == expand_capture(short.encode())
    assert (output.captures, output.rows, output.failures, output.duplicates) == (1, 3, 1, 1)


def test_refuses_what_is_no_subscription_s_event() -> None:
    world = World()

    with pytest.raises(MalformedLogBatchError):
        collect_captures({"Records": []}, ports=world.ports, pause=world.pauses.append)


def test_answers_and_logs_the_counts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World(captures=RecordingStream(refusals=1))
    monkeypatch.setattr(wiring, "capture_ports", lambda: world.ports)
    monkeypatch.setattr(wiring, "pause", world.pauses.append)

    answer = handler(event(FIRST), None)

    written = capsys.readouterr()
    assert answer["captures"] == 1
    assert json.loads(written.err) == {"event": "captures.collected", **answer}
    assert written.out == ""
    assert world.pauses == [PAUSES_SECONDS[0]]
