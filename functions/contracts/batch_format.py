"""How a batch job's results are written; read by the command line before anything else."""

from enum import StrEnum

DEFAULT_CHUNK_ROWS = 50_000
"""A chunk of 25 columns is 5 MB; a graph that needs 100 µs a row answers it in 5 seconds."""


class BatchFormat(StrEnum):
    """How results are written."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
