"""The prediction API: HTTPS, no route that is not declared, one function behind all (D12)."""

from dataclasses import dataclass

from aws_cdk import Aws
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.components.api_keys import ApiKeys
from infra.components.function import PlatformFunction
from infra.stage import Stage

API_STAGE = "v1"
"""The stage of API Gateway, the first part of every path; in both kinds of API alike."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """What an API is made of: the function that answers, and what keeps others from it.

    `token_check` checks the tokens of a REST API; an HTTP API does so itself, and other
    authorizations have none.
    """

    stage: Stage
    function: PlatformFunction
    keys: ApiKeys
    token_check: PlatformFunction | None


def make_access_log(scope: Construct, stage: Stage) -> logs.LogGroup:
    """Return a log group for who asked for what, and how it ended."""
    return logs.LogGroup(
        scope, "AccessLog", retention=stage.log_retention, removal_policy=stage.removal_policy
    )


def address_of(api_id: str) -> str:
    """Return the address of an API, without a slash at its end."""
    return f"https://{api_id}.execute-api.{Aws.REGION}.{Aws.URL_SUFFIX}/{API_STAGE}"
