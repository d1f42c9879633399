import numpy as np
import pytest

from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.contracts.rollout_messages import ReplayOutput
from functions.core.replay import ReplayComparison
from functions.release import replay as step
from functions.release import wiring
from tests.unit.release.replay_world import ReplayWorld
from tests.unit.release.world import EXECUTION, FEATURES, MODEL, WEIGHTS

OTHER_ORDER = tuple(reversed(FEATURES))
WANTING_MORE = (*FEATURES, Feature(name="height", type="number"))


def compared(world: ReplayWorld, output: ReplayOutput) -> ReplayComparison:
    return ReplayComparison.model_validate_json(world.models.read(output.key))


def test_finds_no_difference_between_equal_versions() -> None:
    world = ReplayWorld()
    world.ask(30, rows=5, labels=True)
    world.planned()

    output = world.replayed()

    found = compared(world, output)
    assert (output.rows, output.set_aside) == (150, 0)
    assert (found.compared, found.agreeing, found.absolute_differences) == (150, 150, 0.0)


def test_finds_the_rows_that_the_versions_answer_differently() -> None:
    world = ReplayWorld(tuple(-weight for weight in WEIGHTS))
    world.ask(40)
    world.planned()

    found = compared(world, world.replayed())

    assert found.agreeing == 0
    assert found.differing[0].difference > 0.5
    assert set(found.differing[0].features) == {"age", "income", "debt"}


def test_gives_each_version_the_rows_in_its_own_encoding() -> None:
    """The same model over the same features in another order answers alike."""
    world = ReplayWorld(tuple(reversed(WEIGHTS)), features=OTHER_ORDER)
    world.ask(40)
    world.planned()

    found = compared(world, world.replayed())

    assert found.agreeing == 40
    assert found.absolute_differences == pytest.approx(0.0, abs=1e-5)


def test_joins_what_came_true_of_a_row() -> None:
    world = ReplayWorld()
    world.ask(20, labels=True)
    world.planned()

    assert compared(world, world.replayed()).labelled.kept == 20


def test_reads_no_hash_of_a_personal_feature_as_a_number() -> None:
    """The versions differ in what they make of the age alone, and the age is nobody's business."""
    personal = (FEATURES[0].model_copy(update={"pii": True}), *FEATURES[1:])
    world = ReplayWorld((9.0, *WEIGHTS[1:]), features=personal)
    world.ask(20, version=2, schema_id=FeatureSchema(features=personal).schema_id)
    world.planned()

    found = compared(world, world.replayed())

    assert (found.compared, found.absolute_differences) == (20, 0.0)


def test_sets_aside_rows_that_lack_a_feature_of_the_new_version() -> None:
    world = ReplayWorld((*WEIGHTS, 1.0), features=WANTING_MORE)
    world.ask(20)
    world.planned()

    output = world.replayed()

    assert (output.rows, output.set_aside) == (0, 20)
    assert output.why == "the rows have no feature 'height'"


def test_sets_aside_rows_of_a_schema_that_their_version_never_had() -> None:
    world = ReplayWorld()
    world.ask(20, name="right")
    world.ask(3, name="wrong", schema_id="other")
    world.planned()

    output = world.replayed()

    assert (output.rows, output.set_aside) == (20, 3)
    assert "rows of schema other are not of the version's" in output.why


def test_answers_the_workflow_with_plain_json(monkeypatch: pytest.MonkeyPatch) -> None:
    world = ReplayWorld()
    world.ask(3)
    world.planned()
    monkeypatch.setattr(wiring, "replay_ports", lambda: world.ports)

    answer = step.handler({"model": MODEL, "execution": EXECUTION, "part": 0}, None)

    assert ReplayOutput.model_validate(answer).rows == 3
    assert np.isfinite(compared(world, ReplayOutput.model_validate(answer)).absolute_differences)
