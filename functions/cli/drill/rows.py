"""The rows of a drill: real ones of the champion's data set, chosen or changed, and answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from functions.cli.drill.cast import DrillCast
from functions.cli.errors import RefusedError
from functions.contracts import keys
from functions.contracts.capture import CaptureLine
from functions.contracts.feature_schema import FeatureSchema
from functions.contracts.naming import Alias, format_version
from functions.contracts.release import AliasPointer
from functions.core.arrays import array_from_bytes
from functions.core.capture_encoding import encode_floats, mask_pii
from functions.core.ports import ObjectNotFoundError
from functions.core.stored_objects import read_stored
from functions.release.artifacts import Graph, load_graph

MOST_ROWS = 4000
"""More prove nothing more, and take longer to judge."""

ROWS_PER_REQUEST = 50
SEED = 20_261
STEEPNESS = 6.0
"""How much likelier the row with the highest value is drawn than the one with the lowest: e^6."""

UNIT = np.float32(1000.0)

Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Served:
    """The champion, its graph, and the rows that it was made and judged by."""

    pointer: AliasPointer
    graph: Graph
    rows: Matrix

    @property
    def schema(self) -> FeatureSchema:
        """The columns of the rows."""
        return self.graph.spec.feature_schema


def read_served(cast: DrillCast) -> Served:
    """Return the champion and its rows; raise RefusedError if there is none, or no rows."""
    pointer = require_champion(cast)
    version = cast.registry.get(cast.model, pointer.number)
    try:
        parts = [
            array_from_bytes(
                cast.data.read(keys.prepared_array(cast.model, version.dataset_version, name))
            )
            for name in ("holdout_x", "train_x")
        ]
    except ObjectNotFoundError as error:
        msg = f"the rows of {version.name} are gone, so there is nothing to drill with: {error}"
        raise RefusedError(msg) from error
    content = read_stored(pointer.artifact.model, cast.models)
    graph = load_graph(pointer.artifact, content, cast.models)
    return Served(pointer, graph, np.concatenate(parts))


def require_champion(cast: DrillCast) -> AliasPointer:
    """Return where the champion alias points; raise RefusedError if nowhere."""
    pointer = cast.registry.find_alias(cast.model, Alias.CHAMPION)
    if pointer is None:
        msg = f"{cast.model} has no champion on stage {cast.stage.name}: train it first"
        raise RefusedError(msg)
    return pointer


def choose_drifted(
    rows: Matrix, schema: FeatureSchema, *, columns: int = 1
) -> tuple[Matrix, tuple[str, ...]]:
    """Return real rows of a changed population, each at most once, and the columns that changed.

    They are drawn without replacement, the likelier the higher they rank by the columns with the
    most values: every row is as it may be, only their shares are others, which is drift and no
    fault of the data.
    """
    chosen = _widest(rows, schema)[:columns]
    rank = _rank(np.sum([_rank(rows[:, column]) for column in chosen], axis=0))
    # Efraimidis and Spirakis (2006): the smallest exponential clocks, each at its weight's rate.
    clocks = np.random.default_rng(SEED).exponential(size=len(rows))
    order = np.argsort(clocks * np.exp(-STEEPNESS * rank), kind="stable")
    first = order[: min(MOST_ROWS, len(rows) // 2)]
    return rows[np.sort(first)], tuple(schema.features[column].name for column in chosen)


def break_unit(rows: Matrix, schema: FeatureSchema) -> tuple[Matrix, str]:
    """Return rows whose widest number is in another unit, 1000 times as large, and its name.

    Of a schema without numbers a column is missing throughout.
    """
    chosen = np.random.default_rng(SEED).permutation(len(rows))[:MOST_ROWS]
    broken = rows[np.sort(chosen)].copy()
    column = _widest(rows, schema)[0]
    is_number = column in schema.numeric
    broken[:, column] = broken[:, column] * UNIT if is_number else np.nan
    how = "1000 times as large" if is_number else "missing"
    return broken, f"{schema.features[column].name} {how}"


def capture_lines(drill: str, served: Served, rows: Matrix, *, until: datetime) -> bytes:
    """Return capture lines of rows that the champion answers, a second apart, the last `until`.

    Their inference ids begin with the drill's name.
    """
    outputs = served.graph.run(rows)
    seen = mask_pii(served.schema, rows)
    starts = range(0, len(rows), ROWS_PER_REQUEST)
    lines = []
    for number, start in enumerate(starts):
        some = slice(start, start + ROWS_PER_REQUEST)
        count = len(rows[some])
        line = CaptureLine(
            id=f"{drill}-{number:04d}",
            model=served.pointer.model,
            version=served.pointer.number,
            schema_id=served.schema.schema_id,
            at=until - timedelta(seconds=len(starts) - number),
            n=count,
            n_request=count,
            rows=encode_floats(np.ascontiguousarray(seen[some])),
            outputs=encode_floats(np.ascontiguousarray(outputs[some])),
        )
        lines.append(f"{line.model_dump_json()}\n")
    return "".join(lines).encode()


def describe_rows(served: Served, rows: Matrix) -> str:
    """Return what was injected, in words."""
    name = format_version(served.pointer.model, served.pointer.number)
    return f"{len(rows):,} rows of {name}'s data set, answered by it"


def _widest(rows: Matrix, schema: FeatureSchema) -> list[int]:
    """Return the numbers that are captured, those with the most values first; else columns."""
    captured = [i for i, feature in enumerate(schema.features) if not feature.pii]
    numbers = [i for i in captured if i in schema.numeric] or captured
    if not numbers:
        msg = "every feature is personal, so no capture could show that it changed"
        raise RefusedError(msg)
    return sorted(numbers, key=lambda i: -len(np.unique(rows[:, i])))


def _rank(values: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Return how high each value stands among all, from 0 to 1; a missing one stands lowest."""
    filled = np.nan_to_num(values, nan=-np.inf)
    return np.argsort(np.argsort(filled, kind="stable"), kind="stable") / len(values)
