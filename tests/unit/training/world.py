"""A small model of each kind, its rows, and buckets that hold them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.pipeline import Pipeline

from functions.contracts import keys
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.contracts.messages import (
    Candidate,
    ExportInput,
    PrepareOutput,
    TrainInput,
    TrainOutput,
    Trigger,
    TriggerKind,
)
from functions.contracts.model_spec import Holdout, ModelSpec, Target, Task, Training
from functions.core.arrays import array_to_bytes
from functions.training.fitting import Rows
from functions.training.model_code import ModelCode
from tests.fakes.documents import NOW
from tests.fakes.object_store import InMemoryObjectStore

FEATURES = (
    Feature(name="customer", type="integer", max_missing_rate=0.2),
    Feature(name="opened_at", type="integer", max_missing_rate=0.2),
    Feature(name="balance", type="number", max_missing_rate=0.2),
    Feature(name="rate", type="number", max_missing_rate=0.2),
    Feature(name="kind", type="string", categories=("a", "b", "c"), max_missing_rate=0.2),
    Feature(name="active", type="boolean"),
)
EXECUTION = "tiny-person-1"
DATASET = "ds-1"
TRIGGER = Trigger(
    kind=TriggerKind.PERSON, id="1", reason="first", requested_by="ann", requested_at=NOW
)
PREPARED = PrepareOutput(
    passed=True, reason="ok", dataset_version=DATASET, quality_report_key="quality/tiny/ds-1.json"
)
_TASKS = {0: Task.REGRESSION, 2: Task.BINARY_CLASSIFICATION, 3: Task.MULTICLASS_CLASSIFICATION}
_METRICS = {0: "root_mean_squared_error", 2: "roc_auc_score", 3: "log_loss_error"}


def spec(classes: int = 2, *, holdout: Holdout | None = None, **training: object) -> ModelSpec:
    return ModelSpec(
        name="tiny",
        task=_TASKS[classes],
        owner="ann",
        target=Target(name="outcome", classes=tuple(range(classes))),
        features=FEATURES,
        training=Training(
            metric=_METRICS[classes],
            holdout=holdout or Holdout(),
            **training,  # type: ignore[arg-type]
        ),
    )


def rows(count: int, classes: int = 2, *, seed: int = 0, missing: float = 0.05) -> Rows:
    """Rows with large identifiers, epoch seconds and money, in which something can be learned."""
    rng = np.random.default_rng(seed)
    x = np.column_stack(
        [
            rng.integers(2**24, 2**33, count),
            rng.integers(1_600_000_000, 1_800_000_000, count),
            np.round(rng.lognormal(9.0, 1.2, count), 2),
            rng.normal(size=count),
            rng.integers(0, 3, count),
            rng.integers(0, 2, count),
        ]
    )
    signal = np.sin((x[:, 1] - 1.6e9) / 3e7) + (x[:, 0] % 2**32 > 2**31) + 0.5 * np.log(x[:, 2])
    signal += 0.5 * x[:, 3] * (x[:, 4] - 1) + rng.normal(0.0, 0.3, count)
    x[:, :5][rng.random((count, 5)) < missing] = np.nan
    if classes == 0:
        return Rows(x.astype(np.float32), 20_000 + 5_000 * signal)
    edges = np.quantile(signal, np.arange(1, classes) / classes)
    return Rows(x.astype(np.float32), np.digitize(signal, edges).astype(np.int64))


def build_pipeline(params: Mapping[str, object], _features: FeatureSchema) -> Pipeline:
    made = (
        HistGradientBoostingRegressor if params.get("regress") else HistGradientBoostingClassifier
    )
    trees = made(
        max_iter=params.get("trees", 20),
        max_leaf_nodes=params.get("leaves", 15),
        early_stopping=False,
        random_state=0,
    )
    return Pipeline([("trees", trees)])


def code(made: ModelSpec | None = None) -> ModelCode:
    return ModelCode(made or spec(), build_pipeline, "c" * 64)


@dataclass
class Buckets:
    """The data and the models bucket."""

    data: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    models: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)

    def add_rows(self, part: str, held: Rows) -> None:
        for axis, array in (("x", held.x), ("y", held.y)):
            self.add_array(f"{part}_{axis}", array)

    def add_array(self, name: str, array: NDArray) -> None:
        key = keys.prepared_array("tiny", DATASET, name)
        self.data.write(key, array_to_bytes(array), content_type="application/octet-stream")


def filled_buckets(classes: int = 2, *, count: int = 600) -> Buckets:
    buckets = Buckets()
    buckets.add_rows("train", rows(count, classes, seed=1))
    buckets.add_rows("holdout", rows(count // 3, classes, seed=2))
    return buckets


def train_input(index: int = 0, **parameters: object) -> TrainInput:
    return TrainInput(
        model="tiny",
        execution=EXECUTION,
        dataset_version=DATASET,
        candidate=Candidate(index=index, parameters=parameters),  # type: ignore[arg-type]
    )


def run(
    value: float, index: int = 0, *, metric: str = "roc_auc_score", **parameters: object
) -> TrainOutput:
    return TrainOutput(
        run_id=f"{EXECUTION}-{index:02d}",
        run_record_key=f"runs/tiny/{EXECUTION}-{index:02d}/run.json",
        metric=metric,
        value=value,
        parameters=parameters,  # type: ignore[arg-type]
    )


def export_input(*runs: TrainOutput) -> ExportInput:
    return ExportInput(model="tiny", execution=EXECUTION, prepare=PREPARED, train=runs)
