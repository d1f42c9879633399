"""A dataset version's name follows from content, rules and split, and from nothing else."""

import re

import pytest

from functions.contracts.feature_schema import Feature, FeatureType
from functions.contracts.model_spec import DataRules, Gates, Holdout, ModelSpec, Target, Training
from functions.core.dataset_identity import dataset_version_of

HASHES = ("a" * 64, "b" * 64)
AGE = Feature(name="age", type=FeatureType.INTEGER, maximum=120)


def spec(**changes: object) -> ModelSpec:
    fields: dict[str, object] = {
        "name": "m",
        "task": "binary_classification",
        "owner": "tests",
        "target": Target(name="y", classes=(0, 1)),
        "features": (AGE,),
        "training": Training(metric="roc_auc_score"),
    }
    return ModelSpec.model_validate({**fields, **changes})


NAME = dataset_version_of(spec(), HASHES, None)


def test_is_ds_and_sixteen_digits() -> None:
    assert re.fullmatch(r"ds-[0-9a-f]{16}", NAME)


def test_does_not_depend_on_the_order_of_the_files() -> None:
    assert dataset_version_of(spec(), HASHES[::-1], None) == NAME


@pytest.mark.parametrize(
    "changes",
    [
        {"owner": "somebody else", "description": "another text"},
        {"gates": Gates(maximum_latency_ms=1.0)},
        {"training": Training(metric="log_loss_error", parameters={"depth": (1,)})},
        {"features": (AGE.model_copy(update={"description": "years", "example": 3}),)},
        {"target": Target(name="y", classes=(0, 1), description="stays")},
    ],
)
def test_stays_when_something_else_changes(changes: dict[str, object]) -> None:
    assert dataset_version_of(spec(**changes), HASHES, None) == NAME


@pytest.mark.parametrize(
    "changes",
    [
        {"features": (AGE.model_copy(update={"maximum": 121}),)},
        {"features": (AGE.model_copy(update={"max_missing_rate": 0.1}),)},
        {"features": (AGE.model_copy(update={"type": FeatureType.NUMBER}),)},
        {"target": Target(name="y", classes=(1, 0))},
        {"data": DataRules(minimum_rows=50)},
        {"training": Training(metric="roc_auc_score", window_rows=100)},
        {"training": Training(metric="roc_auc_score", window_rows="auto")},
        {"training": Training(metric="roc_auc_score", holdout=Holdout(seed=8))},
        {"training": Training(metric="roc_auc_score", holdout=Holdout(fraction=0.3))},
    ],
)
def test_changes_with_a_rule_or_the_split(changes: dict[str, object]) -> None:
    assert dataset_version_of(spec(**changes), HASHES, None) != NAME


@pytest.mark.parametrize(
    ("hashes", "captures"),
    [(HASHES[:1], None), ((*HASHES, HASHES[0]), None), (HASHES, "c" * 64)],
)
def test_changes_with_the_content(hashes: tuple[str, ...], captures: str | None) -> None:
    assert dataset_version_of(spec(), hashes, captures) != NAME


def test_is_the_name_that_it_was() -> None:
    """Names are kept in manifests: a change means a new `_FORMAT`, on purpose."""
    assert NAME == "ds-d3f7efd1f8f9d988"
