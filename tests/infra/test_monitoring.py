from typing import Any

import pytest

from functions.contracts.alerts import Alerts, Severity
from functions.contracts.log_lines import RECORD_KEY
from functions.contracts.messages import DetectDriftInput, RetrainingRequest, TriggerKind
from functions.contracts.metrics import FAILED_ANSWERS, LOST_CAPTURE_ROWS, namespace
from tests.infra.assembly import PLAIN_MODEL, SCHEDULED_MODEL, Assembly, text

MODELS = (PLAIN_MODEL, SCHEDULED_MODEL)


def test_every_alarm_tells_somebody(assembly: Assembly) -> None:
    alarms = assembly.properties("AWS::CloudWatch::Alarm")

    assert alarms
    for path, alarm in alarms.items():
        assert alarm["AlarmActions"], path
        assert alarm["AlarmDescription"]


def test_silence_is_what_an_alarm_says_it_is(assembly: Assembly) -> None:
    for path, alarm in assembly.properties("AWS::CloudWatch::Alarm").items():
        name = alarm["MetricName"]
        lasts = name.startswith(("Page", "Note")) and "Conditions" in path

        expected = "ignore" if lasts else "breaching" if name == "Heartbeat" else "notBreaching"
        assert alarm["TreatMissingData"] == expected, path


def test_there_are_as_many_alarms_as_the_price_list_says(assembly: Assembly) -> None:
    """docs/how-to/deploy-to-aws.md: 44, and 8 a model with the usual conditions."""
    assert len(assembly.resources("AWS::CloudWatch::Alarm")) == 44 + 8 * len(MODELS)


@pytest.mark.parametrize("model", MODELS)
def test_each_condition_of_a_model_has_an_alarm(model: str, assembly: Assembly) -> None:
    conditions = {each.metric_name: each for each in Alerts().conditions}
    alarms = {
        alarm["MetricName"]: alarm
        for path, alarm in assembly.properties("AWS::CloudWatch::Alarm").items()
        if alarm["Namespace"] == namespace(assembly.stage.name, model) and "Conditions" in path
    }

    assert set(alarms) == set(conditions)
    for name, alarm in alarms.items():
        actions = [text(action) for action in alarm["AlarmActions"]]
        asks = conditions[name].severity is Severity.RETRAIN
        assert sum("RetrainingTopic" in action for action in actions) == asks
        assert sum("NotifierAlarmsTopic" in action for action in actions) == 1
        assert ["NotifierAlarmsTopic" in text(action) for action in alarm["OKActions"]] == [True]
        assert (alarm["Threshold"], alarm["Statistic"], alarm["Period"]) == (1, "Maximum", 300)
        assert f"--stage {assembly.stage.name}" in alarm["AlarmDescription"]


@pytest.mark.parametrize(("model", "periods"), [(PLAIN_MODEL, 3), (SCHEDULED_MODEL, 5)])
def test_silence_of_a_model_rings(model: str, periods: int, assembly: Assembly) -> None:
    (alarm,) = [
        alarm
        for alarm in assembly.properties("AWS::CloudWatch::Alarm").values()
        if alarm["Namespace"] == namespace(assembly.stage.name, model)
        and alarm["MetricName"] == "Heartbeat"
    ]

    assert (alarm["Period"], alarm["EvaluationPeriods"]) == (3600, periods)
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
    for actions in (alarm["AlarmActions"], alarm["OKActions"]):
        assert ["NotifierAlarmsTopic" in text(action) for action in actions] == [True]


def test_nothing_stands_between_a_lost_message_and_the_one_on_call(assembly: Assembly) -> None:
    paging = {
        path.partition("/")[2].rstrip("0123456789ABCDEF")
        for path, alarm in assembly.properties("AWS::CloudWatch::Alarm").items()
        if any("ToldPage" in text(action) for action in alarm["AlarmActions"])
    }

    assert paging == {
        "AlarmsNotifyErrors",
        "AlarmsUntoldAlarmsDepth",
        "AlarmsPredictThrottles",
        "AlarmsAnswersFailLastingly",
    }


def test_looks_for_drift_as_often_as_the_model_says(assembly: Assembly) -> None:
    calls = {
        DetectDriftInput.model_validate_json(s["Target"]["Input"]).model: s["ScheduleExpression"]
        for path, s in assembly.properties("AWS::Scheduler::Schedule").items()
        if "DriftSchedules" in path
    }

    assert calls == {PLAIN_MODEL: "rate(1 hour)", SCHEDULED_MODEL: "rate(2 hours)"}


