"""Reading what a version says of itself."""

import pytest

from functions.contracts.estimates import Calibration, Estimator
from functions.contracts.labels import HeldOutLosses, LossSums
from functions.contracts.model_spec import Task
from functions.core.reference_rows import draw_reference_rows, pack_reference_rows
from functions.core.stored_objects import AlteredObjectError
from functions.core.stored_specs import (
    read_estimator,
    read_held_out,
    read_reference_rows,
    read_spec,
)
from tests.fakes.documents import artifact
from tests.fakes.object_store import InMemoryObjectStore
from tests.unit.core.drift_world import SCHEMA, answers, rows, spec


def test_reads_the_spec_that_was_registered() -> None:
    store = InMemoryObjectStore()
    registered = store.write("spec", spec().model_dump_json().encode(), content_type="x")
    store.write("spec", b"{}", content_type="x")

    assert read_spec(registered, store) == spec()


def test_refuses_another_spec_in_its_place() -> None:
    store = InMemoryObjectStore()
    registered = store.write("spec", spec().model_dump_json().encode(), content_type="x")
    other = spec().model_copy(update={"maximum_rows": 7})
    store.versions["spec"][0] = other.model_dump_json().encode()

    with pytest.raises(AlteredObjectError, match="spec has sha256"):
        read_spec(registered, store)


def test_reads_the_estimator_that_was_registered_and_none_of_an_older_version() -> None:
    store = InMemoryObjectStore()
    estimator = Estimator(
        task=Task.BINARY_CLASSIFICATION, rows=5, references=(), calibrations=(Calibration(),)
    )
    stored = store.write("estimator", estimator.model_dump_json().encode(), content_type="x")

    assert read_estimator(artifact().model_copy(update={"estimator": stored}), store) == estimator
    assert read_estimator(artifact(), store) is None


def test_reads_what_held_out_rows_showed_and_nothing_of_an_older_version() -> None:
    store = InMemoryObjectStore()
    held_out = HeldOutLosses(rows=5, losses={"loss": LossSums(rows=5, total=1.0, squares=0.5)})
    stored = store.write("held_out", held_out.model_dump_json().encode(), content_type="x")

    assert read_held_out(artifact().model_copy(update={"held_out": stored}), store) == held_out
    assert read_held_out(artifact(), store) is None


def test_reads_some_of_the_reference_s_rows_and_none_of_an_older_version() -> None:
    store = InMemoryObjectStore()
    sample = draw_reference_rows(SCHEMA, rows(20, seed=1), answers(rows(20, seed=1)))
    stored = store.write("rows", pack_reference_rows(sample), content_type="x")
    described = artifact().model_copy(update={"reference_rows": stored})

    read = read_reference_rows(described, SCHEMA, store)

    assert read is not None
    assert pack_reference_rows(read) == pack_reference_rows(sample)
    assert read_reference_rows(artifact(), SCHEMA, store) is None
