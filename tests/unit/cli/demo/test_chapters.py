"""What the demo's chapters say when a link is broken."""

import io

import pytest

from functions.cli.demo import chapters
from functions.cli.demo.captured import Arrivals
from functions.cli.demo.telling import BrokenLinkError, Telling
from functions.cli.output import Output
from tests.fakes.object_store import InMemoryObjectStore


def test_says_how_many_rows_arrived_of_those_that_were_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chapters, "ARRIVAL_SECONDS", 0.0)
    store = InMemoryObjectStore()
    store.write("captures/a", b'{"model": "m", "id": "1", "n": 7}', content_type="")
    telling = Telling(Output(as_json=False, stdout=io.StringIO()))

    with pytest.raises(BrokenLinkError, match=r"the capture of all 9 .*: 7 arrived"):
        chapters.expect_captures(telling, Arrivals(store, "captures/", "m"), 9)
