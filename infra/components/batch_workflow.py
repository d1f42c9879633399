"""The batch workflow: a job's rows are planned, answered chunk by chunk, and written down.

The Distributed Map reads its items from the chunk list in S3. Its answers are joined in the
execution's state all the same, which holds 256 KiB: a chunk's is one digit, and PlanBatch makes at
most 100,000 chunks. Every way through the workflow ends in FinishBatch, which tells people.
"""

from collections.abc import Mapping
from typing import cast

from aws_cdk import Aws, CfnElement, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.components.acknowledgment import acknowledge
from infra.components.foundation import Foundation
from infra.components.function import PlatformFunction
from infra.components.log_delivery import LogDelivery
from infra.components.workflow_machine import add_machine
from infra.components.workflow_role import allow_steps
from infra.components.workflow_step import workflow_step

TIMEOUT = Duration.days(2)
"""100,000 chunks of 50,000 rows, 50 at a time and a minute each, are 33 hours."""


class BatchWorkflow(Construct):
    """The state machine; `steps` holds the function of every step by its name."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        steps: Mapping[str, PlatformFunction],
        log_delivery: LogDelivery,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id_)
        self._steps = steps
        self._foundation = foundation
        role = foundation.platform.roles.batch_workflow
        log_delivery.policy.attach_to_role(role)
        permissions = allow_steps(self, role, steps)
        self.machine = add_machine(
            self, self._definition(), role=role, timeout=TIMEOUT, stage=foundation.stage
        )
        # The role is fixed, so CDK's own policy for the Map would belong to nobody.
        self.machine.node.try_remove_child("DistributedMapPolicy")
        self.machine.node.add_dependency(permissions, log_delivery.policy)
        self._allow_map_runs(role)

    def _allow_map_runs(self, role: iam.IRole) -> None:
        """Let the machine start its own children, and see and stop them (Step Functions' guide)."""
        name = self.machine.state_machine_name
        children = f"arn:{Aws.PARTITION}:states:{Aws.REGION}:{Aws.ACCOUNT_ID}:execution:{name}/*"
        policy = iam.Policy(
            self,
            "MapRuns",
            roles=[role],
            statements=[
                iam.PolicyStatement(
                    actions=["states:StartExecution"], resources=[self.machine.state_machine_arn]
                ),
                iam.PolicyStatement(
                    actions=["states:DescribeExecution", "states:StopExecution"],
                    resources=[children],
                ),
            ],
        )
        child = cast(CfnElement, self.machine.node.default_child)
        machine_id = Stack.of(self).get_logical_id(child)
        acknowledge(
            policy,
            "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:"
            f"<AWS::AccountId>:execution:<{machine_id}.Name>/*]",
            "a Distributed Map's children are named by Step Functions when it starts them; the "
            "pattern is limited to this one machine's own",
        )

    def _definition(self) -> sfn.IChainable:
        failed = sfn.Fail(
            self, "BatchFailed", error_path="$.error.Error", cause_path="$.error.Cause"
        )
        finish = self._step("finish_batch")
        finish.add_catch(failed, errors=["States.ALL"], result_path="$.error")
        finish.next(
            sfn.Choice(self, "BatchErrorWasCaught")
            .when(sfn.Condition.is_present("$.error"), failed)
            .otherwise(sfn.Succeed(self, "BatchSucceeded"))
        )
        chunks = self._chunks()
        chunks.add_catch(finish, errors=["States.ALL"], result_path="$.error")
        chunks.next(finish)
        plan = self._step("plan_batch")
        plan.add_catch(finish, errors=["States.ALL"], result_path="$.error")
        plan.next(
            sfn.Choice(self, "AnyRows")
            .when(sfn.Condition.number_greater_than("$.plan_batch.chunks", 0), chunks)
            .otherwise(finish)
        )
        return plan

    def _chunks(self) -> sfn.DistributedMap:
        """Return the Map over the chunks; one that fails for good fails the job."""
        bucket = self._foundation.data.bucket
        chunks = sfn.DistributedMap(
            self,
            "PredictChunks",
            item_reader=sfn.S3JsonItemReader(
                bucket=bucket, key=sfn.JsonPath.string_at("$.plan_batch.chunk_list_key")
            ),
            max_concurrency=self._foundation.stage.batch_concurrency,
            map_execution_type=sfn.StateMachineType.STANDARD,
            result_path=sfn.JsonPath.DISCARD,
        )
        predict = self._step("predict_batch", result_path="$")
        chunks.item_processor(
            predict.next(sfn.Pass(self, "ChunkAnswered", result=sfn.Result.from_number(0)))
        )
        return chunks

    def _step(self, name: str, *, result_path: str | None = None) -> sfn.TaskStateBase:
        return workflow_step(self, self._steps[name], result_path=result_path)