def test_trains_by_schedule_where_the_model_says_so(assembly: Assembly) -> None:
    (schedule,) = [
        s
        for path, s in assembly.properties("AWS::Scheduler::Schedule").items()
        if "TrainingSchedules" in path
    ]

    request = RetrainingRequest.model_validate_json(schedule["Target"]["Input"])

    assert (request.model, request.kind) == (SCHEDULED_MODEL, TriggerKind.SCHEDULE)
    assert request.id == "<aws.scheduler.scheduled-time>"
    assert schedule["ScheduleExpression"] == "rate(7 days)"


def test_schedules_repeat_a_lost_call_and_then_keep_it(assembly: Assembly) -> None:
    for schedule in assembly.properties("AWS::Scheduler::Schedule").values():
        assert schedule["State"] == (
            "ENABLED" if assembly.stage.are_schedules_enabled else "DISABLED"
        )
        assert schedule["Target"]["RetryPolicy"]["MaximumRetryAttempts"] == 5
        assert "Queue" in text(schedule["Target"]["DeadLetterConfig"]["Arn"])


@pytest.mark.parametrize(
    ("topic", "function", "queue"),
    [
        ("RetrainingTopic", "StartRetraining", "FailedRequests"),
        ("AbortsTopic", "AbortRollOut", "FailedAborts"),
        ("AlarmsTopic", "Notify", "UntoldAlarms"),
    ],
)
def test_a_topic_wakes_its_function_or_keeps_the_message(
    topic: str, function: str, queue: str, assembly: Assembly
) -> None:
    (subscription,) = [
        each
        for each in assembly.properties("AWS::SNS::Subscription").values()
        if topic in text(each["TopicArn"])
    ]

    assert subscription["Protocol"] == "lambda"
    assert function in text(subscription["Endpoint"])
    assert queue in text(subscription["RedrivePolicy"]["deadLetterTargetArn"])


