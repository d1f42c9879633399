"""Prepare makes dataset versions, the same from the same."""

import gzip
import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from functions.contracts import keys
from functions.contracts.feature_schema import Feature, FeatureType
from functions.contracts.model_spec import DataRules, Holdout, Target, Task, Training
from functions.core.profile import Profile
from functions.preparation import arrays
from functions.preparation.judgement import RULES
from tests.fakes.documents import NOW
from tests.unit.preparation.world import (
    FEATURES,
    World,
    changed,
    csv_text,
    parquet_bytes,
    rows,
    spec,
)


def test_makes_arrays_of_the_rows_split_by_time() -> None:
    world = World()
    world.add(csv_text(rows()))

    output = world.prepare()

    assert output.passed
    assert (output.train_rows, output.holdout_rows) == (30, 10)
    train, held = world.array(output, "train_x"), world.array(output, "holdout_x")
    assert (train.dtype, train.shape) == (np.float32, (30, 4))
    assert train[0].tolist() == [20.0, 1000.5, 1.0, 1.0]
    assert held[:, 0].tolist() == list(range(50, 60))
    assert world.array(output, "train_y").dtype == np.int64
    assert world.array(output, "holdout_y").tolist() == [0, 1] * 5


def test_writes_a_manifest_of_what_it_took() -> None:
    world = World()
    key = world.add(csv_text(rows()))

    manifest = world.manifest(world.prepare())

    (source,) = manifest.sources
    assert (source.key, source.s3_version_id, source.rows) == (key, "v1", 40)
    assert manifest.rows == 40
    assert manifest.labelled_captures is None
    assert manifest.schema_id == spec().schema_.schema_id
    assert (manifest.target, manifest.classes) == ("stays", (0, 1))
    assert manifest.split.holdout_starts_at == "2026-01-02T06:00:00+00:00"
    assert manifest.created_at == NOW


def test_writes_a_report_of_what_was_checked() -> None:
    world = World()
    world.add(csv_text(rows()))

    report = world.report(world.prepare())

    assert report.passed
    assert report.rows == 40
    assert report.checks == RULES
    assert report.violations == ()


def test_profiles_the_held_out_rows() -> None:
    world = World()
    world.add(csv_text(rows()))

    output = world.prepare()

    key = keys.dataset_profile(world.spec.name, output.dataset_version)
    assert Profile.model_validate_json(world.data.read(key)).rows == 10


def test_makes_the_same_version_of_the_same_content_and_writes_nothing_anew() -> None:
    world = World()
    world.add(csv_text(rows()))
    first = world.prepare()
    held = {key: len(bodies) for key, bodies in world.data.versions.items()}

    second = world.prepare(now=NOW + timedelta(days=1))

    assert second == first
    assert {key: len(bodies) for key, bodies in world.data.versions.items()} == held


def test_knows_the_content_under_another_name_and_upload() -> None:
    one, other = World(), World()
    one.add(csv_text(rows(20)), "a.csv")
    one.add(csv_text([*rows(40)[20:]]), "b.csv")
    other.add(csv_text(rows(40)[20:]), "first.csv")
    other.add("overwritten", "second.csv")
    other.add(csv_text(rows(20)), "second.csv")

    first, second = one.prepare(), other.prepare()

    assert first.dataset_version == second.dataset_version
    np.testing.assert_array_equal(one.array(first, "train_x"), other.array(second, "train_x"))


def test_makes_another_version_when_a_file_is_added() -> None:
    world = World()
    world.add(csv_text(rows(20)), "a.csv")
    first = world.prepare()
    world.add(csv_text(rows(40)[20:]), "b.csv")

    second = world.prepare()

    assert second.dataset_version != first.dataset_version
    assert world.manifest(first).rows == 20
    assert world.manifest(second).rows == 40


def test_keeps_the_manifest_of_an_execution_that_was_faster() -> None:
    world = World()
    world.add(csv_text(rows()))
    output = world.prepare()
    manifest_key = str(output.manifest_key)
    winner = world.data.read(manifest_key)

    class SlowStore(type(world.data)):  # type: ignore[misc]
        """Does not see the manifest until it tries to write it."""

        looked = False

        def read(self, key: str, *, version_id: str | None = None) -> bytes:
            if key == manifest_key and not self.looked:
                self.looked = True
                return super().read("nothing")
            return super().read(key, version_id=version_id)

    world.data = SlowStore(versions=world.data.versions)
    again = world.prepare(now=NOW + timedelta(hours=1))

    assert again == output
    assert world.data.versions[manifest_key] == [winner]


def test_uses_the_latest_rows_of_the_window_whatever_their_order() -> None:
    training = Training(
        metric="roc_auc_score", window_rows=20, holdout=Holdout(by="time", fraction=0.25)
    )
    world = World(spec(training=training))
    world.add(csv_text(rows()[::-1]))

    output = world.prepare()

    assert (output.train_rows, output.holdout_rows) == (15, 5)
    assert world.array(output, "train_x")[:, 0].tolist() == list(range(40, 55))
    assert world.manifest(output).rows == 40


