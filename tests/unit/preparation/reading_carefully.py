"""What the reader of any file makes of one that a faster reader may take."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from functions.contracts.artifact import ArtifactSpec
from functions.preparation import batch_source
from functions.preparation.engine import EngineLimits, open_engine
from functions.preparation.file_readers import UnreadableFileError


def read_carefully(path: Path, spec: ArtifactSpec) -> NDArray[np.float32] | None:
    """Return the rows of a file, or None where it or a row of it is refused."""
    with (
        pytest.MonkeyPatch.context() as patch,
        open_engine(path.parent, EngineLimits(memory_mb=256, threads=1)) as connection,
    ):
        patch.setattr(batch_source, "_read_plain", lambda _path, _spec: None)
        table = batch_source.SourceTable(connection, spec, ())
        try:
            table.load(path, 0)
        except UnreadableFileError:
            return None
        return None if list(table.refused()) else table.matrix(0, table.good)
