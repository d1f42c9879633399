"""What the storage stack offers to the others."""

from dataclasses import dataclass

from aws_cdk import aws_sns as sns

from infra.components.function import FunctionPlatform
from infra.components.registry_table import RegistryTable
from infra.components.versioned_bucket import VersionedBucket
from infra.stage import Stage


@dataclass(frozen=True, slots=True)
class Foundation:
    """Where things are kept, who is told, and what functions are made with."""

    platform: FunctionPlatform
    data: VersionedBucket
    models: VersionedBucket
    captures: VersionedBucket
    registry: RegistryTable
    notifications: sns.ITopic

    @property
    def stage(self) -> Stage:
        """The stage that all this belongs to."""
        return self.platform.stage
