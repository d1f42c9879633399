"""A source read the quick way and the careful way: the same rows, numbers, reasons and order."""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.feature_schema import Feature, FeatureSchema, FeatureType
from functions.preparation import batch_source
from functions.preparation.batch_source import SourceTable
from functions.preparation.engine import EngineLimits, open_engine
from tests.unit.serving.world import artifact_spec

FEATURES = (
    Feature(name="price", type=FeatureType.NUMBER),
    Feature(name="size", type=FeatureType.NUMBER, max_missing_rate=0.5, pii=True),
    Feature(name="rooms", type=FeatureType.INTEGER, max_missing_rate=0.5),
    Feature(name="floor", type=FeatureType.INTEGER),
    Feature(name="sold", type=FeatureType.BOOLEAN, max_missing_rate=0.5),
    Feature(
        name="town",
        type=FeatureType.STRING,
        categories=("Ulm", "Zürich", "it's"),
        max_unseen_rate=1,
    ),
)
HEADER = ("id", *(feature.name for feature in FEATURES))
PLAIN = ("1", "2.50", "-3e2", "007", "40", "0.1", "1e-400")
ODD = (
    *("", " ", "nan", "-nan", "NaN", "inf", "1e39", "-1e400", "abc", "1_000", "1_0.5", "_1", " 5"),
    *("\u00a05", "40.50", "1d", "0x10", "٣", "5,5", 'say "5"', "true", "NULL", "é", "a\nb", "1 2"),
)
TOWNS = ("Ulm", "Zürich", "it's", "ulm", "", " Ulm", "Q1_x", "a\n\nb", 'a"b', "12_3")

numbers = st.sampled_from(PLAIN) | st.sampled_from(PLAIN) | st.sampled_from(PLAIN + ODD)
cells = st.tuples(
    st.sampled_from(("1", "x_1", "", "0.50")),
    *[numbers] * 4,
    st.sampled_from(("true", "FALSE", "0", "1.0", "", "perhaps")),
    st.sampled_from(TOWNS) | st.text("aé,\"' ;1_", max_size=5),
)
rows = st.lists(cells | cells | cells | st.just(("short",)) | st.just(("9",) * 8), max_size=25)


def spec() -> ArtifactSpec:
    return artifact_spec(schema=FeatureSchema(features=FEATURES))


def text_of(rows: list[tuple[str, ...]], *, quoting: int) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=quoting).writerows([HEADER, *rows])
    return text.getvalue().encode()


