"""A model folder's code: the pipeline it builds, and the hash it is known by."""

import hashlib
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from sklearn.pipeline import Pipeline

from functions.contracts.errors import WindvaneError
from functions.contracts.feature_schema import FeatureSchema
from functions.contracts.model_folder import load_model_spec
from functions.contracts.model_spec import ModelSpec, ParameterValue

PipelineBuilder: TypeAlias = Callable[[Mapping[str, ParameterValue], FeatureSchema], Pipeline]


class ModelCodeError(WindvaneError):
    """A model folder's model.py cannot be used."""


@dataclass(frozen=True, slots=True)
class ModelCode:
    """What a model folder says and does."""

    spec: ModelSpec
    build_pipeline: PipelineBuilder
    sha256: str

    def new_pipeline(self, parameters: Mapping[str, ParameterValue]) -> Pipeline:
        """Return an unfitted pipeline; raise ModelCodeError if the folder's code makes none."""
        pipeline = self.build_pipeline(parameters, self.spec.schema_)
        if not isinstance(pipeline, Pipeline):
            msg = (
                f"build_pipeline of models/{self.spec.name}/model.py must return a scikit-learn "
                f"Pipeline, it returned {type(pipeline).__name__}"
            )
            raise ModelCodeError(msg)
        return pipeline


def load_model_code(name: str) -> ModelCode:
    """Return the code of `models/<name>`, imported as `models.<name>.model`.

    Raises ModelFolderError for its model.toml, ModelCodeError for its model.py.
    """
    spec = load_model_spec(name)
    try:
        module = importlib.import_module(f"models.{name}.model")
    except ImportError as error:
        msg = f"models/{name}/model.py cannot be imported: {error}"
        raise ModelCodeError(msg) from error
    builder = getattr(module, "build_pipeline", None)
    if not callable(builder) or module.__file__ is None:
        msg = f"models/{name}/model.py must define build_pipeline(params, features)"
        raise ModelCodeError(msg)
    digest = hashlib.sha256(Path(module.__file__).read_bytes()).hexdigest()
    return ModelCode(spec, builder, digest)
