"""Files that cannot be read, columns that do not fit, and what is allowed."""

import gzip
import json
from pathlib import Path

import pytest

from functions.contracts.feature_schema import Feature, FeatureType
from functions.contracts.model_spec import DataRules, Holdout, Target, Task, Training
from functions.preparation.judgement import FILE_RULES
from tests.unit.preparation.world import (
    FEATURES,
    World,
    changed,
    csv_text,
    only_violation,
    parquet_bytes,
    rows,
    spec,
)

KEY = "raw/membership/2026-02-01/a.csv"


def test_says_so_when_there_is_no_file() -> None:
    world = World()

    report = world.report(world.prepare())

    assert [v.rule for v in report.violations] == ["no_data", "too_few_rows"]
    assert report.violations[0].message == (
        "there are no files under raw/membership/; add some with windvane data add"
    )


@pytest.mark.parametrize(
    ("name", "body", "reason"),
    [
        ("a.xlsx", b"PK", "its name ends in none of .csv, .csv.gz, .parquet"),
        ("a.csv", b"", "it has no header line"),
        ("a.csv", b"\xff\xfe\x00", "a line is not UTF-8; convert"),
        ("a.csv.gz", b"not gzip", "Not a gzipped file"),
        ("a.parquet", b"PAR1 is not all", "Invalid Input Error: "),
        ("a.jsonl", b'{"age": 1\n', "Invalid Input Error: Malformed JSON"),
        ("a.jsonl", b'{"age": 1}\n[1]\n', "data row 2 is no JSON object"),
    ],
)
def test_tells_a_file_that_cannot_be_read(name: str, body: bytes, reason: str) -> None:
    world = World()
    key = world.add(body, name)
    world.add(csv_text(rows()), "good.csv")

    found = only_violation(world)

    assert found.rule == "unreadable_file"
    assert found.files == (key,)
    assert found.message.startswith(f"{key} cannot be read: {reason}")


def test_tells_lines_that_do_not_fit_the_header_and_still_numbers_the_others_right() -> None:
    lines = csv_text(changed(6, age=999)).splitlines()
    lines[3] = "r2,too,few"
    lines[4] += ",one too many"
    lines[2] += "\n\n"  # empty lines are no rows
    world = World()
    world.add("\n".join(lines) + "\n")

    report = world.report(world.prepare())

    malformed, beyond = report.violations
    assert malformed.rule == "malformed_row"
    assert malformed.count == 2
    assert malformed.row_numbers == (3, 4)
    assert malformed.examples[0] == "r2,too,few"
    assert beyond.rule == "out_of_range"
    assert beyond.row_numbers == (6,)
    assert report.rows == 38


def test_tells_missing_unexpected_and_repeated_columns() -> None:
    content = [{**row, "colour": "red"} for row in rows()]
    for row in content:
        del row["fuel"]
    world = World()
    world.add(csv_text(content).replace("colour", "age", 1).replace("member", "colour", 1))

    report = world.report(world.prepare())

    assert [(v.rule, v.column) for v in report.violations] == [
        ("missing_column", "fuel"),
        ("missing_column", "member"),
        ("unexpected_column", "colour"),
        ("repeated_column", "age"),
    ]
    assert report.violations[0].message == (
        f"{KEY} has no column fuel; it has id, at, age, income, colour, stays"
    )


def test_accepts_a_column_that_the_model_ignores() -> None:
    rules = DataRules(timestamp="at", id="id", ignore=("colour",), minimum_rows=20)
    world = World(spec(data=rules))
    world.add(csv_text([{**row, "colour": "red"} for row in rows()]))

    assert world.prepare().passed


def test_tells_a_column_of_the_wrong_type(tmp_path: Path) -> None:
    world = World(spec(features=(*FEATURES[:3], Feature(name="member", type="number"))))
    key = world.add(parquet_bytes(rows(), tmp_path), "a.parquet")

    found = only_violation(world)

    assert (found.rule, found.column) == ("wrong_type", "member")
    assert found.message == f"member holds booleans in {key}; the model wants number"


def test_shows_at_most_five_examples_and_counts_all() -> None:
    world = World()
    world.add(csv_text([{**row, "age": 200 + index} for index, row in enumerate(rows())]))

    found = only_violation(world)

    assert found.count == 40
    assert found.examples == ("200", "201", "202", "203", "204")
    assert found.row_numbers == (1, 2, 3, 4, 5)


