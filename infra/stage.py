"""A stage is a value: everything in which local, dev and prod differ (D13)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeVar

from aws_cdk import RemovalPolicy
from aws_cdk import aws_lambda as lambda_
from aws_cdk.aws_logs import RetentionDays

from functions.contracts.access import ApiKind, Authorization, TokenRules
from functions.contracts.errors import WindvaneError
from functions.contracts.functions import Group
from infra.bundling.target import LAMBDA_PYTHON, Variant


class UnknownStageError(WindvaneError):
    """A stage, or a variant of its bundles, was named that is not one of ours."""


class ApiChoiceError(WindvaneError):
    """What a stage says of its API cannot be, or cannot go together."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One deployment of the whole system; `name` stands in the names of its stacks.

    `api` and `authorization` say which kind of API answers and how its callers show who they are;
    `token` is for `Authorization.JWT` alone. `trusts_load_balancer`: an Application Load Balancer
    that somebody puts before the function decides who gets through it.
    """

    name: str
    variant: Variant
    removal_policy: RemovalPolicy
    is_protected: bool
    log_retention: RetentionDays
    capture_log_retention: RetentionDays
    refresh_seconds: float
    train_concurrency: int
    batch_concurrency: int
    are_schedules_enabled: bool
    api_requests_per_second: int
    api_burst: int
    noncurrent_version_days: int
    capture_days: int
    bake_time_scale: float = 1.0
    api: ApiKind = ApiKind.REST
    authorization: Authorization = Authorization.IAM
    token: TokenRules | None = None
    trusts_load_balancer: bool = False
    python: str = LAMBDA_PYTHON

    @property
    def architecture(self) -> lambda_.Architecture:
        """The processor that the bundles are built for; a source bundle runs on any."""
        if self.variant is Variant.X86_64:
            return lambda_.Architecture.X86_64
        return lambda_.Architecture.ARM_64

    def log_retention_of(self, group: Group) -> RetentionDays:
        """How long a group's logs are kept; serving's hold captured rows, so theirs is short."""
        return self.capture_log_retention if group is Group.SERVING else self.log_retention

    @property
    def runtime(self) -> lambda_.Runtime:
        """The Lambda runtime; the bundles' bytecode is of the same Python."""
        return lambda_.Runtime(f"python{self.python}", lambda_.RuntimeFamily.PYTHON)


# The embedded cloud: our code alone, the packages are those of the environment it runs in.
# Nothing happens by itself there; what is to happen is asked for.
_LOCAL = Stage(
    name="local",
    variant=Variant.SOURCE,
    removal_policy=RemovalPolicy.DESTROY,
    is_protected=False,
    log_retention=RetentionDays.ONE_DAY,
    capture_log_retention=RetentionDays.ONE_DAY,
    refresh_seconds=1.0,
    train_concurrency=2,
    batch_concurrency=2,
    are_schedules_enabled=False,
    api_requests_per_second=1000,
    api_burst=1000,
    noncurrent_version_days=1,
    capture_days=90,
    bake_time_scale=1 / 360,  # half an hour of a bake is five seconds
)

_DEV = Stage(
    name="dev",
    variant=Variant.ARM64,
    removal_policy=RemovalPolicy.DESTROY,
    is_protected=False,
    log_retention=RetentionDays.TWO_WEEKS,
    capture_log_retention=RetentionDays.THREE_DAYS,
    refresh_seconds=30.0,
    train_concurrency=4,
    batch_concurrency=50,
    are_schedules_enabled=True,
    api_requests_per_second=50,
    api_burst=100,
    noncurrent_version_days=30,
    capture_days=90,
)

_PROD = Stage(
    name="prod",
    variant=Variant.ARM64,
    removal_policy=RemovalPolicy.RETAIN,
    is_protected=True,
    log_retention=RetentionDays.SIX_MONTHS,
    capture_log_retention=RetentionDays.THREE_DAYS,
    refresh_seconds=30.0,
    train_concurrency=8,
    batch_concurrency=200,
    are_schedules_enabled=True,
    api_requests_per_second=500,
    api_burst=1000,
    noncurrent_version_days=365,
    capture_days=730,
)

