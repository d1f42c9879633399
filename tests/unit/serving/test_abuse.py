"""Bad requests of every kind over every wire; `make abuse` sends a hundred thousand."""

from random import Random

import pytest

from tests.abuse.kinds import KINDS, Kind, pairs
from tests.abuse.requests import SAMPLES, http_event, rest_event
from tests.abuse.run import readers_of_long_bodies, send
from tests.unit.serving.world import three_models

DRAWS = 2
WORLD = three_models()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_refuses_or_answers_every_bad_request(kind: Kind) -> None:
    for number, (_, sample) in enumerate(pair for pair in pairs() if pair[0] is kind):
        random = Random(number)  # noqa: S311 - a seeded draw of tests
        for _ in range(DRAWS):
            event = kind.make(random, sample)
            status = send(WORLD, event)
            with readers_of_long_bodies():
                assert send(WORLD, event) == status


@pytest.mark.parametrize("make", [rest_event, http_event])
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample.wire} {sample.path}")
def test_answers_the_good_request_that_the_bad_ones_are_made_of(make, sample) -> None:
    assert send(WORLD, make(sample, sample.bytes())) in {200, 202}
