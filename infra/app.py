"""The CDK app: reads the context, makes the four stacks and wires them."""

import sys
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import App, Tags, Validations
from cdk_nag import AwsSolutionsChecks

from functions.contracts.api_clients import CLIENTS_FILE, load_clients
from functions.contracts.errors import WindvaneError
from functions.contracts.model_folder import (
    MODELS_DIRECTORY,
    find_model_names,
    load_model_spec,
)
from infra.bundles import BUNDLES
from infra.components.acknowledgment import acknowledge_runtime
from infra.components.bundle_shelf import BundleShelf
from infra.components.observed import Observed
from infra.stacks.monitoring import MonitoringStack
from infra.stacks.serving import ServingStack
from infra.stacks.storage import StorageStack
from infra.stacks.training import TrainingStack
from infra.stage import API_CONTEXT, Stage, choose_api, stage_named

DEFAULT_STAGE = "dev"

BUNDLES_IN_PLACE = {"aws:cdk:disable-asset-staging": True}
"""Context: bundles are deployed from where they are; a copy for every synthesis takes 600 MB."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the app finds what was built before, the models' folders, and the API's clients."""

    bundles: Path = BUNDLES
    models: Path = MODELS_DIRECTORY
    clients: Path = CLIENTS_FILE


def add_stacks(app: App, stage: Stage, sources: Sources) -> None:
    """Put a stage's four stacks into an app."""
    models = [load_model_spec(name, sources.models) for name in find_model_names(sources.models)]
    shelf = BundleShelf(sources.bundles, stage.variant)

    foundation = StorageStack(app, stage=stage, shelf=shelf).foundation
    training = TrainingStack(app, foundation=foundation)
    serving = ServingStack(
        app, foundation=foundation, models=models, clients=load_clients(sources.clients)
    )
    observed = Observed(
        steps=(*training.steps.values(), *training.batch.steps.values()),
        machine=training.workflow.machine,
        batch_machine=training.batch.workflow.machine,
        predict=serving.predict,
        token_check=serving.token_check,
        api=serving.prediction_api.api,
    )
    MonitoringStack(app, foundation=foundation, observed=observed, models=models)

    acknowledge_runtime(app)
    Tags.of(app).add("windvane:stage", stage.name)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))


def synthesize_stage(app: App, sources: Sources) -> int:
    """Synthesize the stage that the app's context names; return 1 if that cannot be."""
    name = app.node.try_get_context("stage") or DEFAULT_STAGE
    variant = app.node.try_get_context("variant")
    given = {key: app.node.try_get_context(key) for key in API_CONTEXT}
    api = {key: str(value) for key, value in given.items() if value is not None}
    try:
        add_stacks(app, choose_api(stage_named(str(name), variant=variant), api), sources)
    except WindvaneError as error:
        sys.stderr.write(f"infra: {error}\n")
        return 1
    app.synth()
    return 0


if __name__ == "__main__":
    sys.exit(synthesize_stage(App(post_cli_context=BUNDLES_IN_PLACE), Sources()))
