"""The same rows by the same recipe make the same model."""

import pytest

from functions.contracts.model_spec import DriftPolicy, Gates, ModelSpec, Retraining, Training
from functions.contracts.release import ExecutionRecord, Outcome
from functions.core.retraining_recipe import find_same_run, recipe_of
from tests.fakes.documents import NOW, alias_pointer, audit_entry, model_version
from tests.fakes.registry import InMemoryRegistry
from tests.unit.preparation.world import spec

MODEL = "m"
CODE = b"code"


def run(
    name: str, outcome: Outcome, *, dataset: str = "ds-1", recipe: str = "rc-1"
) -> ExecutionRecord:
    return ExecutionRecord(
        model=MODEL,
        execution=name,
        trigger="person",
        outcome=outcome,
        reason="because",
        dataset_version=dataset,
        recipe=recipe,
        ended_at=NOW,
    )


def registry_of(*runs: ExecutionRecord, champion: str | None = None) -> InMemoryRegistry:
    registry = InMemoryRegistry()
    for each in runs:
        registry.add_execution(each)
    if champion is not None:
        version = model_version(1, model=MODEL)
        registry.add(version.model_copy(update={"execution": champion}))
        registry.move_alias(
            alias_pointer(1, model=MODEL),
            audit_entry(1, to_number=1, model=MODEL),
            expected_revision=0,
        )
    return registry


@pytest.mark.parametrize(
    "changed",
    [
        spec(training=Training(metric="roc_auc_score", parameters={"depth": (1, 2)})),
        spec(gates=Gates(maximum_latency_ms=5.0)),
    ],
)
def test_is_another_for_other_rules(changed: ModelSpec) -> None:
    assert recipe_of(changed, CODE) != recipe_of(spec(), CODE)


def test_is_another_for_other_code() -> None:
    assert recipe_of(spec(), b"other") != recipe_of(spec(), CODE)


@pytest.mark.parametrize(
    "changed",
    [
        spec(owner="somebody else"),
        spec(retraining=Retraining(cool_down_minutes=1)),
        spec(drift=DriftPolicy(threshold=0.3)),
        spec(
            training=spec().training.model_copy(update={"schedule": "rate(1 day)"}),
        ),
    ],
)
def test_is_the_same_for_what_makes_no_other_model(changed: ModelSpec) -> None:
    assert recipe_of(changed, CODE) == recipe_of(spec(), CODE)
    assert recipe_of(changed, CODE).startswith("rc-")


def test_finds_the_run_that_made_the_champion() -> None:
    made = run("made", Outcome.PROMOTED)

    assert find_same_run(registry_of(made, champion="made"), MODEL, "ds-1", "rc-1") == made


@pytest.mark.parametrize(
    "outcome", [Outcome.REJECTED_BY_GATES, Outcome.REJECTED_BY_REPLAY, Outcome.ROLLED_BACK]
)
def test_finds_the_last_refused_run(outcome: Outcome) -> None:
    refused = run("refused", outcome)

    assert find_same_run(registry_of(refused), MODEL, "ds-1", "rc-1") == refused


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.REJECTED_DATA, Outcome.NO_NEW_DATA])
def test_lets_a_run_that_made_nothing_be_repeated(outcome: Outcome) -> None:
    assert find_same_run(registry_of(run("made", outcome)), MODEL, "ds-1", "rc-1") is None


@pytest.mark.parametrize(("dataset", "recipe"), [("ds-2", "rc-1"), ("ds-1", "rc-2")])
def test_finds_nothing_for_other_rows_or_another_recipe(dataset: str, recipe: str) -> None:
    registry = registry_of(run("made", Outcome.PROMOTED), champion="made")

    assert find_same_run(registry, MODEL, dataset, recipe) is None


def test_looks_at_the_champion_not_at_one_before_it() -> None:
    registry = registry_of(
        run("old", Outcome.PROMOTED), run("new", Outcome.PROMOTED, dataset="ds-2"), champion="new"
    )

    assert find_same_run(registry, MODEL, "ds-1", "rc-1") is None


def test_looks_past_what_a_fire_drill_made() -> None:
    refused = run("refused", Outcome.REJECTED_BY_GATES)
    drill = run("drill", Outcome.REJECTED_BY_GATES).model_copy(update={"trigger": "drill"})

    assert find_same_run(registry_of(drill), MODEL, "ds-1", "rc-1") is None
    assert find_same_run(registry_of(refused, drill), MODEL, "ds-1", "rc-1") == refused
