"""(d) How much a process grows: over requests, and over hot swaps of the champion."""

import gc
import json
import os
import subprocess
import sys
from pathlib import Path

from functions.serving.app import answer_event
from tests.bench.performance.figures import Table
from tests.bench.subjects import Nowhere, body_of, event_of, graph, spec_of
from tests.unit.serving.world import REFRESH_SECONDS, World

REQUESTS, SWAPS = 20_000, 300
LIMIT_MB = 5.0
_WARM_UP = 2_000


def measure() -> Table:
    """Return the table, measured in a process of its own."""
    command = [sys.executable, "-m", __name__]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    requests, swaps = json.loads(done.stdout)
    rows = [
        [
            what,
            f"{grown:.1f} MB",
            f"at most 5: {'kept' if grown <= LIMIT_MB else 'missed'}",
        ]
        for what, grown in ((f"{REQUESTS:,} requests", requests), (f"{SWAPS} hot swaps", swaps))
    ]
    return Table(
        "(d) Growth",
        (
            "Resident memory of one process after a warm-up and a garbage collection. A request in"
            " eight has 1,000 rows; each swap reads another version, tries it and drops the one"
            " before it.",
        ),
        ("", "grown by", ""),
        rows,
    )


def grow() -> tuple[float, float]:
    """Return the megabytes that requests took, and those that swaps took."""
    world = World(stdout=Nowhere())  # type: ignore[arg-type] # what is written is not looked at
    world.log = lambda _event, _fields: None  # type: ignore[method-assign] # nor are events kept
    pointers = [world.publish(spec_of(), graph(seed=number), number=number) for number in (1, 2)]
    events = [event_of(body_of(1))] * 7 + [event_of(body_of(1000))]

    def ask(count: int) -> None:
        for index in range(count):
            answer_event(events[index % len(events)], world.ports)

    def swap(count: int) -> None:
        for index in range(count):
            pointer = pointers[index % 2].model_copy(update={"revision": index + 2})
            world.registry.aliases[pointer.model, pointer.alias] = pointer
            world.clock.seconds += REFRESH_SECONDS + 1
            ask(1)

    ask(_WARM_UP)
    before = _resident_mb()
    ask(REQUESTS)
    asked = _resident_mb()
    swap(SWAPS // 10)
    warm = _resident_mb()
    swap(SWAPS)
    return asked - before, _resident_mb() - warm


def _resident_mb() -> float:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    sys.stdout.write(json.dumps(grow()))
