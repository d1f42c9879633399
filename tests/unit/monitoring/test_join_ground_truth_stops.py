"""A run may be stopped before or after any of its writes; the next one makes it whole."""

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count

import pytest

from functions.contracts.artifact import StoredObject
from functions.contracts.labels import WAIT, LabelOutcome
from functions.monitoring.join_ground_truth import join_ground_truth
from tests.fakes.object_store import InMemoryObjectStore
from tests.unit.core.drift_world import rows
from tests.unit.monitoring.label_world import LATER, PREDICTED, LabelWorld

MINUTE = timedelta(minutes=1)


class StoppedError(Exception):
    """The function's environment was taken away."""


@dataclass
class StoppingStore(InMemoryObjectStore):
    """Stops at a write, before it or after it was made."""

    writes_left: int = 0
    is_after: bool = False

    def write(self, key: str, body: bytes, *, content_type: str) -> StoredObject:
        self.writes_left -= 1
        if self.writes_left < 0 and not self.is_after:
            raise StoppedError
        stored = super().write(key, body, content_type=content_type)
        if self.writes_left < 0:
            raise StoppedError
        return stored


def _world() -> LabelWorld:
    """Labels of two days, one of them twice and one in vain, and two that contradict."""
    world = LabelWorld()
    world.predict(rows(6, seed=1), at=PREDICTED - timedelta(days=1))
    world.predict(rows(4, seed=2), inference_id="b")
    world.report({"a/0": 1, "a/1": 0, "b/0": 1, "nobody": 1})
    world.report({"a/0": 1, "b/0": 0, "b/1": 1}, at=LATER + 61 * MINUTE)
    return world


def _documents(world: LabelWorld) -> tuple[object, ...]:
    hours = [world.hour(PREDICTED - timedelta(days=1)), world.hour(PREDICTED)]
    arrivals = [world.arrivals(LATER), world.arrivals(LATER + 61 * MINUTE)]
    return (*hours, *(each.model_copy(update={"waiting": None}) for each in arrivals))


@pytest.mark.slow
@pytest.mark.parametrize("is_after", [False, True])
def test_a_run_stopped_at_any_write_is_made_whole_by_the_next(*, is_after: bool) -> None:
    undisturbed = _world()
    undisturbed.join(LATER + WAIT)
    expected = _documents(undisturbed)

    for writes in count():
        world = _world()
        store = StoppingStore(world.store.versions, writes_left=writes, is_after=is_after)
        try:
            join_ground_truth(
                replace(world.ports, captures=store),
                now=lambda: LATER + WAIT,
                until=LATER + WAIT + MINUTE,
            )
        except StoppedError:
            world.join(LATER + WAIT)
            assert _documents(world) == expected, f"stopped at write {writes}"
        else:
            break

    assert writes >= 10
    assert undisturbed.arrivals().outcomes["car"] == {
        LabelOutcome.TAKEN: 3,
        LabelOutcome.UNKNOWN: 1,
    }
