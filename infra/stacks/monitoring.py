"""What collects captures, looks for drift, asks for retraining, and tells people."""

from collections.abc import Sequence

from aws_cdk import Stack
from constructs import Construct

from functions.contracts.alerts import Severity
from functions.contracts.model_spec import ModelSpec
from functions.contracts.outputs import stack_name
from functions.contracts.settings import (
    CaptureSettings,
    CompactionSettings,
    DriftSettings,
    RetrainingSettings,
)
from infra.components.capture_stream import CaptureStream, DeliveryStreams
from infra.components.dead_letter_queue import DeadLetterQueue
from infra.components.drift_metrics import allow_model_metrics
from infra.components.foundation import Foundation
from infra.components.function import PlatformFunction
from infra.components.label_joiner import LabelJoiner
from infra.components.model_monitor import ModelMonitor, Watched
from infra.components.model_schedule import FunctionSchedules, ScheduledCall
from infra.components.notifier import Notifier
from infra.components.observed import Observed
from infra.components.operational_alarms import OperationalAlarms
from infra.components.published import publish
from infra.components.reconciler import Reconciler
from infra.components.retraining_trigger import RetrainingTrigger
from infra.components.rollout_abort import RolloutAbort
from infra.components.step_settings import release_settings

COMPACTION_SCHEDULE = "rate(15 minutes)"
"""Whoever judges or trains compacts what came since; this keeps that little."""


