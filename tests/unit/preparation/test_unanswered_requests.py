"""Requests that were not answered lie among the captures and teach a model nothing."""

from functions.contracts.capture import FailureLine
from tests.fakes.documents import NOW
from tests.unit.preparation.world import (
    MODEL,
    World,
    capture_lines,
    csv_text,
    records,
    rows,
    truth_line,
)


def test_passes_over_requests_that_were_not_answered() -> None:
    world = World()
    world.add(csv_text(rows()))
    world.register()
    failure = FailureLine(id="f", model=MODEL, version=1, at=NOW, status=500, error="E")
    lines = [failure.model_dump_json(), *capture_lines(records(1))]
    world.put_captures("one", "\n".join(lines).encode())
    world.put_truths("one", truth_line("batch", 1).encode())

    output = world.prepare()

    assert world.report(output).notes == ()
    assert world.manifest(output).rows == 41
