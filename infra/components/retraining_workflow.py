"""The retraining workflow: a Standard state machine over the functions' states (D6).

The execution's state is one object; each answer is added under its step's name, a caught error
under `error`. Every way through it ends in Conclude.
"""

from collections.abc import Mapping
from typing import cast

from aws_cdk import Aws, CfnElement, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from functions.contracts.functions import FUNCTIONS, function_named
from functions.contracts.rollout import RolloutStatus
from functions.contracts.rollout_messages import WatchVerdict
from infra.components.acknowledgment import acknowledge
from infra.components.function import PlatformFunction
from infra.components.log_delivery import LogDelivery
from infra.components.workflow_machine import add_machine
from infra.components.workflow_role import add_workflow_role
from infra.components.workflow_step import workflow_step
from infra.stage import Stage

STEPS: tuple[str, ...] = tuple(
    definition.name
    for definition in FUNCTIONS
    if definition.state and definition.workflow == "retraining"
)
"""The functions that are states."""

# A rollout may be paused for as long as it takes; a year is the most that Step Functions allows.
# Every other state has a limit of its own, and a forgotten split lapses by itself (`split_until`).
WORKFLOW_TIMEOUT = Duration.days(365)

MAPPED = ("train", "replay")
"""Steps of a Map: their answer is the item's whole result."""

REPLAY_CONCURRENCY = 4
"""Parts compared at a time; 20,000 rows are four of them."""

WAIT, BAKING = WatchVerdict.WAIT.value, RolloutStatus.BAKING.value


