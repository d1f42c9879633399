"""Lines that nobody can read, and probes, in the hours of a window."""

import pytest

from functions.aws.compaction_state import ArrivedLines
from functions.contracts.capture import PROBE_ID
from functions.contracts.faults import FaultKind
from functions.monitoring.window_findings import observe_window
from tests.unit.core.drift_world import rows
from tests.unit.monitoring.test_window_findings import (
    HOUR,
    MINUTE,
    WEEK,
    find,
    kinds,
    steady,
    window,
)
from tests.unit.monitoring.window_world import NOW, WindowWorld, capture_lines


@pytest.mark.parametrize(("name", "found"), [("check", [FaultKind.VOLUME_TRIPLED]), (PROBE_ID, [])])
def test_a_probe_every_minute_is_traffic_unless_it_is_marked(
    name: str, found: list[FaultKind]
) -> None:
    world = WindowWorld()
    steady(world, window(end=NOW - WEEK), 20)
    steady(world, window(), 20)
    probe = rows(1, seed=3)
    for minute in range(6 * 60):
        at = NOW - 6 * HOUR + minute * MINUTE
        world.deliver(capture_lines(probe, id_=f"{name}-{minute}", at=at), arrived=at)

    findings = find(world, window(), rows_needed=100)

    assert [kind for kind in kinds(findings) if kind is FaultKind.VOLUME_TRIPLED] == found
    assert {hour.rows for hour in findings.hours} == {20 if name == PROBE_ID else 80}
    assert findings.faults == () or found


@pytest.mark.parametrize(("every", "found"), [(100, []), (10, [FaultKind.SCHEMA_BREAK])])
@pytest.mark.parametrize("line", ['{"windvane":"capture","model":"car","vers', "xx"])
def test_lines_that_nobody_can_read_are_a_schema_break_beyond_their_share(
    every: int, found: list[FaultKind], line: str
) -> None:
    world = WindowWorld()
    for number in range(1, 7):
        single = (
            capture_lines(row[None], id_=f"{number}-{index}", at=NOW - number * HOUR)[0]
            for index, row in enumerate(rows(100, seed=number))
        )
        broken = [line if n % every == 0 and number < 4 else one for n, one in enumerate(single)]
        world.deliver(broken, arrived=NOW - number * HOUR)

    faults = find(world, window()).faults

    assert [fault.kind for fault in faults] == found
    if faults:
        whose = "" if "model" in line else " of all models together"
        assert f"capture lines{whose} are corrupt" in faults[0].evidence
        assert faults[0].columns == ()


def test_ledgers_of_earlier_releases_say_nothing_of_shares() -> None:
    arrived = {NOW - HOUR: ArrivedLines(lines=0, corrupt=9)}

    (hour,) = observe_window(window(1), (), NOW, arrived)

    assert (hour.stage_lines, hour.nameless_lines) == (0, 0)