def test_numbers_rows_by_file() -> None:
    world = World()
    first = world.add(csv_text(rows(30)), "first.csv")
    second = world.add(csv_text(changed(33, age=500)[30:]), "second.csv")

    found = only_violation(world)

    assert (found.row_numbers, found.files) == ((3,), (second,))
    assert first != second


def test_hides_personal_values() -> None:
    secret = Feature(name="age", type=FeatureType.INTEGER, maximum=120, pii=True)
    world = World(spec(features=(secret, *FEATURES[1:])))
    world.add(csv_text(changed(3, age=999)))

    assert only_violation(world).examples == ("(hidden)",)


def test_hides_malformed_lines_of_a_model_with_personal_values() -> None:
    secret = Feature(name="age", type=FeatureType.INTEGER, pii=True)
    world = World(spec(features=(secret, *FEATURES[1:])))
    world.add(csv_text(rows()) + "a,secret,line\n")

    assert only_violation(world).examples == ("(hidden)",)


def test_compares_whole_rows_where_there_is_no_id() -> None:
    world = World(spec(data=DataRules(timestamp="at", ignore=("id",), minimum_rows=20)))
    content = rows()
    world.add(csv_text([*content, {**content[4], "id": "other"}]))

    found = only_violation(world)

    assert (found.rule, found.column, found.row_numbers) == ("duplicate_rows", None, (41,))
    assert found.message.startswith("all values of an earlier row again in 1 row")


def test_allows_as_many_repeated_rows_as_the_model_says() -> None:
    rules = DataRules(timestamp="at", id="id", minimum_rows=20, max_duplicate_rate=0.03)
    world = World(spec(data=rules))
    world.add(csv_text(changed(6, id="r0")))

    assert world.prepare().passed


def test_allows_as_many_unknown_categories_as_the_model_says() -> None:
    fuel = FEATURES[2].model_copy(update={"max_unseen_rate": 0.03})
    world = World(spec(features=(*FEATURES[:2], fuel, FEATURES[3])))
    world.add(csv_text(changed(2, fuel="coal")))

    output = world.prepare()

    assert world.array(output, "train_x")[1, 2] == -1.0


def test_refuses_more_missing_values_than_the_model_allows() -> None:
    world = World()
    world.add(csv_text([{**row, "income": "" if i < 5 else 1} for i, row in enumerate(rows())]))

    found = only_violation(world)

    assert found.message == "income is missing in 5 rows: 0.125 of all, allowed is 0.1"


@pytest.mark.parametrize(
    ("value", "rule"), [("-3", "label_out_of_range"), ("inf", "unreadable_label")]
)
def test_tells_a_regressions_impossible_label(value: str, rule: str) -> None:
    world = World(
        spec(
            task=Task.REGRESSION,
            target=Target(name="stays", minimum=0),
            training=Training(metric="r2_score", holdout=Holdout(by="time", fraction=0.25)),
        )
    )
    world.add(csv_text(changed(8, stays=value)))

    found = only_violation(world)

    assert (found.rule, found.row_numbers) == (rule, (8,))


def test_takes_an_offset_into_account() -> None:
    world = World()
    world.add(csv_text(changed(1, at="2026-06-01T00:00:00+02:00")))

    output = world.prepare()

    assert world.array(output, "holdout_x")[-1, 0] == 20.0
    assert world.manifest(output).split.holdout_starts_at == "2026-01-02T07:00:00+00:00"


def test_names_the_first_violations_in_the_reason() -> None:
    world = World()
    world.add(csv_text(changed(1, age=-1, fuel="coal", stays=7, id="", income="x")))

    output = world.prepare()

    assert output.reason.startswith("5 violations: income is no number in 1 row; ")
    assert output.reason.endswith("; and 2 more")
    assert output.manifest_key is None
    assert not [key for key in world.data.versions if key.startswith(("prepared/", "datasets/"))]


def test_reads_a_json_lines_value_by_its_text() -> None:
    content = [{**row, "member": row["member"] == "true"} for row in changed(2, age=[1])]
    world = World()
    world.add(gzip.compress("\n".join(map(json.dumps, content)).encode()), "a.jsonl.gz")

    found = only_violation(world)

    assert (found.rule, found.examples) == ("unreadable_value", ("[1]",))


def test_lists_file_rules_before_row_rules() -> None:
    world = World()
    world.add(csv_text(changed(1, age=-1)))
    world.add(b"", "empty.csv")

    rules = [v.rule for v in world.report(world.prepare()).violations]

    assert rules == ["unreadable_file", "out_of_range"]
    assert rules[0] in FILE_RULES
