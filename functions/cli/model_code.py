"""A model folder's code and card: there, clean of our imports, and able to learn."""

import ast
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from functions.contracts.feature_schema import Feature, FeatureType
from functions.contracts.model_folder import Problem
from functions.contracts.model_spec import ModelSpec, ParameterValue

CODE_FILE = "model.py"
CARD_FILE = "README.md"
BUILDER = "build_pipeline"
TRIAL_ROWS = 60
_FORBIDDEN = {"functions", "infra", "boto3", "botocore", "pickle", "joblib"}


def find_problems(name: str, spec: ModelSpec, directory: Path) -> list[Problem]:
    """Return what keeps a folder's code from being trained; it is tried on generated rows."""
    folder = directory / name
    found = list(_missing_files(name, folder))
    code = folder / CODE_FILE
    if code.is_file():
        found += _code_problems(name, spec, code)
    return found


def _missing_files(name: str, folder: Path) -> Iterator[Problem]:
    remedies = {
        CODE_FILE: f"write it; `{BUILDER}(params, features)` returns a scikit-learn Pipeline",
        CARD_FILE: "write the model card: purpose, data, limits",
    }
    for file, remedy in remedies.items():
        if not (folder / file).is_file():
            yield Problem(f"models/{name}/{file}", "(file)", "missing", remedy)


def _code_problems(name: str, spec: ModelSpec, code: Path) -> list[Problem]:
    file = f"models/{name}/{CODE_FILE}"
    try:
        tree = ast.parse(code.read_text(encoding="utf-8"))
    except SyntaxError as error:
        return [Problem(file, f"line {error.lineno}", "no Python", error.msg)]
    forbidden = sorted(_imported(tree) & _FORBIDDEN)
    if forbidden:
        remedy = "remove it: a model knows neither Windvane nor AWS, and is stored as ONNX"
        return [Problem(file, "import", module, remedy) for module in forbidden]
    return _try_pipeline(file, spec, code)


def _imported(tree: ast.Module) -> set[str]:
    modules: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules.add(node.module.partition(".")[0])
    return modules


def _try_pipeline(file: str, spec: ModelSpec, code: Path) -> list[Problem]:
    """Build, fit and ask the pipeline once for the first parameters of the search space."""
    parameters: dict[str, ParameterValue] = {
        key: values[0] for key, values in spec.training.parameters.items() if values
    }
    x, y = generated_rows(spec)
    try:
        builder = getattr(_load(code), BUILDER, None)
        if builder is None:
            return [Problem(file, BUILDER, "missing", f"define `{BUILDER}(params, features)`")]
        pipeline = builder(parameters, spec.schema_)
        pipeline.fit(x, y)
        (pipeline.predict_proba if spec.is_classification else pipeline.predict)(x)
    except Exception as error:  # noqa: BLE001 - the author's code may raise anything, and is told of it
        remedy = f"make it build, fit and answer {TRIAL_ROWS} rows with {parameters}"
        return [
            Problem(file, BUILDER, f"{type(error).__name__}: {str(error).splitlines()[0]}", remedy)
        ]
    return []


def _load(code: Path) -> ModuleType:
    definition = importlib.util.spec_from_file_location(f"checked_{code.parent.name}", code)
    if definition is None or definition.loader is None:
        msg = f"{code} cannot be imported"
        raise ImportError(msg)
    module = importlib.util.module_from_spec(definition)
    definition.loader.exec_module(module)
    return module


def generated_rows(
    spec: ModelSpec,
) -> tuple[NDArray[np.float32], NDArray[np.float64] | NDArray[np.int64]]:
    """Return rows that fit the schema, with missing values where the features allow them."""
    rng = np.random.default_rng(spec.training.seed)
    x = np.column_stack([_column(feature, rng) for feature in spec.features]).astype(np.float32)
    if spec.is_classification:
        return x, np.arange(TRIAL_ROWS, dtype=np.int64) % len(spec.target.classes)
    return x, rng.normal(size=TRIAL_ROWS)


def _column(feature: Feature, rng: np.random.Generator) -> NDArray[np.float64]:
    if feature.type is FeatureType.STRING:
        values = rng.integers(0, max(len(feature.categories), 1), TRIAL_ROWS).astype(float)
    elif feature.type is FeatureType.BOOLEAN:
        values = rng.integers(0, 2, TRIAL_ROWS).astype(float)
    else:
        low = feature.minimum if feature.minimum is not None else 0.0
        high = feature.maximum if feature.maximum is not None else low + 1.0
        values = rng.uniform(low, max(high, low), TRIAL_ROWS)
    if feature.allows_missing:
        values[:: TRIAL_ROWS // 6] = np.nan
    return values
