"""Everything that the demo's chapters talk to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from functions.aws.alarms import CloudWatchAlarms
from functions.aws.executions import StepFunctionsExecutions
from functions.aws.lambda_invoker import LambdaInvoker
from functions.cli import wiring
from functions.cli.prediction_client import PredictionClient
from functions.cli.stage import DeployedStage
from functions.core.ports import ObjectStore


@dataclass(frozen=True, slots=True)
class Cast:
    """One model on one stage."""

    model: str
    stage: DeployedStage
    data: ObjectStore
    models: ObjectStore
    captures: ObjectStore
    executions: StepFunctionsExecutions
    functions: LambdaInvoker
    alarms: CloudWatchAlarms
    client: PredictionClient
    now: Callable[[], datetime]
    reports: Path


def gather_cast(stage: DeployedStage, model: str) -> Cast:
    """Return the cast of a deployed stage."""
    return Cast(
        model=model,
        stage=stage,
        data=wiring.bucket(stage.settings.data_bucket),
        models=wiring.bucket(stage.settings.models_bucket),
        captures=wiring.bucket(stage.settings.captures_bucket),
        executions=wiring.executions(stage),
        functions=wiring.functions(),
        alarms=wiring.alarms(),
        client=PredictionClient(wiring.api(stage), model),
        now=wiring.now,
        reports=wiring.home() / "reports",
    )
