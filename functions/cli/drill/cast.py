"""Everything that drills talk to."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from functions.aws import clients
from functions.aws.alarms import Alarm
from functions.aws.drill_resources import DrillAlarm, metric_maximum, remove_objects
from functions.aws.metrics import CloudWatchMetrics
from functions.aws.notifications import SnsNotifier
from functions.aws.topic_mailbox import TopicMailbox, TopicMessage
from functions.cli import wiring
from functions.cli.stage import DeployedStage
from functions.cli.watching import Executions
from functions.contracts.alerts import Severity
from functions.contracts.metrics import namespace
from functions.contracts.model_folder import load_model_spec
from functions.contracts.model_spec import ModelSpec
from functions.core.conditional_writes import ConditionalStore
from functions.core.ports import MetricSink, Notifier, ObjectStore
from functions.core.registry import SplitRegistry
from functions.core.retraining_ledger import RetrainingLedger


class Mailbox(Protocol):
    """What hears the topics while a drill lasts."""

    def messages(self) -> tuple[TopicMessage, ...]:
        """Return all that has come so far."""
        ...

    def close(self) -> None:
        """Take it away."""
        ...


class OwnAlarm(Protocol):
    """An alarm that a drill made for itself."""

    name: str

    def raise_(self, now: datetime) -> None:
        """Let it go off."""
        ...

    def remove(self) -> None:
        """Take it away."""
        ...


class Functions(Protocol):
    """Deployed functions, called by name."""

    def invoke(self, function: str, payload: str) -> object:
        """Return a function's answer; raise FunctionFailedError."""
        ...


class Alarms(Protocol):
    """The stage's alarms."""

    def of_namespace(self, namespace: str) -> tuple[Alarm, ...]:
        """Return the metric alarms on one namespace, by name."""
        ...


@dataclass(frozen=True, slots=True)
class DrillCast:
    """One model on one stage, and what a drill may do there.

    `told` are the topics that people hear of, by severity; `open_mailbox` takes the name of a new
    queue, `make_alarm` that of a new alarm, `remove` the prefix of what shall go.
    """

    model: str
    spec: ModelSpec
    stage: DeployedStage
    registry: SplitRegistry
    ledger: RetrainingLedger
    functions: Functions
    executions: Executions
    alarms: Alarms
    metrics: MetricSink
    find_metric: Callable[[str, datetime], float | None]
    data: ObjectStore
    models: ObjectStore
    captures: ConditionalStore
    told: Mapping[str, Notifier]
    open_mailbox: Callable[[str], Mailbox]
    make_alarm: Callable[[str], OwnAlarm]
    remove: Callable[[str], int]
    caller: str
    now: Callable[[], datetime]
    pause: Callable[[float], None]

    def own_alarms(self) -> tuple[Alarm, ...]:
        """Return the alarms on the model's metrics."""
        return self.alarms.of_namespace(namespace(self.stage.name, self.model))


RUNS = "runs"
"""The topic on which the workflow tells how its executions ended."""


def topics_of(stage: DeployedStage) -> dict[str, str]:
    """Return the topics' ARNs: by severity, and that of executions; one may be another."""
    settings = stage.settings
    return {
        str(Severity.PAGE): settings.page_topic_arn,
        str(Severity.RETRAIN): settings.retrain_topic_arn,
        str(Severity.NOTE): settings.note_topic_arn,
        RUNS: settings.notification_topic_arn,
    }


def gather_cast(stage: DeployedStage, model: str) -> DrillCast:
    """Return the cast of a deployed stage."""
    cloudwatch, sns, s3 = (clients.make_client(name) for name in ("cloudwatch", "sns", "s3"))
    settings, topics = stage.settings, topics_of(stage)
    own_namespace = namespace(stage.name, model)

    def find_metric(metric: str, since: datetime) -> float | None:
        return metric_maximum(
            cloudwatch, namespace_=own_namespace, metric=metric, since=since, until=wiring.now()
        )

    def make_alarm(name: str) -> OwnAlarm:
        topic = settings.rollout_abort_topic_arn
        return DrillAlarm(cloudwatch, name=name, stage=stage.name, model=model, topic_arn=topic)

    def open_mailbox(name: str) -> Mailbox:
        return TopicMailbox(clients.make_client("sqs"), sns, name=name, topic_arns=topics)

    return DrillCast(
        model=model,
        spec=load_model_spec(model),
        stage=stage,
        registry=wiring.registry(stage),
        ledger=wiring.ledger(stage),
        functions=wiring.functions(),
        executions=wiring.executions(stage),
        alarms=wiring.alarms(),
        metrics=CloudWatchMetrics(cloudwatch, stage.name),
        find_metric=find_metric,
        data=wiring.bucket(settings.data_bucket),
        models=wiring.bucket(settings.models_bucket),
        captures=wiring.bucket(settings.captures_bucket),
        told={name: SnsNotifier(sns, arn) for name, arn in topics.items()},
        open_mailbox=open_mailbox,
        make_alarm=make_alarm,
        remove=lambda prefix: remove_objects(s3, settings.captures_bucket, prefix),
        caller=wiring.caller(),
        now=wiring.now,
        pause=time.sleep,
    )
