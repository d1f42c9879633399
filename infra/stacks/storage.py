"""What is kept, who may touch it, and whom people hear from."""

from aws_cdk import Stack
from constructs import Construct

from functions.contracts.outputs import stack_name
from infra.components.bucket_access import (
    BATCH_WORKFLOW_ACCESS,
    DELIVERY_ACCESS,
    FUNCTION_ACCESS,
)
from infra.components.bundle_shelf import BundleShelf
from infra.components.foundation import Foundation
from infra.components.function import FunctionPlatform
from infra.components.function_roles import FunctionRoles
from infra.components.published import publish
from infra.components.registry_table import RegistryTable
from infra.components.severity_topics import SeverityTopics
from infra.components.topic import PlatformTopic
from infra.components.versioned_bucket import (
    AccessLogBucket,
    VersionedBucket,
    captures_lifecycle,
    data_lifecycle,
)
from infra.stage import Stage


class StorageStack(Stack):
    """Buckets, registry, roles and the topics that tell people."""

    def __init__(self, scope: Construct, *, stage: Stage, shelf: BundleShelf) -> None:
        name = stack_name(stage.name, "storage")
        super().__init__(scope, name, termination_protection=stage.is_protected)
        logs = AccessLogBucket(self, "AccessLogs", stage=stage).bucket
        roles = FunctionRoles(self, "Roles")
        notifications = PlatformTopic(self, "Notifications", display_name=f"Windvane {stage.name}")
        self.foundation = Foundation(
            platform=FunctionPlatform(stage, shelf, roles),
            data=VersionedBucket(
                self,
                "Data",
                stage=stage,
                access_logs=logs,
                lifecycle_rules=data_lifecycle(),
            ),
            models=VersionedBucket(self, "Models", stage=stage, access_logs=logs),
            captures=VersionedBucket(
                self,
                "Captures",
                stage=stage,
                access_logs=logs,
                lifecycle_rules=captures_lifecycle(stage),
            ),
            registry=RegistryTable(self, "Registry", stage=stage),
            notifications=notifications.topic,
            told=SeverityTopics(self, "Told", stage=stage).by_severity,
        )

        buckets = {
            "data": self.foundation.data,
            "models": self.foundation.models,
            "captures": self.foundation.captures,
        }
        for function, accesses in FUNCTION_ACCESS.items():
            for access in accesses:
                buckets[access.bucket].allow(roles.by_function[function], access)
        buckets[DELIVERY_ACCESS.bucket].allow(roles.delivery, DELIVERY_ACCESS)
        buckets[BATCH_WORKFLOW_ACCESS.bucket].allow(roles.batch_workflow, BATCH_WORKFLOW_ACCESS)

        publish(self, "data_bucket", self.foundation.data.name)
        publish(self, "models_bucket", self.foundation.models.name)
        publish(self, "captures_bucket", self.foundation.captures.name)
        publish(self, "registry_table", self.foundation.registry.name)
        publish(self, "notification_topic_arn", self.foundation.notifications.topic_arn)
        for severity, topic in self.foundation.told.items():
            publish(self, f"{severity}_topic_arn", topic.topic_arn)
