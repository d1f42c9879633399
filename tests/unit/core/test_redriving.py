"""Emptying the dead-letter queue of captures."""

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.redriving import (
    Letter,
    Redriven,
    UnreadableLetterError,
    read_letter,
    redrive,
    survey,
)
from tests.unit.core.test_log_batches import capture, event, truth


@dataclass
class FakeLetterBox:
    """Hands out messages in turn; a held one is hidden until it is given back."""

    letters: dict[str, str]
    held: set[str] = field(default_factory=set)
    given_back: list[str] = field(default_factory=list)

    def receive(self) -> Letter | None:
        for id_, body in self.letters.items():
            if id_ not in self.held:
                self.held.add(id_)
                return Letter(id_, body, f"receipt of {id_}")
        return None

    def delete(self, letter: Letter) -> None:
        assert letter.id in self.held
        self.held.remove(letter.id)
        del self.letters[letter.id]

    def give_back(self, letter: Letter) -> None:
        self.held.remove(letter.id)
        self.given_back.append(letter.id)


@dataclass
class Collector:
    """Takes batches until `fails_at`."""

    taken: list[Mapping[str, Any]] = field(default_factory=list)
    fails_at: int | None = None

    def __call__(self, batch: Mapping[str, Any]) -> None:
        if len(self.taken) == self.fails_at:
            msg = "the stream is away"
            raise ConnectionError(msg)
        self.taken.append(batch)


def batch(name: str, count: int = 1) -> dict[str, object]:
    return event([*capture(name, count=count), truth(inference_id=name)])


def bare(name: str, count: int = 1) -> str:
    return json.dumps(batch(name, count))


def wrapped(inner: str) -> str:
    return json.dumps(
        {
            "version": "1.0",
            "requestContext": {"condition": "RetriesExhausted", "approximateInvokeCount": 3},
            "requestPayload": json.loads(inner),
            "responseContext": {"statusCode": 200, "functionError": "Unhandled"},
            "responsePayload": {"errorType": "DeliveryError", "errorMessage": "refused"},
        }
    )


A, B, C = bare("a", 3), bare("b"), bare("c")


def test_delivers_every_batch_and_empties_the_queue() -> None:
    box, collector, done = FakeLetterBox({"1": A, "2": wrapped(B)}), Collector(), Redriven()
    steps: list[int] = []

    redrive(box, collector, done=done, told=lambda so_far: steps.append(so_far.batches))

    assert box.letters == {}
    assert collector.taken == [json.loads(A), json.loads(B)]
    assert (done.batches, done.rows, done.ground_truth, done.unreadable) == (2, 4, 2, [])
    assert steps == [1, 2]


def test_delivers_once_what_came_in_two_ways() -> None:
    box, collector, done = FakeLetterBox({"1": A, "2": wrapped(A), "3": A}), Collector(), Redriven()

    redrive(box, collector, done=done, told=lambda _: None)

    assert box.letters == {}
    assert len(collector.taken) == 1
    assert (done.batches, done.rows, done.repeated) == (1, 3, 2)


def test_stops_at_a_failure_and_goes_on_there_the_next_time() -> None:
    box, done = FakeLetterBox({"1": A, "2": B, "3": C}), Redriven()

    with pytest.raises(ConnectionError):
        redrive(box, Collector(fails_at=1), done=done, told=lambda _: None)
    assert (sorted(box.letters), box.given_back, done.batches) == (["2", "3"], ["2"], 1)
    collector, again = Collector(), Redriven()
    redrive(box, collector, done=again, told=lambda _: None)

    assert box.letters == {}
    assert collector.taken == [json.loads(B), json.loads(C)]
    assert again.batches == 2


def test_does_nothing_to_an_empty_queue() -> None:
    done = Redriven()

    redrive(FakeLetterBox({}), Collector(fails_at=0), done=done, told=lambda _: None)

    assert (done.batches, done.rows) == (0, 0)


STRANGE = ["", "no json", "[1]", "{}", '{"awslogs": {"data": "!"}}', '{"requestPayload": 7}']


@pytest.mark.parametrize("strange", STRANGE)
def test_leaves_what_it_cannot_read_and_names_it(strange: str) -> None:
    box, collector, done = FakeLetterBox({"1": strange, "2": A}), Collector(), Redriven()

    redrive(box, collector, done=done, told=lambda _: None)

    assert box.letters == {"1": strange}
    assert box.given_back == ["1"]
    assert (done.unreadable, done.batches) == (["1"], 1)


def test_looks_and_gives_everything_back() -> None:
    box = FakeLetterBox({"1": A, "2": "strange", "3": wrapped(A), "4": B})
    before, done = dict(box.letters), Redriven()

    survey(box, done=done, told=lambda _: None)

    assert box.letters == before
    assert sorted(box.given_back) == ["1", "2", "3", "4"]
    assert (done.batches, done.rows, done.repeated, done.unreadable) == (2, 4, 1, ["2"])


@pytest.mark.parametrize("strange", STRANGE[:4])
def test_says_how_much_it_could_not_read(strange: str) -> None:
    with pytest.raises(UnreadableLetterError, match=f"^a message of {len(strange)} characters"):
        read_letter(strange)


@given(
    letters=st.lists(st.sampled_from([A, B, C, wrapped(A), wrapped(B), "strange"]), max_size=12),
    failures=st.lists(st.integers(0, 5), max_size=4),
)
def test_delivers_each_batch_whatever_ends_a_run(letters: list[str], failures: list[int]) -> None:
    box = FakeLetterBox({str(number): body for number, body in enumerate(letters)})
    delivered: list[str] = []
    for fails_at in [*failures, None]:
        collector = Collector(fails_at=fails_at)
        with contextlib.suppress(ConnectionError):
            redrive(box, collector, done=Redriven(), told=lambda _: None)
        delivered += [json.dumps(taken) for taken in collector.taken]

    readable = {json.dumps(read_letter(body)) for body in letters if body != "strange"}
    assert set(delivered) == readable
    assert set(box.letters.values()) <= {"strange"}
    assert not box.held
