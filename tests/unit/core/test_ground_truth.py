from datetime import UTC, datetime, timedelta

import pytest

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.contracts.model_spec import Label, Task
from functions.core import ground_truth
from functions.core.ground_truth import (
    CLOCK_TOLERANCE,
    MAXIMUM_ITEMS,
    GroundTruthError,
    read_ground_truth,
)
from functions.core.problem import MAXIMUM_PROBLEMS, TooManyRowsError

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
GOOD = {"inference_id": "abc/0", "value": 1, "observed_at": "2026-03-01T10:00:00Z"}


def spec(*classes: Label) -> ArtifactSpec:
    tasks = {0: Task.REGRESSION, 2: Task.BINARY_CLASSIFICATION, 3: Task.MULTICLASS_CLASSIFICATION}
    return ArtifactSpec(
        model="m",
        task=tasks[len(classes)],
        feature_schema=FeatureSchema(features=(Feature(name="x", type="number"),)),
        target="y",
        classes=classes,
        maximum_rows=10,
        model_sha256="0" * 64,
    )


def refusals(document: object, of: ArtifactSpec) -> dict[str, str]:
    with pytest.raises(GroundTruthError) as refused:
        read_ground_truth(document, of, now=NOW)
    return {problem.pointer: problem.detail for problem in refused.value.problems}


def test_takes_an_outcome() -> None:
    (line,) = read_ground_truth([GOOD], spec(0, 1), now=NOW)

    assert (line.model, line.inference_id, line.value) == ("m", "abc/0", 1)
    assert line.observed_at == datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
    assert line.received_at == NOW


@pytest.mark.parametrize(
    ("classes", "value", "expected"),
    [
        ((0, 1), 1.0, 1),
        ((False, True), True, True),
        (("no", "yes"), "yes", "yes"),
        ((), 3, 3.0),
        ((), -2.5, -2.5),
    ],
)
def test_writes_a_value_as_the_models_own(
    classes: tuple[Label, ...], value: object, expected: object
) -> None:
    (line,) = read_ground_truth([{**GOOD, "value": value}], spec(*classes), now=NOW)

    assert line.value == expected
    assert type(line.value) is type(expected)


@pytest.mark.parametrize(
    ("classes", "value"),
    [
        ((0, 1), True),
        ((0, 1), "1"),
        ((0, 1), 2),
        ((0, 1), None),
        ((0, 1), [1]),
        ((False, True), 1),
        (("no", "yes"), "YES"),
        ((), "3"),
        ((), True),
        ((), float("inf")),
        ((), 10**400),
        ((), None),
    ],
)
def test_refuses_a_value_that_the_target_does_not_have(
    classes: tuple[Label, ...], value: object
) -> None:
    assert list(refusals([{**GOOD, "value": value}], spec(*classes))) == ["/0/value"]


@pytest.mark.parametrize(
    "text", ["abc", "A.b_c:d-9", "abc/12", "a" * 64, "a b", '"~1~0/7', "~1" * 64]
)
def test_takes_the_ids_that_predictions_have(text: str) -> None:
    assert read_ground_truth([{**GOOD, "inference_id": text}], spec(0, 1), now=NOW)


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", ["", " a", "a/b", "a//1", "a/", "a" * 65, "abc\n", 5, None, "é", "~2", "~"]
)
def test_refuses_ids_that_no_prediction_has(text: object) -> None:
    assert list(refusals([{**GOOD, "inference_id": text}], spec(0, 1))) == ["/0/inference_id"]


@pytest.mark.parametrize(("text", "is_told"), [("a/b", True), ("~", True), ("é", False)])
def test_tells_how_an_id_of_sagemakers_is_written(text: str, is_told: bool) -> None:
    detail = refusals([{**GOOD, "inference_id": text}], spec(0, 1))["/0/inference_id"]

    assert detail.endswith("; of SageMaker's InferenceId write ~ as ~0 and / as ~1") is is_told


def test_reads_moments_of_any_offset_as_utc() -> None:
    item = {**GOOD, "observed_at": "2026-03-01T12:30:00+02:00"}

    (line,) = read_ground_truth([item], spec(0, 1), now=NOW)

    assert line.observed_at == datetime(2026, 3, 1, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T10:00:00",
        "2026-03-01",
        "yesterday",
        "",
        1772359200,
        None,
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
    ],
)
def test_refuses_what_is_no_moment(text: object) -> None:
    assert list(refusals([{**GOOD, "observed_at": text}], spec(0, 1))) == ["/0/observed_at"]


def test_allows_for_clocks_that_differ_but_not_for_the_future() -> None:
    latest = NOW + CLOCK_TOLERANCE
    later = latest + timedelta(seconds=1)

    assert read_ground_truth([{**GOOD, "observed_at": latest.isoformat()}], spec(0, 1), now=NOW)
    found = refusals([{**GOOD, "observed_at": later.isoformat()}], spec(0, 1))

    assert "lies in the future" in found["/0/observed_at"]


def test_names_every_problem_of_every_outcome() -> None:
    found = refusals([GOOD, {"value": 1, "note": "x"}, 7], spec(0, 1))

    assert list(found) == ["/1/note", "/1/inference_id", "/1/observed_at", "/2"]
    assert found["/1/inference_id"] == "is missing"


@pytest.mark.parametrize("document", [None, {}, [], "x", 5, GOOD])
def test_refuses_what_is_no_array_of_outcomes(document: object) -> None:
    assert list(refusals(document, spec(0, 1))) == [""]


def test_takes_as_many_as_it_says_and_not_one_more() -> None:
    assert len(read_ground_truth([GOOD] * MAXIMUM_ITEMS, spec(0, 1), now=NOW)) == MAXIMUM_ITEMS
    with pytest.raises(TooManyRowsError):
        read_ground_truth([GOOD] * (MAXIMUM_ITEMS + 1), spec(0, 1), now=NOW)


def test_looks_for_no_more_problems_than_a_refusal_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[object] = []

    def find(value: object) -> str:
        looked_at.append(value)
        return "is none"

    monkeypatch.setattr(ground_truth, "_find_id_misfit", find)

    with pytest.raises(GroundTruthError) as refused:
        read_ground_truth([{}] * MAXIMUM_ITEMS, spec(0, 1), now=NOW)

    assert refused.value.and_more
    assert len(looked_at) < MAXIMUM_PROBLEMS
