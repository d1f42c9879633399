"""`windvane captures redrive`."""

import json
from typing import Any

import pytest

from functions.cli.errors import RefusedError
from functions.cli.output import Output
from functions.cli.redrive_view import redrive_captures
from tests.unit.cli.captures_world import CapturesWorld, CountedLetterBox, FakeCollector
from tests.unit.core.test_redriving import A, B, wrapped


def redrive(
    world: CapturesWorld, monkeypatch: pytest.MonkeyPatch, *, dry_run: bool = False
) -> dict[str, Any]:
    world.enter(monkeypatch)
    redrive_captures(Output(as_json=True, stdout=world.stdout), dry_run=dry_run, stage=None)
    return said(world)


def said(world: CapturesWorld) -> dict[str, Any]:
    return json.loads(world.stdout.getvalue())


def test_empties_the_queue_through_the_collector(monkeypatch: pytest.MonkeyPatch) -> None:
    world = CapturesWorld(letters=CountedLetterBox({"1": A, "2": wrapped(A), "3": B}))

    answer = redrive(world, monkeypatch)

    assert world.letters.letters == {}
    assert world.collector.taken == [json.loads(A), json.loads(B)]
    assert answer == {
        "dry_run": False,
        "complete": True,
        "batches": 2,
        "rows": 4,
        "failures": 0,
        "ground_truth": 2,
        "repeated": 1,
        "unreadable": [],
    }


def test_only_looks_in_a_dry_run(monkeypatch: pytest.MonkeyPatch) -> None:
    world = CapturesWorld(letters=CountedLetterBox({"1": A, "2": B}))

    answer = redrive(world, monkeypatch, dry_run=True)

    assert (answer["batches"], answer["dry_run"]) == (2, True)
    assert len(world.letters.letters) == 2
    assert world.collector.taken == []


def test_says_how_far_it_came_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    world = CapturesWorld(
        letters=CountedLetterBox({"1": A, "2": B}), collector=FakeCollector(works=False)
    )

    with pytest.raises(RefusedError, match=r"DeliveryError: refused; that batch is back.*again$"):
        redrive(world, monkeypatch)

    assert len(world.letters.letters) == 2
    assert said(world)["complete"] is False


def test_names_what_it_cannot_read(monkeypatch: pytest.MonkeyPatch) -> None:
    world = CapturesWorld(letters=CountedLetterBox({"odd-one": "?", "2": B}))

    with pytest.raises(RefusedError, match=r"1 messages hold no batch of log events.*odd-one"):
        redrive(world, monkeypatch)

    assert list(world.letters.letters) == ["odd-one"]


def test_tells_people_what_it_does(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world = CapturesWorld(letters=CountedLetterBox({"1": A, "2": B}))
    world.enter(monkeypatch)

    redrive_captures(Output(as_json=False), dry_run=False, stage=None)

    out, err = capsys.readouterr()
    assert out == "delivered 2 batches: 4 rows, 0 failed requests, 2 outcomes\n"
    assert err.splitlines() == [
        "about 2 batches wait, 0 more are held by others",
        "1 of about 2 batches, 3 rows",
        "2 of about 2 batches, 4 rows",
    ]
