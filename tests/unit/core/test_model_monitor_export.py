"""Profiles and drift reports as Model Monitor's files."""

import json
from typing import Any

import numpy as np
import pytest

from functions.contracts.drift import DriftReport
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.contracts.model_spec import Task
from functions.core.model_monitor_export import (
    constraints_document,
    statistics_document,
    violations_document,
)
from functions.core.profile import (
    ProfileMismatchError,
    profile_matrix,
    profile_predictions,
)
from tests.unit.core.drift_world import personal, profile, report, rows, spec

COUNTED = FeatureSchema(features=(Feature(name="amount", type="integer"),))
COLORS = FeatureSchema(features=(Feature(name="color", type="string", categories=("red", "blue")),))


def features(document: dict[str, object]) -> list[dict[str, Any]]:
    """The features of a document as its readers find them."""
    read: list[dict[str, Any]] = json.loads(json.dumps(document, allow_nan=False))["features"]
    return read


def statistics(schema: FeatureSchema, *values: float) -> dict[str, Any]:
    column = np.array(values, np.float32).reshape(-1, 1)
    (only,) = features(statistics_document(spec(schema), profile_matrix(schema, column)))
    return only


def constraints(schema: FeatureSchema, *values: float) -> dict[str, Any]:
    column = np.array(values, np.float32).reshape(-1, 1)
    (only,) = features(constraints_document(spec(schema), profile_matrix(schema, column)))
    return only


def violations(judged: DriftReport) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads(json.dumps(violations_document(judged)))["violations"]
    return read


def checks(judged: DriftReport) -> list[tuple[str, str]]:
    return [(each["feature_name"], each["constraint_check_type"]) for each in violations(judged)]


def test_describes_numbers_by_moments_and_ten_buckets_of_equal_width() -> None:
    described = statistics(COUNTED, 0, 1, 2, 3, 10, float("nan"))

    assert described["inferred_type"] == "Integral"
    numbers = described["numerical_statistics"]
    buckets = numbers.pop("distribution")["kll"]["buckets"]
    assert numbers == {
        "common": {"num_present": 5, "num_missing": 1},
        "mean": 3.2,
        "sum": 16.0,
        "std_dev": pytest.approx(np.std([0, 1, 2, 3, 10])),
        "min": 0.0,
        "max": 10.0,
    }
    assert [bucket["count"] for bucket in buckets] == [1, 1, 1, 1, 0, 0, 0, 0, 0, 1]
    assert [bucket["lower_bound"] for bucket in buckets] == pytest.approx(range(10))
    assert [bucket["upper_bound"] for bucket in buckets] == pytest.approx(range(1, 11))


def test_equal_numbers_have_one_bucket() -> None:
    numbers = statistics(COUNTED, 7, 7)["numerical_statistics"]

    assert numbers["distribution"]["kll"]["buckets"] == [
        {"lower_bound": 7.0, "upper_bound": 7.0, "count": 2}
    ]
    assert numbers["std_dev"] == 0.0


def test_buckets_of_a_coarse_profile_hold_all_rows_near_their_place() -> None:
    drawn = np.random.default_rng(3).normal(100.0, 15.0, (20_000, 1)).astype(np.float32)
    numbers = statistics(COUNTED, *drawn.ravel())["numerical_statistics"]

    buckets = numbers["distribution"]["kll"]["buckets"]
    assert sum(bucket["count"] for bucket in buckets) == len(drawn)
    assert numbers["mean"] == pytest.approx(drawn.mean(), rel=1e-5)
    assert numbers["min"] == pytest.approx(drawn.min(), rel=0.008)
    assert numbers["max"] == pytest.approx(drawn.max(), rel=0.008)


def test_infinities_are_present_and_in_no_bucket() -> None:
    numbers = statistics(COUNTED, 1, 2, float("inf"), float("-inf"))["numerical_statistics"]

    assert numbers["common"] == {"num_present": 4, "num_missing": 0}
    assert (numbers["mean"], numbers["min"], numbers["max"]) == (1.5, 1.0, 2.0)
    assert sum(bucket["count"] for bucket in numbers["distribution"]["kll"]["buckets"]) == 2


