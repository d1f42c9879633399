"""JSON lines of ordinary records, read by the API's own fast reader.

It takes a file in which every line is a record of the model's features and nothing else; any other
file is `batch_lines`'.
"""

from pathlib import Path

from functions.contracts.artifact import ArtifactSpec
from functions.core.compiled_records import compile_reader
from functions.core.records import RecordReader
from functions.preparation.batch_plain_rows import Matrix, store_rows


def read_plain_lines(path: Path, spec: ArtifactSpec) -> Matrix | None:
    """Return a file's rows, encoded as serving encodes them, or None.

    Returns
    -------
    ndarray of float32, shape (n, n_features), or None
    """
    reader = compile_reader(RecordReader.for_spec(spec))
    if reader is None:
        return None
    return store_rows(path, len(spec.feature_schema.features), reader.read_lines)
