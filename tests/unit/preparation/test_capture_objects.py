"""Labelled captures become rows of the next dataset version."""

import gzip
import json
from datetime import timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest

from functions.contracts import keys
from functions.contracts.feature_schema import Feature, FeatureSchema, FeatureType
from functions.contracts.messages import PrepareOutput
from tests.fakes.documents import NOW
from tests.unit.preparation.world import (
    FEATURES,
    Row,
    World,
    capture_lines,
    csv_text,
    parquet_bytes,
    records,
    rows,
    spec,
    truth_line,
)


@pytest.fixture
def world() -> World:
    """Forty raw rows and a champion."""
    world = World()
    world.add(csv_text(rows()))
    world.register()
    return world


def captured(world: World, output: PrepareOutput, directory: Path) -> list[Row]:
    """Return the rows of the stored captures file."""
    path = directory / "captured.parquet"
    key = keys.labelled_captures(world.spec.name, output.dataset_version)
    path.write_bytes(world.data.read(key))
    found = duckdb.connect().execute(f"SELECT * FROM '{path}'")  # noqa: S608
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def put(world: World, lines: list[str], truths: list[str]) -> None:
    world.put_captures("one", "\n".join(lines).encode())
    world.put_truths("one", "\n".join(truths).encode())


def test_takes_in_predictions_that_something_came_true_of(world: World, tmp_path: Path) -> None:
    put(world, capture_lines(records(3)), [truth_line("batch/0", 1), truth_line("batch/2", 0)])

    output = world.prepare()

    assert [(row["id"], row["age"], row["stays"]) for row in captured(world, output, tmp_path)] == [
        ("batch/0", 30.0, "1"),
        ("batch/2", 32.0, "0"),
    ]
    manifest = world.manifest(output)
    assert manifest.rows == 42
    assert manifest.labelled_captures is not None
    assert manifest.labelled_captures.rows == 2
    assert manifest.labelled_captures_until == NOW


def test_adds_to_files_of_every_kind(tmp_path: Path) -> None:
    world = World()
    world.add(parquet_bytes(rows(20), tmp_path), "a.parquet")
    world.add("\n".join(json.dumps(row) for row in rows(40)[20:]), "b.jsonl")
    world.register()
    put(world, capture_lines(records(1)), [truth_line("batch", 1)])

    assert world.manifest(world.prepare()).rows == 41


def test_gives_captured_rows_the_moment_of_their_prediction(world: World) -> None:
    lines = capture_lines(records(2), at=NOW)
    put(world, lines, [truth_line("batch/0", 1), truth_line("batch/1", 0)])

    output = world.prepare()

    held = world.array(output, "holdout_x")
    assert held[-2:, 0].tolist() == [30.0, 31.0]
    assert held[-2:, 1].tolist() == [np.float32(0.1), np.float32(1.1)]
    assert world.array(output, "holdout_y")[-2:].tolist() == [1, 0]


@pytest.mark.parametrize("compress", [gzip.compress, bytes], ids=["gzip", "plain"])
@pytest.mark.parametrize("between", ["\n", "", "\n\n"], ids=["lines", "nothing", "empty lines"])
def test_reads_objects_as_firehose_leaves_them(
    world: World, compress: object, between: str
) -> None:
    assert callable(compress)
    lines = [
        *capture_lines(records(2), inference_id="a"),
        *capture_lines(records(1), inference_id="b"),
    ]
    truths = [truth_line("a/0", 1), truth_line("b", 0)]
    world.put_captures("one", compress(between.join(lines).encode()))
    world.put_truths("one", compress(between.join(truths).encode()))

    assert world.manifest(world.prepare()).rows == 42


def test_counts_an_inference_once_however_often_it_is_delivered(world: World) -> None:
    lines = capture_lines(records(2))
    world.put_captures("one", "\n".join(lines).encode())
    world.put_captures("two", "\n".join(lines).encode())
    world.put_truths("one", "\n".join([truth_line("batch/0", 1)] * 3).encode())

    assert world.manifest(world.prepare()).rows == 41


def test_believes_the_ground_truth_that_was_received_first(world: World, tmp_path: Path) -> None:
    later, earlier = (
        truth_line("batch", 0, received_at=NOW + timedelta(hours=1)),
        truth_line("batch", 1, received_at=NOW),
    )
    put(world, capture_lines(records(1)), [later, earlier])

    output = world.prepare()

    assert [row["stays"] for row in captured(world, output, tmp_path)] == ["1"]
    assert world.manifest(output).labelled_captures_until == NOW


def test_keeps_the_first_prediction_of_an_id_that_was_used_twice(
    world: World, tmp_path: Path
) -> None:
    second = capture_lines([{**records(1)[0], "age": 99}], at=NOW + timedelta(minutes=1))
    put(world, [*second, *capture_lines(records(1))], [truth_line("batch", 1)])

    assert [row["age"] for row in captured(world, world.prepare(), tmp_path)] == [30.0]


def test_takes_nothing_in_before_there_is_a_champion() -> None:
    world = World()
    world.add(csv_text(rows()))
    put(world, capture_lines(records(1)), [truth_line("batch", 1)])

    assert world.manifest(world.prepare()).labelled_captures is None


def test_leaves_other_models_captures_alone(world: World) -> None:
    other = [line.replace("membership", "other") for line in capture_lines(records(1))]
    put(world, other, [truth_line("batch", 1), truth_line("batch", 1, model="other")])

    manifest = world.manifest(world.prepare())

    assert manifest.rows == 40


