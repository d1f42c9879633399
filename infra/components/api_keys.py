"""The keys of the clients of a stage's API; API Gateway makes their values at the deployment."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from aws_cdk import aws_apigateway as apigateway
from constructs import Construct

from functions.contracts.access import Authorization
from functions.contracts.api_clients import ApiClient
from infra.stage import Stage


class ApiKeys(Construct):
    """A key for each client, where callers of the stage are known by their keys; else none.

    A key has no limits by itself: `limit` gives them, when there is an API to call. The prediction
    function knows the keys by their ids, never by their values.
    """

    def __init__(
        self, scope: Construct, id_: str, *, stage: Stage, clients: Sequence[ApiClient]
    ) -> None:
        super().__init__(scope, id_)
        self._clients = _clients_of(stage, clients)
        self._keys: Mapping[str, apigateway.ApiKey] = MappingProxyType(
            {
                client.name: apigateway.ApiKey(
                    self,
                    client.name,
                    description=f"Windvane {stage.name}: {client.name}, {client.description}",
                    enabled=client.enabled,
                )
                for client in self._clients
            }
        )

    @property
    def ids(self) -> Mapping[str, str]:
        """The keys' ids by the clients' names."""
        return {name: key.key_id for name, key in self._keys.items()}

    def limit(self, api: apigateway.RestApi) -> None:
        """Let each client call an API at its own rate, up to its quota."""
        for client in self._clients:
            plan = apigateway.UsagePlan(
                self,
                f"{client.name}-plan",
                description=f"How much {client.name} may ask",
                throttle=apigateway.ThrottleSettings(
                    rate_limit=client.requests_per_second, burst_limit=client.burst
                ),
                quota=_quota(client),
                api_stages=[apigateway.UsagePlanPerApiStage(api=api, stage=api.deployment_stage)],
            )
            plan.add_api_key(self._keys[client.name])


def _clients_of(stage: Stage, clients: Sequence[ApiClient]) -> tuple[ApiClient, ...]:
    if stage.authorization is not Authorization.API_KEY:
        return ()
    return tuple(client for client in clients if client.is_of(stage.name))


def _quota(client: ApiClient) -> apigateway.QuotaSettings | None:
    if client.requests_per_day is not None:
        return apigateway.QuotaSettings(limit=client.requests_per_day, period=apigateway.Period.DAY)
    if client.requests_per_month is not None:
        return apigateway.QuotaSettings(
            limit=client.requests_per_month, period=apigateway.Period.MONTH
        )
    return None