class MonitoringStack(Stack):
    """Captures, drift and retraining triggers of every model, and the alarms of the platform."""

    def __init__(
        self,
        scope: Construct,
        *,
        foundation: Foundation,
        observed: Observed,
        models: Sequence[ModelSpec],
    ) -> None:
        name = stack_name(foundation.stage.name, "monitoring")
        super().__init__(scope, name, termination_protection=foundation.stage.is_protected)
        self._foundation = foundation
        self._observed = observed
        self._queues: list[DeadLetterQueue] = []
        self._functions: list[PlatformFunction] = []

        streams = self._collect_captures()
        self._compact_captures(has_models=bool(models))
        requests = self._dead_letters("FailedRequests", "Requests for retraining")
        starter = self._start_retraining(requests)
        trigger = RetrainingTrigger(
            self, "RetrainingTrigger", starter=starter, undelivered=requests.queue
        )
        detections = self._dead_letters("FailedDetections", "Looks for drift")
        detector = self._detect_drift(detections)
        self._join_labels(models, detector)
        notifier = Notifier(self, "Notifier", foundation=foundation)
        reconciler = self._reconcile()
        watched = Watched(
            stage=foundation.stage,
            api=observed.api,
            machine=observed.machine,
            retraining=trigger.topic,
            alarms=notifier.topic,
            drift_schedules=self._schedules("DriftSchedules", detector, detections),
            training_schedules=self._schedules("TrainingSchedules", starter, requests),
            reconciler=reconciler,
        )
        for spec in models:
            ModelMonitor(self, spec.name, spec=spec, watched=watched)
        aborts = self._abort_roll_outs()
        self._alarms(streams, aborts, notifier)

        publish(self, "start_retraining_function", starter.function.function_name)
        publish(self, "reconcile_function", reconciler.function.function.function_name)
        publish(self, "detect_drift_function", detector.function.function_name)
        publish(self, "rollout_abort_topic_arn", aborts.topic.topic_arn)
        publish(self, "retraining_topic_arn", trigger.topic.topic_arn)

    def _collect_captures(self) -> DeliveryStreams:
        streams = DeliveryStreams(self, "Streams", foundation=self._foundation)
        uncollected = self._dead_letters(
            "UncollectedCaptures",
            "Batches of captures",
            remedy="windvane captures redrive",
        )
        collector = PlatformFunction(
            self,
            "CollectCaptures",
            name="collect_captures",
            platform=self._foundation.platform,
            settings=CaptureSettings(
                stage=self._foundation.stage.name,
                captures_stream=streams.captures.ref,
                ground_truth_stream=streams.ground_truth.ref,
            ),
            dead_letters=uncollected.queue,
        )
        self._functions.append(collector)
        CaptureStream(
            self,
            "CaptureStream",
            source=self._observed.predict.log_group,
            collector=collector,
            streams=streams,
            undelivered=uncollected.queue,
        )
        self._collector = collector
        publish(self, "collect_captures_function", collector.function.function_name)
        publish(self, "uncollected_captures_url", uncollected.queue.queue_url)
        return streams

    def _compact_captures(self, *, has_models: bool) -> None:
        foundation = self._foundation
        dead_letters = self._dead_letters("FailedCompactions", "Compactions of captures")
        compactor = PlatformFunction(
            self,
            "CompactCaptures",
            name="compact_captures",
            platform=foundation.platform,
            settings=CompactionSettings(
                stage=foundation.stage.name,
                captures_bucket=foundation.captures.name,
                models_bucket=foundation.models.name,
                registry_table=foundation.registry.name,
            ),
            dead_letters=dead_letters.queue,
        )
        foundation.registry.grant_read(compactor)
        self._functions.append(compactor)
        schedules = self._schedules("CompactionSchedules", compactor, dead_letters)
        call = ScheduledCall(
            expression=COMPACTION_SCHEDULE,
            payload={},
            description="Compact captures of all models",
        )
        if has_models:
            schedules.add("Compaction", call)

    def _start_retraining(self, dead_letters: DeadLetterQueue) -> PlatformFunction:
        foundation = self._foundation
        starter = PlatformFunction(
            self,
            "StartRetraining",
            name="start_retraining",
            platform=foundation.platform,
            settings=RetrainingSettings(
                stage=foundation.stage.name,
                captures_bucket=foundation.captures.name,
                registry_table=foundation.registry.name,
                state_machine_arn=self._observed.machine.state_machine_arn,
            ),
            dead_letters=dead_letters.queue,
        )
        foundation.registry.grant_read(starter)
        foundation.registry.grant_append(starter)
        self._functions.append(starter)
        return starter

    def _detect_drift(self, dead_letters: DeadLetterQueue) -> PlatformFunction:
        foundation = self._foundation
        detector = PlatformFunction(
            self,
            "DetectDrift",
            name="detect_drift",
            platform=foundation.platform,
            settings=DriftSettings(
                stage=foundation.stage.name,
                captures_bucket=foundation.captures.name,
                models_bucket=foundation.models.name,
                registry_table=foundation.registry.name,
            ),
            dead_letters=dead_letters.queue,
        )
        foundation.registry.grant_read(detector)
        self._functions.append(detector)
        return detector

    def _join_labels(self, models: Sequence[ModelSpec], detector: PlatformFunction) -> None:
        foundation = self._foundation
        joiner = LabelJoiner(
            self,
            "LabelJoiner",
            foundation=foundation,
            undelivered=self._dead_letters("FailedJoins", "Joins of labels").queue,
            has_models=bool(models),
        ).function
        self._functions.append(joiner)
        emitters = (detector.name, joiner.name)
        allow_model_metrics(self, functions=emitters, foundation=foundation, models=models)
        publish(self, "join_ground_truth_function", joiner.function.function_name)

    def _abort_roll_outs(self) -> RolloutAbort:
        foundation = self._foundation
        undelivered = self._dead_letters("FailedAborts", "Alarms that should have ended rollouts")
        function = PlatformFunction(
            self,
            "AbortRollOut",
            name="abort_roll_out",
            platform=foundation.platform,
            settings=release_settings(foundation),
            dead_letters=undelivered.queue,
        )
        foundation.registry.grant_read(function)
        foundation.registry.grant_append(function)
        self._functions.append(function)
        return RolloutAbort(self, "RolloutAbort", function=function, undelivered=undelivered.queue)

    def _dead_letters(self, id_: str, holds: str, *, remedy: str = "send again") -> DeadLetterQueue:
        stage = self._foundation.stage
        queue = DeadLetterQueue(self, id_, holds=holds, remedy=remedy, stage=stage)
        self._queues.append(queue)
        return queue

    def _schedules(
        self, id_: str, target: PlatformFunction, undelivered: DeadLetterQueue
    ) -> FunctionSchedules:
        return FunctionSchedules(
            self, id_, target=target, undelivered=undelivered.queue, stage=self._foundation.stage
        )

    def _reconcile(self) -> Reconciler:
        reconciler = Reconciler(
            self,
            "Reconciler",
            foundation=self._foundation,
            machine_arn=self._observed.machine.state_machine_arn,
            undelivered=self._dead_letters("FailedLooks", "Looks at hanging retraining").queue,
        )
        self._functions.append(reconciler.function)
        return reconciler

    def _alarms(self, streams: DeliveryStreams, aborts: RolloutAbort, notifier: Notifier) -> None:
        observed, foundation = self._observed, self._foundation
        alarms = OperationalAlarms(
            self,
            "Alarms",
            topic=foundation.notifications,
            page=foundation.told[Severity.PAGE],
        )
        optional = [function for function in (observed.token_check,) if function]
        alarms.watch_functions([*observed.steps, *optional, *self._functions])
        stage = self._foundation.stage
        alarms.watch_answers(observed.predict, observed.api, stage=stage, aborts=aborts.topic)
        alarms.watch_retraining(observed.machine)
        alarms.watch_batch(observed.batch_machine)
        alarms.watch_queues(self._queues)
        alarms.watch_captures(observed.predict, self._collector, stage=stage)
        alarms.watch_streams([streams.captures, streams.ground_truth])
        alarms.watch_telling(notifier)
        publish(self, "alarms_topic_arn", notifier.topic.topic_arn)