def test_names_the_version_by_the_captures_content(world: World) -> None:
    before = world.prepare()
    put(world, capture_lines(records(1)), [truth_line("batch", 1)])
    after = world.prepare()
    world.put_captures("again", "\n".join(capture_lines(records(1))).encode())
    again = world.prepare()
    world.put_truths("more", truth_line("batch", 0, received_at=NOW + timedelta(1)).encode())
    contradicted = world.prepare()
    world.put_captures("other", "\n".join(capture_lines(records(1), inference_id="other")).encode())
    world.put_truths("its", truth_line("other", 0).encode())
    more = world.prepare()

    outputs = (before, after, again, contradicted, more)
    names = [output.dataset_version for output in outputs]
    assert names[1] == names[2] == names[3]
    assert len(set(names)) == 3


def test_keeps_missing_values_missing(world: World, tmp_path: Path) -> None:
    put(world, capture_lines([{**records(1)[0], "income": None}]), [truth_line("batch", 1)])

    (row,) = captured(world, world.prepare(), tmp_path)

    assert row["income"] is None


def test_reads_rows_by_the_schema_of_the_version_that_answered(
    world: World, tmp_path: Path
) -> None:
    turned = FeatureSchema(features=tuple(reversed(FEATURES)))
    world.register(2, turned)
    lines = capture_lines(records(1), version=2, schema=turned)
    put(world, lines, [truth_line("batch", 1)])

    (row,) = captured(world, world.prepare(), tmp_path)

    assert (row["age"], row["fuel"], row["member"]) == (30.0, "gas", True)


def test_sets_captures_aside_that_lack_a_feature(world: World) -> None:
    smaller = FeatureSchema(features=FEATURES[:3])
    world.register(2, smaller)
    lines = capture_lines(records(2), version=2, schema=smaller)
    put(world, lines, [truth_line("batch/0", 1), truth_line("batch/1", 1)])

    output = world.prepare()

    assert world.report(output).notes == (
        "2 labelled captures of version 2 were set aside: no member was captured",
    )
    assert world.manifest(output).rows == 40


def test_sets_captures_aside_whose_personal_values_were_not_kept() -> None:
    secret = FEATURES[0].model_copy(update={"pii": True})
    world = World(spec(features=(secret, *FEATURES[1:])))
    world.add(csv_text(rows()))
    world.register()
    lines = capture_lines(records(1), schema=world.spec.schema_)
    put(world, lines, [truth_line("batch", 1)])

    assert world.report(world.prepare()).notes == (
        "1 labelled captures of version 1 were set aside: no age was captured",
    )


def test_sets_captures_of_an_unregistered_version_aside(world: World) -> None:
    put(world, capture_lines(records(1), version=9), [truth_line("batch", 1)])

    assert world.report(world.prepare()).notes == (
        "1 labelled captures of version 9 were set aside: the version is not registered",
    )


def test_says_how_many_records_it_could_not_read(world: World) -> None:
    broken = json.loads(capture_lines(records(1), inference_id="broken")[0])
    broken["rows"] = "no base64"
    strange = json.loads(capture_lines(records(1))[0]) | {"schema_version": "x"}
    body = "\n".join([json.dumps(broken), json.dumps(strange), "[1]", *capture_lines(records(1))])
    world.put_captures("one", body.encode())
    world.put_captures("two", b"\x1f\x8b broken gzip")
    world.put_truths("one", (truth_line("batch", 1) + truth_line("broken", 1)).encode())

    output = world.prepare()

    (note,) = world.report(output).notes
    assert note == "4 captured lines of the last 24 hours could not be read"
    assert world.manifest(output).rows == 41


def test_sets_a_few_impossible_captures_aside_and_says_so(world: World) -> None:
    requests = records(101)
    requests = [{**record, "age": 40} for record in requests]
    requests[7] = {**requests[7], "age": 999}
    truths = [truth_line(f"batch/{index}", index % 2) for index in range(101)]
    put(world, capture_lines(requests), truths)

    output = world.prepare()

    assert world.report(output).notes == (
        "1 of 101 labelled captures were set aside: "
        "a value lies outside its feature's range or categories, or is missing",
    )
    assert world.manifest(output).rows == 140


def test_refuses_many_impossible_captures(world: World) -> None:
    requests = [{**record, "age": 999} for record in records(2)]
    put(world, capture_lines(requests), [truth_line("batch/0", 1), truth_line("batch/1", 0)])

    output = world.prepare()

    (violation,) = world.report(output).violations
    assert violation.rule == "out_of_range"
    assert violation.files == ("labelled_captures.parquet",) * 2
    assert violation.row_numbers == (1, 2)


def test_keeps_unseen_categories_unseen(world: World) -> None:
    fuel = FEATURES[2].model_copy(update={"max_unseen_rate": 0.1})
    world.spec = spec(features=(*FEATURES[:2], fuel, FEATURES[3]))
    put(world, capture_lines([{**records(1)[0], "fuel": "coal"}]), [truth_line("batch", 1)])

    output = world.prepare()

    assert world.array(output, "holdout_x")[-1, 2] == -1.0


def test_accepts_a_captured_value_at_the_end_of_its_range(world: World) -> None:
    share = Feature(name="income", type=FeatureType.NUMBER, minimum=0, maximum=2000.3)
    world.spec = spec(features=(FEATURES[0], share, *FEATURES[2:]))
    put(world, capture_lines([{**records(1)[0], "income": 2000.3}]), [truth_line("batch", 1)])

    output = world.prepare()

    assert float(np.float32(2000.3)) > 2000.3
    assert world.array(output, "holdout_x")[-1, 1] == np.float32(2000.3)
