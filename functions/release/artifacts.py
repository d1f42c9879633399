"""Reading artifacts by their bytes, and running their graphs."""

from dataclasses import dataclass
from statistics import median
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from functions.contracts.artifact import Artifact, ArtifactSpec
from functions.core.ports import ObjectStore
from functions.core.stored_specs import read_spec
from functions.inference.onnx_model import OnnxModel, load_onnx_model

BATCH_ROWS = 20_000
LATENCY_RUNS = 200
WARM_UP_RUNS = 20


@dataclass(frozen=True, slots=True)
class Graph:
    """A version's graph and what it says of itself."""

    spec: ArtifactSpec
    model: OnnxModel

    def run(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the outputs of any number of rows, some thousand at a time."""
        starts = range(0, max(len(x), 1), BATCH_ROWS)
        return np.concatenate([self.model.run(x[start : start + BATCH_ROWS]) for start in starts])

    def latency_ms(self, x: NDArray[np.float32]) -> float:
        """Return the median time of one row through the graph, in milliseconds."""
        seconds = []
        for index in range(WARM_UP_RUNS + LATENCY_RUNS):
            row = x[index % len(x)][np.newaxis]
            began = perf_counter()
            self.model.run(row)
            seconds.append(perf_counter() - began)
        return median(seconds[WARM_UP_RUNS:]) * 1000.0


def load_graph(artifact: Artifact, content: bytes, models: ObjectStore) -> Graph:
    """Return the graph whose ONNX bytes are `content`, with its spec."""
    spec = read_spec(artifact.spec, models)
    return Graph(spec, load_onnx_model(content, expected_sha256=artifact.sha256))
