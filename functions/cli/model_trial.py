"""A model folder's pipeline, built, fitted and asked once on generated rows."""

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from functions.contracts.feature_schema import Feature, FeatureType
from functions.contracts.model_checks import CODE_FILE
from functions.contracts.model_code import BUILDER
from functions.contracts.model_folder import Problem
from functions.contracts.model_spec import ModelSpec, ParameterValue

TRIAL_ROWS = 60
MISSING_EVERY = 10


def try_pipeline(name: str, spec: ModelSpec, directory: Path) -> tuple[Problem, ...]:
    """Return why the pipeline cannot be trained with the first parameters of its search space."""
    parameters: dict[str, ParameterValue] = {
        key: values[0] for key, values in spec.training.parameters.items() if values
    }
    x, y = generate_rows(spec)
    try:
        pipeline = getattr(_load(directory / name / CODE_FILE), BUILDER)(parameters, spec.schema_)
        pipeline.fit(x, y)
        (pipeline.predict_proba if spec.is_classification else pipeline.predict)(x)
    except Exception as error:  # noqa: BLE001 - the author's code may raise anything, and is told
        value = f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"
        remedy = f"make it build, fit and answer {TRIAL_ROWS} generated rows with {parameters}"
        return (Problem(f"models/{name}/{CODE_FILE}", BUILDER, value, remedy),)
    return ()


def generate_rows(
    spec: ModelSpec,
) -> tuple[NDArray[np.float32], NDArray[np.float64] | NDArray[np.int64]]:
    """Return rows that fit the schema, with missing values where the features allow them."""
    rng = np.random.default_rng(spec.training.seed)
    x = np.column_stack([_column(feature, rng) for feature in spec.features]).astype(np.float32)
    if spec.is_classification:
        return x, np.arange(TRIAL_ROWS, dtype=np.int64) % len(spec.target.classes)
    return x, rng.normal(size=TRIAL_ROWS)


def _load(code: Path) -> ModuleType:
    definition = importlib.util.spec_from_file_location(f"tried_{code.parent.name}", code)
    if definition is None or definition.loader is None:
        msg = f"{code} cannot be imported"
        raise ImportError(msg)
    module = importlib.util.module_from_spec(definition)
    definition.loader.exec_module(module)
    return module


def _column(feature: Feature, rng: np.random.Generator) -> NDArray[np.float64]:
    if feature.type is FeatureType.STRING:
        values = rng.integers(0, len(feature.categories), TRIAL_ROWS).astype(float)
    elif feature.type is FeatureType.BOOLEAN:
        values = rng.integers(0, 2, TRIAL_ROWS).astype(float)
    else:
        low = feature.minimum if feature.minimum is not None else 0.0
        high = feature.maximum if feature.maximum is not None else low + 1.0
        values = rng.uniform(low, high, TRIAL_ROWS)
    if feature.allows_missing:
        values[::MISSING_EVERY] = np.nan
    return values
