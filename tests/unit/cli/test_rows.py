"""Rows from files and from standard input."""

import json
from pathlib import Path

import duckdb
import pytest

from functions.cli.errors import UsageError
from functions.cli.rows import parse_rows, read_rows, read_table, records_of
from functions.contracts.feature_schema import Feature, FeatureType

FEATURES = (
    Feature(name="amount", type=FeatureType.NUMBER),
    Feature(name="repaid", type=FeatureType.BOOLEAN),
    Feature(name="kind", type=FeatureType.STRING, categories=("1", "2")),
)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1}',
        '[{"a": 1}]',
        '{"records": [{"a": 1}]}',
        '{"a": 1}\n\n',
    ],
)
def test_reads_every_way_of_writing_a_record(text: str) -> None:
    assert parse_rows(text, "here") == [{"a": 1}]


def test_reads_json_lines() -> None:
    assert parse_rows('{"a": 1}\n{"a": 2}\n', "here") == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("text", ["", "[]", "3", "[1, 2]", "{not json"])
def test_refuses_what_holds_no_record(text: str) -> None:
    with pytest.raises(UsageError, match="here"):
        parse_rows(text, "here")


def test_reads_tables_with_missing_values_and_moments(tmp_path: Path) -> None:
    file = tmp_path / "rows.parquet"
    duckdb.sql(
        "select * from (values (1, 'nan'::float, timestamp '2026-01-02 03:04:05'), "
        "(2, null, null)) as t(id, amount, moment)"
    ).write_parquet(str(file))

    assert read_rows(file) == [
        {"id": 1, "amount": None, "moment": "2026-01-02T03:04:05"},
        {"id": 2, "amount": None, "moment": None},
    ]


def test_reads_a_part_of_a_table(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("id\n1\n2\n3\n4\n")

    assert read_table(file, first=1, count=2) == [{"id": 2}, {"id": 3}]


def test_reads_json_files(tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    file.write_text(json.dumps([{"a": 1}]))

    assert read_rows(file) == [{"a": 1}]


@pytest.mark.parametrize("name", ["absent.csv", "absent.json", "broken.parquet"])
def test_names_a_file_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "broken.parquet").write_text("this is no parquet")

    with pytest.raises(UsageError, match=name):
        read_rows(tmp_path / name)


def test_sends_the_features_alone_and_in_their_types() -> None:
    rows = [{"id": 7, "amount": 2.5, "repaid": 1, "kind": 2, "target": 0}]

    assert records_of(rows, FEATURES) == [{"amount": 2.5, "repaid": True, "kind": "2"}]


def test_leaves_misfits_for_the_api_to_refuse() -> None:
    rows = [{"amount": "much", "repaid": 3, "kind": None}]

    assert records_of(rows, FEATURES) == [{"amount": "much", "repaid": 3, "kind": None}]
