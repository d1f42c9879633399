"""The graph that benches run: boosted trees of 25 numbers, fitted and exported as training does."""

import hashlib
from functools import cache

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline

from functions.contracts.feature_schema import Feature, FeatureType
from functions.contracts.model_spec import ModelSpec, Target, Task, Training
from functions.training.onnx_export import export_onnx

WIDTH = 25
TREES = 120
LEAVES = 31
ROWS = 20_000


@cache
def tree_graph() -> tuple[bytes, str]:
    """Return the ONNX bytes and their sha256."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(ROWS, WIDTH)).astype(np.float32)
    y = (x[:, 0] + x[:, 1] * x[:, 2] + rng.normal(size=ROWS) > 0).astype(np.int64)
    trees = HistGradientBoostingClassifier(
        max_iter=TREES, max_leaf_nodes=LEAVES, early_stopping=False, random_state=0
    )
    pipeline = Pipeline([("trees", trees)]).fit(x, y)
    spec = ModelSpec(
        name="bench",
        task=Task.BINARY_CLASSIFICATION,
        owner="bench",
        target=Target(name="y", classes=(0, 1)),
        features=tuple(Feature(name=f"f{i}", type=FeatureType.NUMBER) for i in range(WIDTH)),
        training=Training(metric="roc_auc_score"),
    )
    content = export_onnx(pipeline, spec)
    return content, hashlib.sha256(content).hexdigest()
