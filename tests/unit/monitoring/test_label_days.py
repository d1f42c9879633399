"""Of the files of a day's labels, the ledger's is kept."""

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.contracts import keys
from functions.contracts.labels import LabelDay
from functions.monitoring.join_ground_truth import join_ground_truth
from tests.unit.core.drift_world import rows
from tests.unit.monitoring.label_world import LATER, PREDICTED, AgedStore, LabelWorld

MINUTE = timedelta(minutes=1)


@pytest.fixture
def world() -> LabelWorld:
    world = LabelWorld()
    world.predict(rows(40, seed=3))
    return world


def test_retires_the_file_that_its_ledger_named_before(world: LabelWorld) -> None:
    """Else each change of a day would leave a file for as long as captures are kept."""
    day = keys.label_day("car", PREDICTED.date())
    world.report({"a/0": 1})
    world.join()
    first = LabelDay.model_validate_json(world.store.read(day)).entries
    assert world.store.retired == set()

    world.report({"a/1": 1}, at=LATER + MINUTE)
    world.join()
    world.join()

    second = LabelDay.model_validate_json(world.store.read(day)).entries
    assert world.store.retired == {first.key}
    assert second.key != first.key


def test_grows_a_ledger_whose_file_its_age_has_ended(world: LabelWorld) -> None:
    world.report({"a/0": 1})
    world.join()
    aged = AgedStore(versions=world.store.versions)
    world.report({"a/1": 1}, at=LATER + MINUTE)

    ports = replace(world.ports, captures=aged)
    join_ground_truth(ports, now=lambda: LATER + 30 * MINUTE, until=LATER + 31 * MINUTE)

    assert world.hour().groups[0].labelled == 2
