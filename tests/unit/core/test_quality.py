"""The rules of data, on columns."""

from collections.abc import Iterable

import numpy as np
import pytest

from functions.contracts.feature_schema import Feature, FeatureType
from functions.contracts.model_spec import ModelSpec, Target, Task, Training
from functions.core import quality
from functions.core.quality import Column, Finding

NUMBER = Feature(name="x", type=FeatureType.NUMBER, minimum=0.1, maximum=0.7)
INTEGER = Feature(name="x", type=FeatureType.INTEGER)
FUEL = Feature(name="x", type=FeatureType.STRING, categories=("a", "b"), max_unseen_rate=0.25)


def column(values: list[object], *, unreadable: tuple[int, ...] = ()) -> Column:
    texts = any(isinstance(value, str) for value in values)
    plain = (
        np.array(values, dtype=object)
        if texts
        else np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    )
    broken = np.zeros(len(values), dtype=np.bool_)
    broken[list(unreadable)] = True
    missing = np.array([value is None for value in values]) & ~broken
    return Column("x", plain, missing, broken)


def regression() -> ModelSpec:
    return ModelSpec(
        name="m",
        task="regression",
        owner="tests",
        target=Target(name="x", maximum=10),
        features=(INTEGER,),
        training=Training(metric="r2_score"),
    )


def rules(findings: Iterable[Finding]) -> list[tuple[str, list[int]]]:
    return [(finding.rule, finding.rows.tolist()) for finding in findings]


def test_finds_nothing_in_good_numbers() -> None:
    assert rules(quality.check_feature(NUMBER, column([0.1, 0.5, 0.7]))) == []


def test_counts_the_ends_of_a_range_in_as_float32_has_them() -> None:
    captured = [float(np.float32(0.1)), float(np.float32(0.7))]

    assert captured[0] > 0.1
    assert captured[1] < 0.7
    assert rules(quality.check_feature(NUMBER, column(captured))) == []
    assert rules(quality.check_feature(NUMBER, column([0.0999, 0.7001]))) == [
        ("out_of_range", [0, 1])
    ]


def test_tells_a_value_by_its_first_broken_rule_only() -> None:
    found = quality.check_feature(NUMBER, column([np.inf, 1e39, None, 0.5], unreadable=(3,)))

    assert rules(found) == [
        ("unreadable_value", [3]),
        ("missing_values", [2]),
        ("too_large", [0, 1]),
    ]


def test_wants_whole_numbers_of_an_integer_feature_however_large() -> None:
    found = quality.check_feature(INTEGER, column([3, -3.0, 2.5, 2.0**60]))

    assert rules(found) == [("fractional_value", [2])]


@pytest.mark.parametrize(("unseen", "breaks"), [(1, False), (2, True)])
def test_allows_a_rate_of_unknown_categories(unseen: int, breaks: bool) -> None:
    values: list[object] = ["z"] * unseen + ["a"] * (4 - unseen)

    found = rules(quality.check_feature(FUEL, column(values)))

    assert found == ([("unknown_category", [0, 1])] if breaks else [])


def test_does_not_take_a_missing_text_for_an_unknown_category() -> None:
    assert rules(quality.check_feature(FUEL, column(["a", None]))) == [("missing_values", [1])]


def test_notes_only_integers_that_float32_rounds() -> None:
    exact, rounded = column([2.0**24]), column([2.0**24 + 1, 2.0**31, 5])

    assert list(quality.note_rounding(INTEGER, exact)) == []
    assert list(quality.note_rounding(NUMBER, rounded)) == []
    (note,) = quality.note_rounding(INTEGER, rounded)
    assert note == (
        "x: whole numbers beyond 16,777,216 in 2 rows are rounded to the nearest float32 "
        "(steps of up to 256), as they are when served"
    )


def test_judges_the_labels_of_a_regression() -> None:
    labels = column([1, None, 11, np.inf, 5], unreadable=(4,))
    unknown = quality.find_unknown_labels(regression(), labels)

    found = rules(quality.check_target(regression(), labels, unknown))

    assert not unknown.any()
    assert found == [
        ("missing_label", [1]),
        ("unreadable_label", [4]),
        ("label_out_of_range", [2]),
        ("unreadable_label", [3]),
    ]


@pytest.mark.parametrize(
    ("codes", "part", "told"),
    [
        ([0, 1, 2, 0], quality.TRAINING, []),
        ([0, 0, 0], quality.TRAINING, ["one_class"]),
        ([0, 0, 0], quality.HELD_OUT, ["one_class"]),
        ([0, 1, 0], quality.TRAINING, ["absent_class"]),
        ([0, 1, 0], quality.HELD_OUT, []),
    ],
)
def test_wants_every_class_among_the_training_rows(
    codes: list[int], part: str, told: list[str]
) -> None:
    spec = regression().model_copy(
        update={
            "task": Task.MULTICLASS_CLASSIFICATION,
            "target": Target(name="x", classes=("a", "b", "c")),
        }
    )

    found = quality.check_classes(spec, np.array(codes), part)

    assert [rule for rule, _ in rules(found)] == told