def test_holds_few_rows_out_where_row_counts_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "MAXIMUM_JUDGED_ROWS", 4)
    training = Training(
        metric="roc_auc_score", window_rows="auto", holdout=Holdout(by="time", fraction=0.25)
    )
    world = World(spec(training=training))
    world.add(csv_text(rows()))

    output = world.prepare()

    assert (output.train_rows, output.holdout_rows) == (36, 4)
    assert world.manifest(output).split.holdout_fraction == 0.1


def test_splits_at_random_by_the_seed_and_keeps_the_classes_shares() -> None:
    training = Training(
        metric="roc_auc_score", holdout=Holdout(by="random", fraction=0.25, seed=11)
    )
    world = World(spec(training=training, data=DataRules(minimum_rows=20, ignore=("id", "at"))))
    world.add(csv_text(rows()))

    output = world.prepare()

    assert world.array(output, "holdout_y").sum() == 5
    assert world.manifest(output).split.seed == 11
    twin = World(world.spec)
    twin.add(csv_text(rows()))
    np.testing.assert_array_equal(
        twin.array(twin.prepare(), "holdout_x"), world.array(output, "holdout_x")
    )


def test_reads_every_kind_of_file_alike(tmp_path: Path) -> None:
    text = csv_text(rows())
    json_rows = [{**row, "member": row["member"] == "true"} for row in rows()]
    lines = "\n".join(json.dumps(row) for row in json_rows)
    files = {
        "a.csv": text.encode(),
        "a.csv.gz": gzip.compress(text.encode()),
        "bom.csv": b"\xef\xbb\xbf" + text.encode(),
        "semicolons.csv": text.replace(",", ";").encode(),
        "a.jsonl": lines.encode(),
        "a.ndjson.gz": gzip.compress(lines.encode()),
        "a.parquet": parquet_bytes(rows(), tmp_path),
    }
    arrays = {}
    for name, body in files.items():
        world = World()
        world.add(body, name)
        output = world.prepare()
        assert output.passed, f"{name}: {output.reason}"
        arrays[name] = np.c_[world.array(output, "train_x"), world.array(output, "train_y")]

    for name, array in arrays.items():
        np.testing.assert_array_equal(array, arrays["a.csv"], err_msg=name)


def test_makes_missing_values_nan_where_they_are_allowed() -> None:
    world = World()
    world.add(csv_text(changed(2, income="")))

    output = world.prepare()

    assert np.flatnonzero(np.isnan(world.array(output, "train_x")[:, 1])).tolist() == [1]


def test_prepares_a_regression() -> None:
    world = World(
        spec(
            task=Task.REGRESSION,
            target=Target(name="stays"),
            training=Training(metric="r2_score", holdout=Holdout(by="time", fraction=0.25)),
        )
    )
    world.add(csv_text(changed(1, stays=0.25)))

    output = world.prepare()

    labels = world.array(output, "train_y")
    assert labels.dtype == np.float64
    assert labels[:2].tolist() == [0.25, 1.0]


@pytest.mark.parametrize(("written", "classes"), [("no,yes", ("no", "yes")), ("0.0,1.0", (0, 1))])
def test_knows_classes_as_files_spell_them(written: str, classes: tuple[object, ...]) -> None:
    spellings = written.split(",")
    world = World(spec(target=Target(name="stays", classes=classes)))
    world.add(csv_text([{**row, "stays": spellings[int(str(row["stays"]))]} for row in rows()]))

    output = world.prepare()

    assert world.array(output, "train_y")[:4].tolist() == [0, 1, 0, 1]


def test_notes_whole_numbers_that_float32_rounds() -> None:
    account = Feature(name="age", type=FeatureType.INTEGER)
    world = World(spec(features=(account, *FEATURES[1:])))
    world.add(csv_text(changed(1, age=1_700_000_001)))

    output = world.prepare()

    assert world.report(output).notes == (
        "age: whole numbers beyond 16,777,216 in 1 row are rounded to the nearest float32 "
        "(steps of up to 128), as they are when served",
    )
    assert world.array(output, "train_x")[0, 0] == np.float32(1_700_000_001)


def test_takes_huge_numbers_as_float32_has_them() -> None:
    world = World()
    world.add(csv_text(changed(1, income="123456789012345678901234567890")))

    output = world.prepare()

    assert world.array(output, "train_x")[0, 1] == np.float32(1.2345678901234568e29)


def test_stores_arrays_without_pickles() -> None:
    world = World()
    world.add(csv_text(rows()))

    output = world.prepare()

    for part in ("train_x", "train_y", "holdout_x", "holdout_y"):
        assert world.array(output, part).flags.c_contiguous, "read with allow_pickle=False"
