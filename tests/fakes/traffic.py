"""Captured requests of any model, as they lie in the captures bucket."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from functions.contracts.capture import CaptureLine, FailureLine, GroundTruthLine
from functions.contracts.keys import CAPTURES_PREFIX, GROUND_TRUTH_PREFIX, hour_prefix
from functions.contracts.model_spec import Label
from functions.core.capture_encoding import encode_floats
from tests.fakes.object_store import InMemoryObjectStore

Matrix = NDArray[np.float32]


def capture(
    model: str, matrix: Matrix, outputs: Matrix, *, id_: str, at: datetime, **said: object
) -> CaptureLine:
    """One answered request, by the champion if nothing else is said."""
    document = {
        "id": id_,
        "model": model,
        "version": 1,
        "schema_id": "any",
        "at": at,
        "n": len(matrix),
        "n_request": len(matrix),
        "rows": encode_floats(matrix),
        "outputs": encode_floats(outputs),
        "latency_us": 1000,
        **said,
    }
    return CaptureLine.model_validate(document)


def failure(model: str, *, id_: str, at: datetime, version: int, variant: str) -> FailureLine:
    """One request that a version did not answer."""
    return FailureLine(
        id=id_, model=model, version=version, variant=variant, at=at, status=500, error="Broken"
    )


def truth(model: str, inference_id: str, value: Label | float, *, at: datetime) -> GroundTruthLine:
    """What came true of one row."""
    return GroundTruthLine(
        model=model, inference_id=inference_id, value=value, observed_at=at, received_at=at
    )


def deliver(
    store: InMemoryObjectStore,
    lines: Sequence[CaptureLine | FailureLine | GroundTruthLine],
    *,
    name: str,
    at: datetime,
) -> None:
    """Put lines into one object of the hour in which they arrived."""
    is_truth = bool(lines) and isinstance(lines[0], GroundTruthLine)
    prefix = GROUND_TRUTH_PREFIX if is_truth else CAPTURES_PREFIX
    body = "\n".join(line.model_dump_json(exclude_none=True) for line in lines).encode()
    store.write(f"{hour_prefix(prefix, at)}{name}", body, content_type="")
