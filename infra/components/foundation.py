"""What the storage stack offers to the others."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import aws_sns as sns

from functions.contracts.alerts import Severity
from infra.components.function import FunctionPlatform
from infra.components.registry_table import RegistryTable
from infra.components.versioned_bucket import VersionedBucket
from infra.stage import Stage


@dataclass(frozen=True, slots=True)
class Foundation:
    """Where things are kept, who is told, and what functions are made with.

    `told`: the topics by severity, of models. `notifications`: how retraining and batch jobs ended,
    and the alarms about the platform itself.
    """

    platform: FunctionPlatform
    data: VersionedBucket
    models: VersionedBucket
    captures: VersionedBucket
    registry: RegistryTable
    notifications: sns.ITopic
    told: Mapping[Severity, sns.ITopic]

    @property
    def stage(self) -> Stage:
        """The stage that all this belongs to."""
        return self.platform.stage
