"""Whom people hear from when something about a model is so: a topic for each severity."""

from collections.abc import Mapping
from types import MappingProxyType

from aws_cdk import aws_sns as sns
from constructs import Construct

from functions.contracts.alerts import Severity
from infra.components.topic import PlatformTopic
from infra.stage import Stage


class SeverityTopics(Construct):
    """The topics by severity; on-call's pager subscribes to `page`, a channel to the others.

    Notify publishes to them, and to `page` the alarms that nothing must stand before.
    """

    def __init__(self, scope: Construct, id_: str, *, stage: Stage) -> None:
        super().__init__(scope, id_)
        self.by_severity: Mapping[Severity, sns.ITopic] = MappingProxyType(
            {
                severity: PlatformTopic(
                    self,
                    severity.capitalize(),
                    display_name=f"Windvane {stage.name} {severity}",
                ).topic
                for severity in Severity
            }
        )