STAGES: Mapping[str, Stage] = MappingProxyType(
    {stage.name: stage for stage in (_LOCAL, _DEV, _PROD)}
)
"""Every stage by its name."""


def stage_named(name: str, *, variant: str | None = None) -> Stage:
    """Return a stage, with its functions built as another variant if one is named.

    An emulator that runs functions as Lambda does needs the packages in the bundle, and its own
    machine's; `local` is without both. Raises UnknownStageError if there is no such stage or
    variant.
    """
    if name not in STAGES:
        msg = f"stage must be one of {', '.join(STAGES)}, got {name!r}: pass -c stage=NAME"
        raise UnknownStageError(msg)
    if variant is None:
        return STAGES[name]
    if variant not in set(Variant):
        msg = f"variant must be one of {', '.join(Variant)}, got {variant!r}: pass -c variant=NAME"
        raise UnknownStageError(msg)
    return replace(STAGES[name], variant=Variant(variant))


def choose_api(stage: Stage, context: Mapping[str, str]) -> Stage:
    """Return a stage with the API that a context asks for, by the names in `API_CONTEXT`.

    Raises ApiChoiceError for what is unknown, incomplete, or cannot go together.
    """
    kind = _one_of(ApiKind, "api", context.get("api", stage.api))
    authorization = _one_of(
        Authorization, "authorization", context.get("authorization", stage.authorization)
    )
    if kind is ApiKind.HTTP and authorization is Authorization.API_KEY:
        msg = (
            "an HTTP API knows no API keys and no usage plans: pass -c api=rest, or "
            "-c authorization=jwt or iam"
        )
        raise ApiChoiceError(msg)
    balancer = context.get("load_balancer", "trusted" if stage.trusts_load_balancer else "refused")
    if balancer not in ("trusted", "refused"):
        msg = f"load_balancer must be trusted or refused, got {balancer!r}: pass -c load_balancer=…"
        raise ApiChoiceError(msg)
    return replace(
        stage,
        api=kind,
        authorization=authorization,
        token=_choose_token(stage, authorization, context),
        trusts_load_balancer=balancer == "trusted",
    )


def _choose_token(
    stage: Stage, authorization: Authorization, context: Mapping[str, str]
) -> TokenRules | None:
    given = {name: context[name] for name in API_CONTEXT if name in context and "jwt" in name}
    if authorization is not Authorization.JWT:
        if given:
            names = ", ".join(given)
            msg = f"{names}: only for -c authorization=jwt, the stage's is {authorization}"
            raise ApiChoiceError(msg)
        return None
    before = stage.token or TokenRules("", ())
    audiences = given.get("jwt_audience", ",".join(before.audiences)).split(",")
    token = TokenRules(
        issuer=given.get("jwt_issuer", before.issuer),
        audiences=tuple(filter(None, (audience.strip() for audience in audiences))),
        claim=given.get("jwt_claim", before.claim),
        prefix=given.get("jwt_prefix", before.prefix),
    )
    if not token.audiences:
        msg = "tokens for others must not be taken: pass -c jwt_audience=NAME, or several with ,"
        raise ApiChoiceError(msg)
    if not token.issuer.startswith(("https://", *_LOOPBACK)):
        msg = (
            f"jwt_issuer must be the issuer's https:// address as its tokens write it, "
            f"got {token.issuer!r}: pass -c jwt_issuer=ADDRESS"
        )
        raise ApiChoiceError(msg)
    return token


_LOOPBACK = ("http://127.0.0.1:", "http://localhost:")

API_CONTEXT = (
    "api",
    "authorization",
    "jwt_issuer",
    "jwt_audience",
    "jwt_claim",
    "jwt_prefix",
    "load_balancer",
)
"""The names of the CDK's context by which a deployment chooses another API."""

_KindT = TypeVar("_KindT", ApiKind, Authorization)


def _one_of(kind: type[_KindT], name: str, value: str) -> _KindT:
    if value not in set(kind):
        msg = f"{name} must be one of {', '.join(kind)}, got {value!r}: pass -c {name}=NAME"
        raise ApiChoiceError(msg)
    return kind(value)
