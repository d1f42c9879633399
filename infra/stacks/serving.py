"""The prediction API and the function that answers."""

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_kms as kms
from constructs import Construct

from functions.contracts.access import ANYONE, AccessRules, ApiAccess, ApiKind, Authorization
from functions.contracts.api_clients import ApiClient
from functions.contracts.model_spec import ModelSpec
from functions.contracts.outputs import stack_name
from functions.contracts.settings import AccessSettings, ServingSettings
from infra.components.api_callers import check_callers, check_rules
from infra.components.api_keys import ApiKeys
from infra.components.capture_key import CaptureKey, needs_capture_key
from infra.components.foundation import Foundation
from infra.components.function import PlatformFunction
from infra.components.http_api import HttpPredictionApi
from infra.components.prediction_api import Guarded
from infra.components.published import publish
from infra.components.rest_api import RestPredictionApi


class ServingStack(Stack):
    """What answers predictions: it reads the registry and the artifacts and writes nowhere."""

    def __init__(
        self,
        scope: Construct,
        *,
        foundation: Foundation,
        models: Sequence[ModelSpec],
        clients: Sequence[ApiClient],
    ) -> None:
        stage = foundation.stage
        name = stack_name(stage.name, "serving")
        super().__init__(scope, name, termination_protection=stage.is_protected)
        check_callers(stage, models, clients)
        self._foundation = foundation
        keys = ApiKeys(self, "ApiKeys", stage=stage, clients=clients)
        rules = AccessRules(
            authorization=stage.authorization,
            clients={id_: name for name, id_ in keys.ids.items()},
            models={
                spec.name: spec.access.clients
                for spec in models
                if ANYONE not in spec.access.clients
            },
            token=stage.token,
            trusts_load_balancer=stage.trusts_load_balancer,
        )
        key = CaptureKey(self, "CaptureKey", stage=stage).key if needs_capture_key(models) else None
        self.predict = self._predict(rules, key)
        check_rules(rules)
        self.token_check = self._token_check(rules)
        guarded = Guarded(stage, self.predict, keys, self.token_check)
        self.prediction_api: RestPredictionApi | HttpPredictionApi
        match stage.api:
            case ApiKind.REST:
                self.prediction_api = RestPredictionApi(self, "PredictionApi", guarded=guarded)
            case ApiKind.HTTP:
                self.prediction_api = HttpPredictionApi(self, "PredictionApi", guarded=guarded)
        publish(self, "api_url", self.prediction_api.url)
        publish(self, "api_access", ApiAccess(stage.authorization, keys.ids).to_json())

    def _predict(self, rules: AccessRules, key: kms.IKey | None) -> PlatformFunction:
        foundation = self._foundation
        predict = PlatformFunction(
            self,
            "Predict",
            name="predict",
            platform=foundation.platform,
            settings=ServingSettings(
                stage=foundation.stage.name,
                models_bucket=foundation.models.name,
                registry_table=foundation.registry.name,
                refresh_seconds=foundation.stage.refresh_seconds,
                access=rules.to_json(),
                capture_key=key.key_arn if key else None,
            ),
        )
        foundation.registry.grant_read(predict)
        if key is not None:
            predict.allow(["kms:GenerateMac"], [key.key_arn])
        return predict

    def _token_check(self, rules: AccessRules) -> PlatformFunction | None:
        """Return the function that checks tokens for a REST API; an HTTP API does it itself."""
        stage = self._foundation.stage
        if stage.authorization is not Authorization.JWT or stage.api is not ApiKind.REST:
            return None
        return PlatformFunction(
            self,
            "Authorize",
            name="authorize",
            platform=self._foundation.platform,
            settings=AccessSettings(stage=stage.name, access=rules.to_json()),
        )
