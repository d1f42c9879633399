"""A stage is a value: everything in which local, dev and prod differ (D13)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from aws_cdk import RemovalPolicy
from aws_cdk import aws_lambda as lambda_
from aws_cdk.aws_logs import RetentionDays

from functions.contracts.errors import WindvaneError
from functions.contracts.functions import Group
from infra.bundling.target import LAMBDA_PYTHON, Variant


class UnknownStageError(WindvaneError):
    """A stage, or a variant of its bundles, was named that is not one of ours."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One deployment of the whole system; `name` stands in the names of its stacks."""

    name: str
    variant: Variant
    removal_policy: RemovalPolicy
    is_protected: bool
    log_retention: RetentionDays
    capture_log_retention: RetentionDays
    refresh_seconds: float
    train_concurrency: int
    are_schedules_enabled: bool
    api_requests_per_second: int
    api_burst: int
    noncurrent_version_days: int
    capture_days: int
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
    are_schedules_enabled=False,
    api_requests_per_second=1000,
    api_burst=1000,
    noncurrent_version_days=1,
    capture_days=90,
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
