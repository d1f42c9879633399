"""The prediction API and the function that answers."""

from aws_cdk import Stack
from constructs import Construct

from functions.contracts.outputs import stack_name
from functions.contracts.settings import ServingSettings
from infra.components.acknowledgment import acknowledge_runtime
from infra.components.foundation import Foundation
from infra.components.function import PlatformFunction
from infra.components.prediction_api import PredictionApi
from infra.components.published import publish


class ServingStack(Stack):
    """What answers predictions: it reads the registry and the artifacts and writes nowhere."""

    def __init__(self, scope: Construct, *, foundation: Foundation) -> None:
        stage = foundation.stage
        name = stack_name(stage.name, "serving")
        super().__init__(scope, name, termination_protection=stage.is_protected)
        acknowledge_runtime(self)
        self.predict = PlatformFunction(
            self,
            "Predict",
            name="predict",
            platform=foundation.platform,
            settings=ServingSettings(
                stage=stage.name,
                models_bucket=foundation.models.name,
                registry_table=foundation.registry.name,
                refresh_seconds=stage.refresh_seconds,
            ),
        )
        foundation.registry.grant_read(self.predict)
        self.prediction_api = PredictionApi(
            self, "PredictionApi", function=self.predict, stage=stage
        )
        publish(self, "api_url", self.prediction_api.url)