def read(body: bytes, name: str = "rows.csv", *, keep: tuple[str, ...] = ("id",)) -> tuple:
    """Return all that a job makes of a source, in two chunks."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(body)
        with open_engine(Path(folder), EngineLimits(memory_mb=1024, threads=2)) as connection:
            source = SourceTable(connection, spec(), keep)
            source.load(path, 0)
            half = source.good // 2
            cuts = [(0, half), (half, source.good - half)]
            parts = [source.matrix(first, rows) for first, rows in cuts if rows]
            kept = Path(folder) / "kept.parquet"
            source.write_rows(kept)
            written = connection.execute(f"FROM read_parquet('{kept}')").fetchall()
            refused = [(row.row, row.reason) for row in source.refused()]
    return [matrix.tolist() for matrix in parts], written, refused


def read_carefully(body: bytes, *, keep: tuple[str, ...] = ("id",)) -> tuple:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch_source, "is_plain_csv", lambda _path: False)
        return read(body, keep=keep)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    rows=rows,
    quoting=st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
    keep=st.sampled_from(((), ("id",), ("id", "price"))),
)
def test_reads_numbers_at_once_as_it_reads_them_with_care(
    rows: list[tuple[str, ...]], quoting: int, keep: tuple[str, ...]
) -> None:
    body = text_of(rows, quoting=quoting)

    np.testing.assert_equal(read(body, keep=keep), read_carefully(body, keep=keep))


GOOD = ("a", "2.50", "1", "3", "4", "true", "Ulm")


@pytest.mark.parametrize("value", ["nan", "-nan", "1e39", "-inf", "1_000", " 5", "40.50", "abc"])
def test_reads_one_odd_value_as_with_care(value: str) -> None:
    odd = (GOOD[0], *[value] * 4, *GOOD[5:])
    body = text_of([GOOD, odd, GOOD], quoting=csv.QUOTE_MINIMAL)

    np.testing.assert_equal(read(body), read_carefully(body))


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (("3e38", "3e38"), ""),
        (("-3e38", "3e38"), ""),
        (("1e308", "1e308"), "beyond 3.4e38"),
        (("1e39", "-1e39"), "beyond 3.4e38"),
        (("5", ""), "b: is missing"),
        (("5", "nan"), "b: "),
    ],
)
@pytest.mark.parametrize("name", ["rows.csv", "rows.csv.gz", "rows.jsonl", "rows.parquet"])
def test_judges_each_number_for_itself(
    name: str, values: tuple[str, str], reason: str, tmp_path: Path
) -> None:
    schema = FeatureSchema(features=tuple(Feature(name=n, type="number") for n in "ab"))
    path = tmp_path / name
    given = ", ".join(
        f"nullif({value!r}, '')::DOUBLE AS {name}" for name, value in zip("ab", values, strict=True)
    )
    form = " (FORMAT json)" if path.suffix == ".jsonl" else ""
    both = f"SELECT * FROM (SELECT {given}) UNION ALL SELECT 1, 2"  # noqa: S608 - our numbers
    duckdb.sql(f"COPY ({both}) TO '{path}'{form}")

    with open_engine(tmp_path, EngineLimits(memory_mb=1024, threads=1)) as connection:
        source = SourceTable(connection, artifact_spec(schema=schema), ())
        source.load(path, 0)
        refused = [row.reason for row in source.refused()]
        matrix = source.matrix(0, source.good)

    assert matrix[-1].tolist() == [1, 2]
    assert len(matrix) == (1 if reason else 2)
    assert all(reason in each for each in refused)


def test_takes_chunks_of_a_file_with_many_refused_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_source, "_ROWS_AT_ONCE", 7)
    rows = [(*GOOD[:4], "x" if i % 10 else str(i), *GOOD[5:]) for i in range(200)]
    body = text_of(rows, quoting=csv.QUOTE_MINIMAL)

    matrices, written, refused = read(body)

    assert [row[3] for matrix in matrices for row in matrix] == list(range(0, 200, 10))
    assert [row for row, _ in written] == list(range(1, 201, 10))
    assert len(refused) == 180


@pytest.mark.parametrize("lines", range(2_000, 2_008))
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_tries_first_lines_that_end_within_a_value(lines: int, end: str) -> None:
    """Where the tried bytes end moves by the length of the first value."""
    long = (GOOD[0], *GOOD[1:6], "\n\n".join(["Q"] * 20))
    body = text_of([("a" * (lines - 2_000), *GOOD[1:]), *[long] * lines], quoting=csv.QUOTE_MINIMAL)

    matrices, written, refused = read(body.replace(b"\n", end.encode()))

    assert len(body) > 65_536
    assert (len(written), refused) == (lines + 1, [])
    assert {tuple(row) for matrix in matrices[1:] for row in matrix} == {(2.5, 1, 3, 4, 1, -1)}


def test_keeps_the_text_of_a_column_that_is_kept() -> None:
    body = text_of([GOOD], quoting=csv.QUOTE_MINIMAL)

    _, written, _ = read(body, keep=("price",))

    assert written == [(1, "2.50")]


@pytest.mark.slow
@pytest.mark.parametrize("keep", [(), ("id",)])
@pytest.mark.parametrize("name", ["rows.csv", "rows.parquet"])
def test_keeps_the_order_of_many_rows(name: str, keep: tuple[str, ...], tmp_path: Path) -> None:
    rows, every = 150_000, 1_000
    path = tmp_path / name
    odd = f"CASE WHEN i % {every} = 7 THEN 1e39 ELSE i END AS price"
    others = "i % 9 AS size, i AS rooms, 1 AS floor, 1 AS sold, 'Ulm' AS town"
    numbered = f"SELECT 'n' || i AS id, {odd}, {others} FROM range({rows}) t(i)"  # noqa: S608 - our numbers
    relation = duckdb.sql(numbered)
    write = relation.write_csv if path.suffix == ".csv" else relation.write_parquet
    write(str(path))

    matrices, written, refused = read(path.read_bytes(), name, keep=keep)

    good = [i for i in range(rows) if i % every != 7]
    assert [row[2] for matrix in matrices for row in matrix] == good
    assert written == [(i + 1, f"n{i}")[: 1 + len(keep)] for i in good]
    assert [row for row, _ in refused] == [i + 1 for i in range(rows) if i % every == 7]
