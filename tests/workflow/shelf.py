"""Versions put straight onto a deployed stage's shelf, without training them."""

import tomllib
from datetime import datetime
from pathlib import Path

from functions.cli import wiring
from functions.cli.stage import DeployedStage
from functions.contracts.artifact import ArtifactSpec
from functions.contracts.model_spec import ModelSpec
from functions.contracts.naming import Alias
from functions.contracts.release import AuditEntry
from tests.unit.serving.world import NOW, World

MODELS = Path(__file__).resolve().parents[2] / "models"


def spec_of(model: str) -> ArtifactSpec:
    """Return the spec.json that a version of one of our models has; its hash is the artifact's."""
    spec = ModelSpec.model_validate(tomllib.loads((MODELS / model / "model.toml").read_text()))
    return ArtifactSpec(
        model=spec.name,
        task=spec.task,
        description=spec.description,
        feature_schema=spec.schema_,
        target=spec.target.name,
        classes=spec.target.classes,
        extra_features=spec.serving.extra_features,
        maximum_rows=spec.serving.maximum_rows,
        model_sha256="0" * 64,
    )


def shelve(stage: DeployedStage, spec: ArtifactSpec, content: bytes, *, number: int = 1) -> None:
    """Store and register a version through the real adapters; the first becomes champion."""
    world = World(store=wiring.bucket(stage.settings.models_bucket))  # type: ignore[arg-type]
    pointer = world.publish(spec, content, number=number)
    registry = wiring.registry(stage)
    registry.add(world.registry.get(spec.model, number))
    if number == 1:
        registry.move_alias(pointer, first_promotion(spec.model, at=NOW), expected_revision=0)


def first_promotion(model: str, *, at: datetime) -> AuditEntry:
    """Return the audit entry of a model's first champion."""
    return AuditEntry(
        model=model,
        sequence=1,
        action="promote",
        alias=Alias.CHAMPION,
        from_number=None,
        to_number=1,
        actor="shelf",
        reason="put there by a test",
        at=at,
    )
