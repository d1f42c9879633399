"""The settings of the workflow's steps, from what the storage stack offers."""

from functions.contracts.functions import Group
from functions.contracts.settings import (
    FunctionSettings,
    PreparationSettings,
    ReleaseSettings,
    TrainingSettings,
    WatchSettings,
)
from infra.components.foundation import Foundation


def step_settings(foundation: Foundation) -> dict[Group, FunctionSettings]:
    """Return the settings of the steps of each group."""
    stage = foundation.stage.name
    data, models = foundation.data.name, foundation.models.name
    captures, registry = foundation.captures.name, foundation.registry.name
    return {
        Group.PREPARATION: PreparationSettings(
            stage=stage,
            data_bucket=data,
            models_bucket=models,
            captures_bucket=captures,
            registry_table=registry,
        ),
        Group.TRAINING: TrainingSettings(stage=stage, data_bucket=data, models_bucket=models),
        Group.RELEASE: release_settings(foundation),
        Group.MONITORING: WatchSettings(
            stage=stage,
            captures_bucket=captures,
            models_bucket=models,
            registry_table=registry,
            bake_time_scale=foundation.stage.bake_time_scale,
        ),
    }


def release_settings(foundation: Foundation) -> ReleaseSettings:
    """Return the settings of the release functions, those of the workflow and the others."""
    return ReleaseSettings(
        stage=foundation.stage.name,
        data_bucket=foundation.data.name,
        models_bucket=foundation.models.name,
        registry_table=foundation.registry.name,
        captures_bucket=foundation.captures.name,
        notification_topic_arn=foundation.notifications.topic_arn,
        bake_time_scale=foundation.stage.bake_time_scale,
    )
