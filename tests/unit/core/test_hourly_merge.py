"""What an hour's record becomes when rows are added to it."""

from pathlib import Path

import numpy as np
import pytest

from functions.contracts.artifact import ArtifactSpec, StoredObject
from functions.contracts.estimates import ClassSums, Estimator
from functions.contracts.hourly import HourRecord, PartKind, RowPart
from functions.contracts.model_spec import Task
from functions.core import hourly_merge
from functions.core.estimates import summarize_answers
from functions.core.hourly_lines import HourKey, hour_of, read_source
from functions.core.hourly_merge import (
    Addition,
    KnownVersion,
    choose_absorbed,
    gather_addition,
    grow_hour,
)
from tests.unit.aws.compaction_world import SPEC, START, request

HOUR = HourKey("car", hour_of(START))
GOLDEN = Path(__file__).parents[2] / "golden"
NOTHING: dict[PartKind, set[str]] = {kind: set() for kind in PartKind}


def addition_of(*lines: str, known: KnownVersion | None = None) -> Addition:
    source = read_source("s", "\n".join(lines).encode(), START)
    found = gather_addition(HOUR, empty(), [source], lambda _m, _n: known)
    assert found is not None
    return found


def empty() -> HourRecord:
    return HourRecord(model="car", hour=START)


def part(rows: int, *, schema_id: str = SPEC.feature_schema.schema_id) -> RowPart:
    stored = StoredObject(key="k", s3_version_id="v", sha256="0" * 64, size_bytes=1)
    return RowPart(
        stored=stored, rows=rows, schema_id=schema_id, features=3, outputs=2, versions=(1,)
    )


def test_adds_nothing_of_an_object_that_is_in_the_record() -> None:
    source = read_source("s", request("a").encode(), START)
    record = empty().model_copy(update={"sources": ("s",)})

    assert gather_addition(HOUR, record, [source], lambda _m, _n: None) is None


@pytest.mark.parametrize(
    ("held", "absorbed"),
    [([2], [2]), ([3], []), ([1, 3], [1, 3]), ([2, 8], [2]), ([2, 4, 8], [2, 4, 8])],
)
def test_writes_anew_what_is_no_larger_than_what_comes(
    held: list[int], absorbed: list[int]
) -> None:
    addition = addition_of(request("a", 2))

    found = choose_absorbed([part(rows) for rows in held], addition)

    assert [one.rows for one in found] == absorbed


def test_leaves_files_of_another_schema_and_large_ones_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    addition = addition_of(request("a", 4))
    monkeypatch.setattr(hourly_merge, "MAXIMUM_PART_ROWS", 6)

    assert choose_absorbed([part(1, schema_id="other")], addition) == ()
    assert choose_absorbed([part(3)], addition) == ()


def test_counts_what_has_another_shape_than_its_schema_as_corrupt() -> None:
    wide = SPEC.model_copy(update={"classes": ("a", "b", "c")})

    addition = addition_of(request("a"), known=KnownVersion(wide))

    assert (addition.lines, addition.corrupt_lines, addition.blocks) == (1, 1, ())
    assert grow_hour(empty(), addition, NOTHING, lambda _m, _n: None).record.corrupt_lines == 1


def test_sums_what_estimates_of_quality_need() -> None:
    text = (GOLDEN / "estimator_v1_classes.json").read_text(encoding="utf-8")
    estimator = Estimator.model_validate_json(text)
    classes = len(estimator.calibrations)
    described: ArtifactSpec = SPEC.model_copy(
        update={
            "task": Task.MULTICLASS_CLASSIFICATION,
            "classes": tuple(f"c{index}" for index in range(classes)),
        }
    )
    known = KnownVersion(described, estimator)
    rng = np.random.default_rng(5)
    outputs = rng.dirichlet(np.ones(classes), size=4).astype(np.float32)
    record = empty()
    for name, answers in (("a", outputs[:2]), ("b", outputs[2:])):
        addition = addition_of(answered(name, answers), known=known)
        record = grow_hour(record, addition, NOTHING, lambda _m, _n: known).record

    (group,) = record.groups

    at_once = summarize_answers(estimator, np.zeros((4, 3), np.float32), outputs)
    assert isinstance(group.estimates, ClassSums)
    assert isinstance(at_once, ClassSums)
    assert group.estimates.rows == at_once.rows == 4
    assert group.estimates.brier == pytest.approx(at_once.brier)
    assert HourRecord.model_validate_json(record.model_dump_json()) == record


def answered(name: str, outputs: np.ndarray) -> str:
    """The line of a request that was answered so."""
    from tests.unit.core.drift_world import rows
    from tests.unit.monitoring.window_world import capture_lines

    (line,) = capture_lines(rows(len(outputs), seed=1), id_=name, at=START, outputs=outputs)
    return line
