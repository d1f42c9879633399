"""The function, called by its schedule."""

import pytest

from functions.aws.hourly_records import read_records
from functions.core.known_versions import VersionFinder
from functions.monitoring import compact_captures as module
from functions.monitoring.compact_captures import handler
from functions.monitoring.ports import CompactionPorts
from tests.unit.core.drift_world import rows
from tests.unit.monitoring.window_world import EARLIER, NOW, WindowWorld, capture_lines


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> WindowWorld:
    world = WindowWorld()
    world.publish()
    find = VersionFinder(world.registry, world.models)
    ports = CompactionPorts(world.captures, find)
    monkeypatch.setattr(module.wiring, "compaction_ports", lambda: ports)
    monkeypatch.setattr(module.wiring, "now", lambda: NOW)
    return world


def test_says_what_it_did_and_what_is_left(
    world: WindowWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    world.deliver(capture_lines(rows(20, seed=1)))

    answer = handler({}, None)

    assert answer == {
        "objects": 1,
        "rows": 20,
        "duplicate_rows": 0,
        "corrupt_lines": 0,
        "hours": 1,
        "pending_objects": 0,
    }
    assert '"captures.compacted"' in capsys.readouterr().err
    (record,) = read_records(world.captures, "car", EARLIER, NOW)
    assert record.rows == 20


def test_looks_again_from_where_it_is_told(world: WindowWorld) -> None:
    handler({}, None)
    world.deliver(capture_lines(rows(20, seed=1)))
    handler({}, None)
    world.deliver(capture_lines(rows(20, seed=1), id_="late"), arrived=EARLIER.replace(hour=1))

    assert handler({}, None)["objects"] == 0
    assert handler({"since": EARLIER.replace(hour=0).isoformat()}, None)["objects"] == 1