def test_describes_strings_by_what_was_seen_of_the_categories() -> None:
    assert statistics(COLORS, 1, 1, -1, float("nan")) == {
        "name": "color",
        "inferred_type": "String",
        "string_statistics": {
            "common": {"num_present": 3, "num_missing": 1},
            "distinct_count": 1,
            "distribution": {"categorical": {"buckets": [{"value": "blue", "count": 2}]}},
        },
    }


def test_constrains_completeness_sign_and_domain() -> None:
    assert constraints(COUNTED, 0, 1, 2, float("nan")) == {
        "name": "amount",
        "inferred_type": "Integral",
        "completeness": 0.75,
        "num_constraints": {"is_non_negative": True},
    }
    assert constraints(COUNTED, -1, 1)["num_constraints"] == {"is_non_negative": False}
    assert constraints(COLORS, 1)["string_constraints"] == {"domains": ["red", "blue"]}


@pytest.mark.parametrize("values", [(float("nan"),), (float("inf"),), ()])
def test_asks_nothing_of_a_column_without_a_number(values: tuple[float, ...]) -> None:
    unknown = {"name": "amount", "inferred_type": "Unknown"}

    assert statistics(COUNTED, *values) == unknown
    assert constraints(COUNTED, *values) == unknown | {"completeness": 0.0}


@pytest.mark.parametrize("name", ["amount", "fuel"])
def test_tells_nothing_of_a_personal_feature(name: str) -> None:
    described = spec(personal(name))
    reference = profile(rows(100, seed=1))

    unknown = {"name": name, "inferred_type": "Unknown"}
    assert unknown in features(statistics_document(described, reference))
    assert unknown | {"completeness": 0.0} in features(constraints_document(described, reference))


def test_describes_the_prediction_last() -> None:
    reference = profile(rows(100, seed=1))
    document = statistics_document(spec(), reference)

    assert document["version"] == 0
    assert document["dataset"] == {"item_count": 100}
    assert [(f["name"], f["inferred_type"]) for f in features(document)] == [
        ("amount", "Fractional"),
        ("fuel", "String"),
        ("is_new", "Integral"),
        ("prediction", "Fractional"),
    ]


def test_describes_a_predicted_class_by_name() -> None:
    task = Task.MULTICLASS_CLASSIFICATION
    described = spec(COUNTED).model_copy(update={"task": task, "classes": ("cat", "dog", "eel")})
    predicted = profile_predictions(task, np.array([[0.1, 0.2, 0.7]], np.float32))
    counted = profile_matrix(COUNTED, np.ones((1, 1), np.float32))
    reference = counted.model_copy(update={"prediction": predicted})

    prediction = features(statistics_document(described, reference))[-1]
    assert prediction["string_statistics"]["distribution"]["categorical"]["buckets"] == [
        {"value": "eel", "count": 1}
    ]


def test_refuses_another_models_profile() -> None:
    other = profile_matrix(COLORS, np.zeros((1, 1), np.float32))

    with pytest.raises(ProfileMismatchError, match="not of the 1 features of car"):
        statistics_document(spec(COUNTED), other)


def test_a_window_like_its_reference_violates_nothing() -> None:
    assert violations_document(report(rows(2000, seed=2))) == {"violations": []}


def test_a_window_too_small_to_be_judged_violates_nothing() -> None:
    assert checks(report(rows(20, seed=2, shift=3.0))) == []


def test_a_shift_is_a_baseline_drift_of_feature_and_prediction() -> None:
    judged = report(rows(2000, seed=2, shift=1.0))

    assert checks(judged) == [
        ("amount", "baseline_drift_check"),
        ("prediction", "baseline_drift_check"),
    ]
    assert violations(judged)[0]["description"] == judged.features[0].reason


def test_each_reason_is_a_violation_of_its_own() -> None:
    current = rows(2000, seed=2)
    current[:400, 1] = -1
    current[400:800, 1] = np.nan
    current[800:, 1] = 2

    assert checks(report(current)) == [
        ("fuel", "baseline_drift_check"),
        ("fuel", "completeness_check"),
        ("fuel", "categorical_values_check"),
    ]


def test_a_report_that_tells_no_kinds_has_one_violation_a_column() -> None:
    judged = report(rows(2000, seed=2, shift=1.0))
    old = judged.model_dump(mode="json")
    for column in (*old["features"], old["prediction"]):
        del column["breaches"]

    assert violations_document(DriftReport.model_validate(old)) == violations_document(judged)
