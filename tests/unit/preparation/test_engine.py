"""DuckDB reads and writes in its directory, and nowhere else."""

from pathlib import Path

import duckdb
import pytest

from functions.preparation.engine import EngineLimits, open_engine

LIMITS = EngineLimits(memory_mb=1000, threads=2)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    inner = tmp_path / "it's inside"
    inner.mkdir()
    return inner


def test_writes_and_reads_in_its_directory(directory: Path) -> None:
    with open_engine(directory, LIMITS) as connection:
        path = str(directory / "a.parquet").replace("'", "''")
        connection.execute(f"COPY (SELECT 1 AS x) TO '{path}'")

        assert connection.execute(f"SELECT x FROM '{path}'").fetchall() == [(1,)]  # noqa: S608


@pytest.mark.parametrize("place", ["outside.csv", "https://example.com/a.csv", "s3://bucket/a.csv"])
def test_reads_nothing_else(directory: Path, tmp_path: Path, place: str) -> None:
    (tmp_path / "outside.csv").write_text("a\n1\n")
    target = place if "://" in place else str(tmp_path / place)

    with open_engine(directory, LIMITS) as connection, pytest.raises(duckdb.Error):
        connection.execute(f"SELECT * FROM read_csv('{target}')").fetchall()  # noqa: S608


@pytest.mark.parametrize(
    "statement", ["SET enable_external_access = true", "SET autoload_known_extensions = true"]
)
def test_cannot_be_talked_out_of_it(directory: Path, statement: str) -> None:
    with open_engine(directory, LIMITS) as connection, pytest.raises(duckdb.Error):
        connection.execute(statement)


def test_keeps_to_its_limits_and_to_utc(directory: Path) -> None:
    with open_engine(directory, LIMITS) as connection:
        ((memory, threads, zone),) = connection.execute(
            "SELECT current_setting('memory_limit'), current_setting('threads'), "
            "current_setting('TimeZone')"
        ).fetchall()

    assert (memory, threads, zone) == ("476.8 MiB", 2, "UTC")
