"""Prepare where nothing is new."""

import pytest

from functions.contracts.release import ExecutionRecord, Outcome
from tests.fakes.documents import NOW
from tests.unit.preparation.world import MODEL, World, csv_text, rows


def trained(world: World, dataset_version: str, recipe: str) -> None:
    """Record that an execution was refused which was trained on these rows."""
    world.registry.add_execution(
        ExecutionRecord(
            model=MODEL,
            execution="before",
            trigger="drift_alarm",
            outcome=Outcome.REJECTED_BY_GATES,
            reason="too slow",
            dataset_version=dataset_version,
            recipe=recipe,
            ended_at=NOW,
        )
    )


def test_ends_where_nothing_is_new_since_the_last_refused_candidate() -> None:
    world = World()
    world.add(csv_text(rows()))
    first = world.prepare()
    trained(world, first.dataset_version, first.recipe)

    again = world.prepare()

    assert (again.passed, again.no_new_data) == (False, True)
    assert (again.dataset_version, again.recipe) == (first.dataset_version, first.recipe)
    assert "are those of what before refused" in again.reason
    assert f"windvane train {MODEL} --again" in again.reason


@pytest.mark.parametrize("change", ["rows", "code", "asked for again"])
def test_trains_on_new_rows_by_new_code_or_when_asked_to(change: str) -> None:
    world = World()
    world.add(csv_text(rows()))
    first = world.prepare()
    trained(world, first.dataset_version, first.recipe)
    if change == "rows":
        world.add(csv_text(rows(60)))
    if change == "code":
        world.code += b"# better"

    output = world.prepare(again=change == "asked for again")

    assert (output.passed, output.no_new_data) == (True, False)
