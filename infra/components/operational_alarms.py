"""Alarms about the platform itself: somebody is told when it does not do its work."""

from collections.abc import Iterable

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_kinesisfirehose as firehose
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from functions.contracts.metrics import FAILED_ANSWERS, LOST_CAPTURE_ROWS, stage_namespace
from infra.components.alarm import AlarmRule, add_alarm
from infra.components.capture_stream import BUFFER_SECONDS
from infra.components.dead_letter_queue import DeadLetterQueue
from infra.components.function import PlatformFunction
from infra.components.notifier import Notifier
from infra.stage import Stage

PERIOD = Duration.minutes(5)

SLOW_ANSWER_MS = 3000
"""A p95 above this for a quarter of an hour is no cold start (about one second) any more."""

LASTING_ERRORS = 10
"""Failed answers a minute, two minutes on end: an outage, not a model without a champion that
somebody asked for, and not a client that asks whether it is ready."""

LATE_DELIVERY_SECONDS = 3 * BUFFER_SECONDS
"""The oldest undelivered record is at most one buffer old while delivery works."""


class OperationalAlarms(Construct):
    """Every alarm here tells people by itself, with no function of ours in between.

    `page` is for what callers feel as an outage, and for messages to people that are lost; `topic`
    for all else.
    """

    def __init__(self, scope: Construct, id_: str, *, topic: sns.ITopic, page: sns.ITopic) -> None:
        super().__init__(scope, id_)
        self._topic = topic
        self._paged = page

    def watch_functions(self, functions: Iterable[PlatformFunction]) -> None:
        """Tell of every error of a function."""
        for function in functions:
            self._add(*_function_errors(function))

    def watch_answers(
        self,
        predict: PlatformFunction,
        api: apigateway.RestApi | apigatewayv2.HttpApi,
        *,
        stage: Stage,
        aborts: sns.ITopic,
    ) -> None:
        """Tell of refused, slow and failed predictions.

        Refused ones end rollouts too, and failures of the function, and failed answers that last.
        """
        self._add(*_function_errors(predict), aborts)
        self._page(
            "PredictThrottles",
            AlarmRule(
                metric=predict.function.metric_throttles(period=PERIOD),
                threshold=1,
                advice=(
                    "Predictions are refused because the account's concurrent executions are used "
                    "up. Ask AWS for a higher quota, or lower the API's burst in infra/stage.py."
                ),
            ),
            aborts,
        )
        self._add(
            "PredictSlow",
            AlarmRule(
                metric=predict.function.metric_duration(period=PERIOD, statistic="p95"),
                threshold=SLOW_ANSWER_MS,
                periods=3,
                advice="One prediction in 20 takes longer than 3 s, for a quarter of an hour.",
            ),
        )
        self._add(
            "ApiServerErrors",
            AlarmRule(
                metric=api.metric_server_error(period=PERIOD, statistic=cloudwatch.Stats.SUM),
                threshold=1,
                advice=(
                    "The prediction API answered with 5xx; the log of the function predict says "
                    "why, or that of authorize: while a token's issuer is away, whoever brings "
                    "an unknown key gets one."
                ),
            ),
        )
        self._page("AnswersFailLastingly", self._lasting_failures(predict, stage), aborts)

    def _lasting_failures(self, predict: PlatformFunction, stage: Stage) -> AlarmRule:
        """Count what the function itself answered; minutes in which nothing failed count as 0.

        Without the zeros two bad minutes with good ones between them would be two on end.

        The API's 5xx also count callers whose token cannot be checked while their issuer is away;
        a model's rollout has no part in that.
        """
        failed = logs.FilterPattern.string_value("$.event", "=", "request.failed")
        refused = logs.FilterPattern.all(
            logs.FilterPattern.string_value("$.event", "=", "request.refused"),
            logs.FilterPattern.number_value("$.status", ">=", 500),
        )
        filter_ = logs.MetricFilter(
            self,
            "FailedAnswers",
            log_group=predict.log_group,
            filter_pattern=logs.FilterPattern.any(failed, refused),
            metric_namespace=stage_namespace(stage.name),
            metric_name=FAILED_ANSWERS,
            default_value=0,
        )
        return AlarmRule(
            metric=filter_.metric(statistic=cloudwatch.Stats.SUM, period=Duration.minutes(1)),
            threshold=LASTING_ERRORS,
            periods=2,
            advice=(
                f"The function {predict.name} failed at least {LASTING_ERRORS} requests a minute, "
                "two minutes on end. Every rollout was ended. The log "
                f"{predict.log_group.log_group_name} says why: look for request.failed."
            ),
        )

    def watch_retraining(self, machine: sfn.StateMachine) -> None:
        """Tell of retraining that failed or took too long."""
        self._watch_machine("Executions", machine, "A retraining execution", "windvane runs list")

    def watch_batch(self, machine: sfn.StateMachine) -> None:
        """Tell of batch jobs that failed or took too long."""
        remedy = "run its windvane batch again, it goes on where it stopped"
        self._watch_machine("BatchJobs", machine, "A batch job", remedy)

    def _watch_machine(self, id_: str, machine: sfn.StateMachine, what: str, remedy: str) -> None:
        for end, metric, how in (
            ("Failed", machine.metric_failed(period=PERIOD), "failed"),
            ("TimedOut", machine.metric_timed_out(period=PERIOD), "took too long"),
        ):
            rule = AlarmRule(metric=metric, threshold=1, advice=f"{what} {how}: {remedy}")
            self._add(f"{id_}{end}", rule)

    def watch_queues(self, queues: Iterable[DeadLetterQueue]) -> None:
        """Tell when something lies in a dead-letter queue."""
        for dead_letters in queues:
            self._add(*_queue_depth(dead_letters))

    def watch_telling(self, notifier: Notifier) -> None:
        """Call somebody when people are not told of an alarm."""
        self._page(*_function_errors(notifier.function))
        self._page(*_queue_depth(notifier.untold))

    def watch_captures(
        self, predict: PlatformFunction, collector: PlatformFunction, *, stage: Stage
    ) -> None:
        """Tell when answered rows could not be written down, or kept: they are lost for good."""
        filter_ = logs.MetricFilter(
            self,
            "LostCaptures",
            log_group=predict.log_group,
            filter_pattern=logs.FilterPattern.string_value("$.event", "=", "capture.lost"),
            metric_namespace=stage_namespace(stage.name),
            metric_name=LOST_CAPTURE_ROWS,
            metric_value="$.rows",
            default_value=0,
        )
        advice = (
            "Rows were answered and not captured; drift and retraining go without them. The log "
            f"{predict.log_group.log_group_name} says why: look for capture.lost."
        )
        metric = filter_.metric(statistic=cloudwatch.Stats.SUM, period=PERIOD)
        self._add("CapturesLost", AlarmRule(metric=metric, threshold=1, advice=advice))
        self._add(
            "CapturesNotKept",
            AlarmRule(
                metric=collector.function.metric(
                    "DeadLetterErrors", period=PERIOD, statistic=cloudwatch.Stats.SUM
                ),
                threshold=1,
                advice=(
                    f"A batch that {collector.name} could not deliver did not reach its "
                    "dead-letter queue. See that the function may send to it."
                ),
            ),
        )

    def watch_streams(self, streams: Iterable[firehose.CfnDeliveryStream]) -> None:
        """Tell when captures stay on their way to the bucket."""
        for stream in streams:
            metric = cloudwatch.Metric(
                namespace="AWS/Firehose",
                metric_name="DeliveryToS3.DataFreshness",
                dimensions_map={"DeliveryStreamName": stream.ref},
                statistic=cloudwatch.Stats.MAXIMUM,
                period=PERIOD,
            )
            advice = (
                f"The oldest record of {stream.node.id} waits for more than "
                f"{LATE_DELIVERY_SECONDS // 60} minutes; drift is judged without it."
            )
            self._add(
                f"{stream.node.id}Late",
                AlarmRule(metric=metric, threshold=LATE_DELIVERY_SECONDS, advice=advice),
            )

    def _add(self, id_: str, rule: AlarmRule, *others: sns.ITopic) -> None:
        add_alarm(self, id_, rule, self._topic, *others)

    def _page(self, id_: str, rule: AlarmRule, *others: sns.ITopic) -> None:
        add_alarm(self, id_, rule, self._paged, *others)


def _function_errors(function: PlatformFunction) -> tuple[str, AlarmRule]:
    rule = AlarmRule(
        metric=function.function.metric_errors(period=PERIOD),
        threshold=1,
        advice=(
            f"The function {function.name} failed. Its log group is "
            f"{function.log_group.log_group_name}."
        ),
    )
    return f"{function.node.id}Errors", rule


def _queue_depth(dead_letters: DeadLetterQueue) -> tuple[str, AlarmRule]:
    metric = dead_letters.queue.metric_approximate_number_of_messages_visible(
        period=PERIOD, statistic=cloudwatch.Stats.MAXIMUM
    )
    advice = (
        f"{dead_letters.holds} could not be handled; what is left of them waits for at most 14 "
        f"days in {dead_letters.queue.queue_name}. Mend the cause, then: {dead_letters.remedy}."
    )
    rule = AlarmRule(metric=metric, threshold=1, advice=advice)
    return f"{dead_letters.node.id}Depth", rule
