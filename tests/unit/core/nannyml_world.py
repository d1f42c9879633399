"""NannyML's sample sets and what it estimates of them; `tests/golden/make_nannyml_estimates.py`."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

GOLDEN = Path(__file__).resolve().parents[2] / "golden"

Arrays = dict[str, NDArray[Any]]


@cache
def nannyml_estimates(name: str) -> dict[str, Any]:
    """Return what NannyML says of a set: `metrics` by our names, each a list per column."""
    estimates = json.loads((GOLDEN / "nannyml_estimates.json").read_text(encoding="utf-8"))
    found: dict[str, Any] = estimates[name]
    return found


@cache
def nannyml_arrays(name: str) -> Arrays:
    """Return what NannyML was given."""
    with np.load(GOLDEN / f"nannyml_{name}.npz", allow_pickle=False) as stored:
        return dict(stored)


def chunks(name: str, *arrays: str) -> Iterator[tuple[NDArray[Any], ...]]:
    """Yield the chunks of the period to be judged."""
    rows = nannyml_estimates(name)["chunk_rows"]
    stored = nannyml_arrays(name)
    for start in range(0, len(stored["truth"]), rows):
        yield tuple(stored[array][start : start + rows] for array in arrays)


def as_outputs(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the two columns of a binary classifier, the positive one unchanged."""
    return np.column_stack([np.float32(1.0) - scores, scores])
