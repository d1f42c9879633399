"""DuckDB, held to the function's memory and processors and kept from the network."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

MEMORY_SHARE = 0.5
"""Of the function's memory; the rest is Python's, numpy's and the arrays'."""


@dataclass(frozen=True, slots=True)
class EngineLimits:
    """What the function may use."""

    memory_mb: int
    threads: int


def open_engine(directory: Path, limits: EngineLimits) -> duckdb.DuckDBPyConnection:
    """Return a connection that reads and writes in one directory and nowhere else.

    Larger than its memory, it spills to that directory. It neither installs nor loads extensions:
    what it needs is linked into the package.
    """
    connection = duckdb.connect(
        config={
            "threads": limits.threads,
            "memory_limit": f"{int(limits.memory_mb * MEMORY_SHARE)}MB",
            "temp_directory": str(directory),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"SET allowed_directories = [{literal(str(directory))}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET lock_configuration = true")
    return connection


def quoted(identifier: str) -> str:
    """Return an identifier as SQL.

    Examples
    --------
    >>> print(quoted('a"b'))
    "a""b"
    """
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as SQL.

    Examples
    --------
    >>> print(literal("it's"))
    'it''s'
    """
    return "'" + text.replace("'", "''") + "'"
