"""How the demo is told."""

import io
import json
from pathlib import Path

import pytest

from functions.cli.demo.telling import BrokenLinkError, Telling, require
from functions.cli.demo.waiting import wait_for
from functions.cli.output import Output


def test_numbers_chapters_and_keeps_their_seconds(tmp_path: Path) -> None:
    written = io.StringIO()
    telling = Telling(Output(as_json=False, stdout=written))

    with telling.chapter("deploy", "Deploy"):
        telling.say("done\nand done")
    with telling.chapter("train", "Train"):
        telling.keep("champion_before", "m/1")
    telling.write(tmp_path / "home" / "demo.json")

    facts = json.loads((tmp_path / "home" / "demo.json").read_text())
    assert facts["champion_before"] == "m/1"
    assert facts["seconds"].keys() == {"deploy", "train", "total"}
    assert "1  Deploy\n   done\n   and done\n" in written.getvalue()
    assert "2  Train\n" in written.getvalue()


def test_keeps_the_seconds_of_a_chapter_that_broke() -> None:
    telling = Telling(Output(as_json=True, stdout=io.StringIO()))

    with pytest.raises(BrokenLinkError), telling.chapter("train", "Train"):
        require(False, "nothing was trained")

    assert "train" in telling.seconds


def test_names_the_link_that_did_not_happen() -> None:
    require(True, "never said")

    with pytest.raises(BrokenLinkError, match="the alarm did not sound"):
        require(False, "the alarm did not sound")


def test_waits_until_something_is_seen() -> None:
    looks = iter([None, None, "seen"])

    assert wait_for(lambda: next(looks), what="it", seconds=5.0) == "seen"


def test_does_not_wait_for_ever() -> None:
    with pytest.raises(BrokenLinkError, match="the alarm did not happen within 0 s"):
        wait_for(lambda: None, what="the alarm", seconds=0.0)
