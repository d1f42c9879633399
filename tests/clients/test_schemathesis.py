"""Requests made of descriptions: the protocol's published one, and our own."""

import re
from pathlib import Path

import pytest

from tests.clients.loopback import served
from tests.clients.schemathesis_runs import run_published, run_schemathesis
from tests.unit.serving.world import World, loan_world, three_models

# Both take half a minute of generating thousands of requests; one worker runs them.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("schemathesis"),
]


def counted(summary: str) -> int:
    """Return how many requests were made, all of them passing."""
    found = re.search(r"(\d+) generated, (\d+) passed", summary)
    assert found is not None, summary
    assert found[1] == found[2]
    return int(found[1])


def answered_well(world: World) -> bool:
    return world.logged("request.failed") == []


def test_keeps_to_the_published_description_of_the_protocol(tmp_path: Path) -> None:
    world = three_models()

    with served(world) as url:
        summary = run_published(
            tmp_path,
            url,
            "--phases=examples,coverage,fuzzing",
            "--max-examples=25",
            models=("car_price", "tier"),
        )

    assert counted(summary) > 300
    assert answered_well(world)
    assert world.lines() != []


def test_keeps_to_its_own_description(tmp_path: Path) -> None:
    world = loan_world()

    with served(world) as url:
        summary = run_schemathesis(
            tmp_path,
            f"{url}/openapi.json",
            url,
            "--phases=examples,coverage,fuzzing",
            "--max-examples=5",
        )

    assert counted(summary) > 500
    assert answered_well(world)
    assert world.lines() != []
