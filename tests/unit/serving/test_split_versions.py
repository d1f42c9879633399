"""Which of a model's versions answers: the split of its alias, or the caller."""

from collections import Counter
from datetime import timedelta

import pytest

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.capture import FailureLine
from functions.contracts.naming import Alias
from functions.contracts.release import Share
from functions.core.registry import UnknownVersionError
from functions.serving.errors import NothingToServeError
from tests.unit.serving.asking import predict
from tests.unit.serving.test_versions import BETTER_GRAPH
from tests.unit.serving.world import (
    GOOD_LOAN,
    LOAN_FEATURES,
    NOW,
    REFRESH_SECONDS,
    World,
    artifact_spec,
    loan_world,
)


def split(
    world: World,
    content: bytes,
    percent: float = 30.0,
    spec: ArtifactSpec | None = None,
    **fields: object,
) -> None:
    """Give version 2 a share of the callers."""
    published = world.publish(spec or artifact_spec(), content, number=2, promote=False)
    artifact = published.artifact
    pointer = world.registry.find_alias("loan_default", Alias.CHAMPION)
    share = Share(number=2, percent=percent, artifact=artifact)
    changed = {"shares": (share,), "split_id": "rollout-2", "revision": pointer.revision + 1}
    world.registry.aliases["loan_default", Alias.CHAMPION] = pointer.model_copy(
        update=changed | fields
    )


def answering(world: World, keys: int = 400) -> Counter[tuple[int, str]]:
    chosen = [world.ports.versions.choose("loan_default", f"key-{i}") for i in range(keys)]
    return Counter((each.version.number, each.variant) for each in chosen)


def test_gives_a_share_of_the_keys_to_the_challenger_and_each_key_always_the_same() -> None:
    world = loan_world()
    split(world, BETTER_GRAPH)

    counts = answering(world)

    assert set(counts) == {(1, "champion"), (2, "rollout-2")}
    assert 80 <= counts[2, "rollout-2"] <= 160
    assert answering(world) == counts


def test_gives_all_keys_to_the_champion_when_the_split_has_lapsed() -> None:
    world = loan_world()
    split(world, BETTER_GRAPH, split_until=NOW + timedelta(seconds=5))

    assert len(answering(world)) == 2
    world.clock.seconds = 5

    assert set(answering(world)) == {(1, "champion")}


def test_leaves_the_keys_of_a_challenger_that_cannot_be_loaded_to_the_champion() -> None:
    world = loan_world()
    split(world, b"no graph")

    assert set(answering(world)) == {(1, "champion")}
    assert world.logged("challenger.load_failed")


def test_tries_a_challenger_again_that_could_not_be_loaded() -> None:
    world = loan_world()
    split(world, BETTER_GRAPH)
    world.store.reachable = False
    served = world.ports.versions
    with pytest.raises(NothingToServeError):
        served.choose("loan_default", "key-1")
    world.store.reachable = True
    world.clock.seconds = REFRESH_SECONDS

    assert len(answering(world)) == 2


def test_answers_with_a_version_by_its_number() -> None:
    world = loan_world()
    split(world, BETTER_GRAPH)
    versions = world.ports.versions

    chosen = [versions.numbered("loan_default", number) for number in (1, 2)]

    assert [each.version.number for each in chosen] == [1, 2]
    assert {each.variant for each in chosen} == {"pinned"}
    with pytest.raises(UnknownVersionError):
        versions.numbered("loan_default", 3)


def test_captures_a_refusal_of_what_the_champion_would_have_read() -> None:
    world = loan_world()
    strict = LOAN_FEATURES.model_copy(
        update={
            "features": tuple(
                each.model_copy(update={"name": "years"}) if each.name == "age" else each
                for each in LOAN_FEATURES.features
            )
        }
    )
    split(world, BETTER_GRAPH, percent=100.0, spec=artifact_spec(schema=strict))

    refused = predict(GOOD_LOAN, world, x_inference_id="refused")
    wrong = predict({"nothing": "of the kind"}, world)

    assert (refused.status, wrong.status) == (422, 422)
    (line,) = [FailureLine.model_validate(each) for each in world.lines()]
    assert (line.id, line.version, line.variant) == ("refused", 2, "rollout-2")
    assert (line.status, line.error) == (422, "RecordsError")


def test_captures_the_champions_answer_as_a_failure_of_the_version_that_does_not_load() -> None:
    world = loan_world()
    split(world, b"no graph", percent=100.0)

    answer = predict(GOOD_LOAN, world)

    assert answer.status == 200
    failed, answered = world.lines()
    line = FailureLine.model_validate(failed)
    assert (line.version, line.variant) == (2, "rollout-2")
    assert (line.status, line.error) == (503, "NothingToServeError")
    assert (answered["version"], answered["variant"]) == (1, "champion")


def test_an_empty_routing_key_is_none() -> None:
    world = loan_world()

    assert predict(GOOD_LOAN, world, **{"x-routing-key": ""}).status == 200
