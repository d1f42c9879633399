"""Links are waited for, told of, and the first dead one ends the drill."""

from io import StringIO

import pytest

from functions.cli.drill.links import DeadLinkError, LinkStatus
from tests.unit.cli.drill.drill_world import Stage


def test_tells_each_link_with_its_time() -> None:
    told, stage = StringIO(), Stage()
    chain = stage.chain(told)
    seen = iter([None, None, "there"])

    found = chain.wait("metric", lambda: next(seen), what="it", told=lambda text: f"it is {text}")
    chain.skip("run", "not asked for")

    assert found == "there"
    assert told.getvalue().splitlines() == [
        "12:00:01       1.0 s  ✓ metric     it is there",
        "12:00:01       0.0 s  - run        not asked for",
    ]
    assert [(link.name, link.status, link.seconds) for link in chain.links] == [
        ("metric", LinkStatus.ALIVE, 1.0),
        ("run", LinkStatus.SKIPPED, 0.0),
    ]


def test_names_the_link_that_does_not_come_in_time() -> None:
    stage = Stage()
    chain = stage.chain()

    with pytest.raises(
        DeadLinkError, match=r"the link 'alarm' is dead: it rings did not happen within 5 s"
    ):
        chain.wait("alarm", lambda: None, what="it rings", told=str)

    assert chain.links[-1].status is LinkStatus.DEAD
    assert chain.links[-1].seconds == 5.5


def test_asks_at_least_once_however_short_the_patience() -> None:
    chain = Stage().chain()

    assert chain.wait("alarm", lambda: "now", what="it", told=str, seconds=0.0) == "now"


def test_says_what_it_rests_for() -> None:
    told, stage = StringIO(), Stage()
    before = stage.clock

    stage.chain(told).rest(310.0, "until it is quiet")

    assert told.getvalue().strip() == "… waits 5 min 10 s until it is quiet"
    assert (stage.clock - before).total_seconds() == 310.0


def test_requires_what_must_be_so() -> None:
    chain = Stage().chain()

    chain.require(True, "champion", "it stays", otherwise="it moved")
    with pytest.raises(DeadLinkError, match="'champion' is dead: it moved"):
        chain.require(False, "champion", "it stays", otherwise="it moved")

    assert [link.as_document()["status"] for link in chain.links] == ["alive", "dead"]