class RetrainingWorkflow(Construct):
    """The state machine; `steps` holds the function of every step by its name."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        steps: Mapping[str, PlatformFunction],
        tracing: iam.IManagedPolicy,
        log_delivery: LogDelivery,
        stage: Stage,
    ) -> None:
        super().__init__(scope, id_)
        self._steps = steps
        self._stage = stage
        role, policy = add_workflow_role(
            self, steps=steps, tracing=tracing, log_delivery=log_delivery
        )
        self.machine = add_machine(
            self, self._definition(), role=role, timeout=WORKFLOW_TIMEOUT, stage=stage
        )
        self.machine.node.add_dependency(policy, log_delivery.policy)

    def grant_start(self, *roles: iam.IRole) -> None:
        """Let roles start executions and read whether one is running."""
        executions = (
            f"arn:{Aws.PARTITION}:states:{Aws.REGION}:{Aws.ACCOUNT_ID}:execution:"
            f"{self.machine.state_machine_name}:*"
        )
        policy = iam.Policy(
            self,
            "MayStart",
            roles=list(roles),
            statements=[
                iam.PolicyStatement(
                    actions=["states:StartExecution"], resources=[self.machine.state_machine_arn]
                ),
                iam.PolicyStatement(actions=["states:DescribeExecution"], resources=[executions]),
            ],
        )
        machine_id = Stack.of(self).get_logical_id(
            cast(CfnElement, self.machine.node.default_child)
        )
        acknowledge(
            policy,
            "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:"
            f"<AWS::AccountId>:execution:<{machine_id}.Name>:*]",
            "an execution's ARN ends in its name, which is made when it is started; the pattern is "
            "limited to this one workflow's executions and to reading their status",
        )

    def _definition(self) -> sfn.IChainable:
        conclude = self._conclude()
        rest = (
            self._caught(self._train(), conclude)
            .next(self._task("export", conclude))
            .next(self._task("evaluate", conclude))
            .next(
                self._passed(
                    "evaluate",
                    self._task("register", conclude).next(self._release(conclude)),
                    conclude,
                )
            )
        )
        planned = self._task("plan_candidates", conclude).next(rest)
        return self._task("prepare", conclude).next(self._passed("prepare", planned, conclude))

    def _release(self, conclude: sfn.State) -> sfn.Chain:
        """Return the replay, and the rollout of a version that passed it."""
        return (
            self._task("plan_replay", conclude)
            .next(self._caught(self._replay(), conclude))
            .next(self._task("judge_replay", conclude))
            .next(self._passed("judge_replay", self._roll_out(conclude), conclude))
        )

    def _roll_out(self, conclude: sfn.State) -> sfn.IChainable:
        """Return the rounds of a rollout: a share is given, watched, and given more or taken back.

        A promotion all at once is a rollout that does not bake.
        """
        roll_out, watch = self._invocation("roll_out"), self._invocation("watch_roll_out")
        for step in (roll_out, watch):
            step.add_catch(conclude, errors=["States.ALL"], result_path="$.error")
        wait = sfn.Wait(
            self,
            "WaitForBake",
            time=sfn.WaitTime.seconds_path("$.watch_roll_out.wait_seconds"),
        )
        watch.next(
            sfn.Choice(self, "BakesOn")
            .when(sfn.Condition.string_equals("$.watch_roll_out.verdict", WAIT), wait.next(watch))
            .otherwise(roll_out)
        )
        roll_out.next(
            sfn.Choice(self, "RollOutBakes")
            .when(sfn.Condition.string_equals("$.roll_out.status", BAKING), watch)
            .otherwise(conclude)
        )
        return roll_out

    def _task(self, name: str, conclude: sfn.State) -> sfn.Chain:
        """Return a step whose failure is concluded."""
        return self._caught(self._invocation(name), conclude)

    def _invocation(self, name: str) -> tasks.LambdaInvoke:
        """Return the call of a step's function; a mapped one's answer is the item's result."""
        return workflow_step(self, self._steps[name], result_path="$" if name in MAPPED else None)

    def _train(self) -> sfn.Map:
        """Return the Map over all candidates; one that fails for good fails the execution."""
        candidates = sfn.Map(
            self,
            "TrainCandidates",
            items_path="$.plan_candidates.candidates",
            max_concurrency=self._stage.train_concurrency,
            item_selector={
                "model": sfn.JsonPath.string_at("$.model"),
                "execution": sfn.JsonPath.string_at("$.execution"),
                "dataset_version": sfn.JsonPath.string_at("$.prepare.dataset_version"),
                "candidate": sfn.JsonPath.object_at("$$.Map.Item.Value"),
            },
            result_path="$.train",
        )
        candidates.item_processor(self._invocation("train"))
        return candidates

    def _replay(self) -> sfn.Map:
        """Return the Map over the parts of the captured rows; over none there is nothing to do."""
        parts = sfn.Map(
            self,
            "ReplayCaptures",
            items_path="$.plan_replay.parts",
            max_concurrency=REPLAY_CONCURRENCY,
            item_selector={
                "model": sfn.JsonPath.string_at("$.model"),
                "execution": sfn.JsonPath.string_at("$.execution"),
                "part": sfn.JsonPath.object_at("$$.Map.Item.Value"),
            },
            result_path="$.replay",
        )
        parts.item_processor(self._invocation("replay"))
        return parts

    def _passed(self, name: str, then: sfn.IChainable, conclude: sfn.State) -> sfn.Choice:
        """Return the question whether a step's answer lets the execution go on."""
        state = function_named(name).state
        return (
            sfn.Choice(self, f"{state}Passed")
            .when(sfn.Condition.boolean_equals(f"$.{name}.passed", value=True), then)
            .otherwise(conclude)
        )

    def _conclude(self) -> sfn.State:
        """Return the last step; after a caught error the execution fails, all the same."""
        failed = sfn.Fail(self, "Failed", error_path="$.error.Error", cause_path="$.error.Cause")
        conclude = self._invocation("conclude")
        conclude.add_catch(failed, errors=["States.ALL"], result_path="$.error")
        conclude.next(
            sfn.Choice(self, "ErrorWasCaught")
            .when(sfn.Condition.is_present("$.error"), failed)
            .otherwise(sfn.Succeed(self, "Succeeded"))
        )
        return conclude

    @staticmethod
    def _caught(state: tasks.LambdaInvoke | sfn.Map, conclude: sfn.State) -> sfn.Chain:
        state.add_catch(conclude, errors=["States.ALL"], result_path="$.error")
        return sfn.Chain.start(state)