def test_alarms_of_this_account_may_publish_and_only_by_tls(assembly: Assembly) -> None:
    policies = assembly.properties("AWS::SNS::TopicPolicy").values()

    assert len(policies) == 7
    for policy in policies:
        by_effect = {s["Effect"]: s for s in policy["PolicyDocument"]["Statement"]}
        assert by_effect["Deny"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert by_effect["Allow"]["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
        assert by_effect["Allow"]["Condition"] == {
            "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
        }


def test_every_dead_letter_queue_is_encrypted_kept_and_watched(assembly: Assembly) -> None:
    queues = assembly.properties("AWS::SQS::Queue")
    watched = {
        text(dimension["Value"])
        for alarm in assembly.properties("AWS::CloudWatch::Alarm").values()
        if alarm["Namespace"] == "AWS/SQS"
        for dimension in alarm["Dimensions"]
    }

    assert len(queues) == len(watched) == 8
    for queue in queues.values():
        assert queue["SqsManagedSseEnabled"] is True
        assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_errors_of_every_function_are_told(any_api: Assembly) -> None:
    watched = {
        text(alarm["Dimensions"][0]["Value"])
        for alarm in any_api.properties("AWS::CloudWatch::Alarm").values()
        if (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Lambda", "Errors")
    }

    assert len(watched) == len(any_api.properties("AWS::Lambda::Function"))


@pytest.mark.parametrize("metric", ["ExecutionsFailed", "ExecutionsTimedOut"])
def test_failures_of_every_workflow_are_told(metric: str, assembly: Assembly) -> None:
    watched = {
        text(alarm["Dimensions"][0]["Value"])
        for alarm in assembly.properties("AWS::CloudWatch::Alarm").values()
        if alarm["MetricName"] == metric
    }

    assert len(watched) == len(assembly.resources("AWS::StepFunctions::StateMachine")) == 2


def test_server_errors_of_either_kind_of_api_are_told_and_end_no_rollout(any_api: Assembly) -> None:
    kind, metric = {"rest": ("ApiName", "5XXError"), "http": ("ApiId", "5xx")}[any_api.stage.api]

    (alarm,) = (
        alarm
        for alarm in any_api.properties("AWS::CloudWatch::Alarm").values()
        if alarm["Namespace"] == "AWS/ApiGateway"
    )

    assert alarm["MetricName"] == metric
    assert [dimension["Name"] for dimension in alarm["Dimensions"]] == [kind]
    assert (alarm["Threshold"], alarm["EvaluationPeriods"], alarm["Period"]) == (1, 1, 300)
    assert not any("AbortsTopic" in text(action) for action in alarm["AlarmActions"])


def test_answers_that_the_function_fails_lastingly_end_rollouts(any_api: Assembly) -> None:
    counted, alarm = counted_in_the_log(any_api, FAILED_ANSWERS)

    assert counted["FilterPattern"] == (
        '{ ($.event = "request.failed") || (($.event = "request.refused") && ($.status >= 500)) }'
    )
    assert counted["MetricTransformations"][0]["MetricValue"] == "1"
    assert (alarm["Statistic"], alarm["Threshold"]) == ("Sum", 10)
    assert (alarm["EvaluationPeriods"], alarm["Period"]) == (2, 60)
    assert alarm["TreatMissingData"] == "notBreaching"
    assert sum("AbortsTopic" in text(action) for action in alarm["AlarmActions"]) == 1


def counted_in_the_log(assembly: Assembly, metric: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the filter on the log of predict that counts a metric, and the alarm on it."""
    (counted,) = [
        f
        for f in assembly.properties("AWS::Logs::MetricFilter").values()
        if f["MetricTransformations"][0]["MetricName"] == metric
    ]
    (alarm,) = [
        a
        for a in assembly.properties("AWS::CloudWatch::Alarm").values()
        if a["MetricName"] == metric
    ]
    assert "PredictLogs" in text(counted["LogGroupName"])
    assert counted["MetricTransformations"][0]["MetricNamespace"] == alarm["Namespace"]
    return counted, alarm


@pytest.mark.parametrize(
    "metric",
    [
        "Throttles",
        "Duration",
        "5XXError",
        "ExecutionsFailed",
        "ExecutionsTimedOut",
        "DeliveryToS3.DataFreshness",
    ],
)
def test_the_platforms_own_troubles_are_told(metric: str, assembly: Assembly) -> None:
    alarms = assembly.properties("AWS::CloudWatch::Alarm").values()

    found = [a for a in alarms if a["MetricName"] == metric]

    assert found
    for alarm in found:
        ends_rollouts = metric == "Throttles"
        topics = [text(action) for action in alarm["AlarmActions"]]
        told = "ToldPageTopic" if ends_rollouts else "NotificationsTopic"
        assert sum(told in topic for topic in topics) == 1
        assert sum("AbortsTopic" in topic for topic in topics) == ends_rollouts
        assert len(topics) == 1 + ends_rollouts


def test_a_line_with_the_record_key_reaches_the_collector(assembly: Assembly) -> None:
    (subscription,) = assembly.properties("AWS::Logs::SubscriptionFilter").values()

    assert subscription["FilterPattern"] == f'"{RECORD_KEY}"'
    assert "PredictLogs" in text(subscription["LogGroupName"])
    assert "CollectCaptures" in text(subscription["DestinationArn"])


def test_rows_that_could_not_be_written_are_counted_and_told(assembly: Assembly) -> None:
    counted, alarm = counted_in_the_log(assembly, LOST_CAPTURE_ROWS)

    assert counted["FilterPattern"] == '{ $.event = "capture.lost" }'
    assert counted["MetricTransformations"][0]["MetricValue"] == "$.rows"
    assert (alarm["Statistic"], alarm["Threshold"]) == ("Sum", 1)


def test_a_batch_that_cannot_be_delivered_is_kept_in_two_ways(assembly: Assembly) -> None:
    (kept,) = assembly.properties("AWS::Lambda::EventInvokeConfig").values()

    destination = text(kept["DestinationConfig"]["OnFailure"]["Destination"])
    functions = assembly.properties("AWS::Lambda::Function")
    (collector,) = [f for path, f in functions.items() if "CollectCaptures" in path]
    assert "UncollectedCaptures" in destination
    assert text(collector["DeadLetterConfig"]["TargetArn"]) == destination
    assert "CollectCaptures" in text(kept["FunctionName"])
    assert "MaximumRetryAttempts" not in kept


def test_captures_and_ground_truth_go_to_their_own_folders(assembly: Assembly) -> None:
    streams = assembly.properties("AWS::KinesisFirehose::DeliveryStream").values()
    destinations: list[dict[str, Any]] = [s["ExtendedS3DestinationConfiguration"] for s in streams]

    assert sorted(d["Prefix"] for d in destinations) == ["captures/", "ground_truth/"]
    for stream, destination in zip(streams, destinations, strict=True):
        assert destination["ErrorOutputPrefix"].startswith("delivery_errors/")
        assert destination["CompressionFormat"] == "GZIP"
        encryption = stream["DeliveryStreamEncryptionConfigurationInput"]
        assert encryption == {"KeyType": "AWS_OWNED_CMK"}
