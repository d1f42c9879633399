"""The registry: one DynamoDB table (D5)."""

from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from infra.components.function import PlatformFunction
from infra.stage import Stage


class RegistryTable(Construct):
    """Versions, aliases, runs and the audit trail; paid by request, restorable to any second."""

    def __init__(self, scope: Construct, id_: str, *, stage: Stage) -> None:
        super().__init__(scope, id_)
        self.table = dynamodb.Table(
            self,
            "Table",
            partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="sk", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            encryption=dynamodb.TableEncryption.AWS_MANAGED,
            deletion_protection=stage.is_protected,
            removal_policy=stage.removal_policy,
            time_to_live_attribute="expires_at",
        )

    @property
    def name(self) -> str:
        """The table's name, made by CloudFormation."""
        return self.table.table_name

    def grant_read(self, function: PlatformFunction) -> None:
        """Let a function get and query items, not scan the table."""
        function.allow(["dynamodb:GetItem", "dynamodb:Query"], [self.table.table_arn])

    def grant_append(self, function: PlatformFunction) -> None:
        """Let a function put items, also in transactions; none may update or delete any."""
        function.allow(["dynamodb:PutItem", "dynamodb:ConditionCheckItem"], [self.table.table_arn])
