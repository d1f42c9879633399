"""What a drill makes in an account, it also takes away."""

from datetime import timedelta

import pytest

from functions.aws.alarms import CloudWatchAlarms
from functions.aws.clients import make_client
from functions.aws.drill_resources import (
    DrillAlarm,
    ObjectsRemainError,
    metric_maximum,
    remove_objects,
)
from functions.aws.topic_mailbox import TopicMailbox
from tests.fakes.documents import NOW

pytestmark = pytest.mark.usefixtures("aws")


def test_removes_every_version_below_a_prefix_and_nothing_else() -> None:
    s3 = make_client("s3")
    s3.create_bucket(Bucket="bucket")
    s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
    for key in ("drills/a/x", "drills/a/x", "drills/a/y", "drills/ab", "captures/z"):
        s3.put_object(Bucket="bucket", Key=key, Body=b"1")
    s3.delete_object(Bucket="bucket", Key="drills/a/y")

    removed = remove_objects(s3, "bucket", "drills/a/")

    left = s3.list_object_versions(Bucket="bucket")
    assert removed == 4
    assert [each["Key"] for each in left["Versions"]] == ["captures/z", "drills/ab"]
    assert "DeleteMarkers" not in left
    assert remove_objects(s3, "bucket", "drills/a/") == 0


def test_says_which_versions_it_could_not_remove(monkeypatch: pytest.MonkeyPatch) -> None:
    """S3 answers 200 and lists what it refused, as where a policy denies it."""
    s3 = make_client("s3")
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="drills/a/x", Body=b"1")
    denied = {"Errors": [{"Key": "drills/a/x", "Code": "AccessDenied", "Message": "Access Denied"}]}
    monkeypatch.setattr(s3, "delete_objects", lambda **_: denied)

    with pytest.raises(ObjectsRemainError, match=r"1 of 1 versions .* drills/a/x: AccessDenied"):
        remove_objects(s3, "bucket", "drills/a/")


def test_makes_an_alarm_of_its_own_and_removes_it() -> None:
    cloudwatch = make_client("cloudwatch")
    topic = make_client("sns").create_topic(Name="aborts")["TopicArn"]
    alarm = DrillAlarm(cloudwatch, name="drill", stage="dev", model="car", topic_arn=topic)

    alarm.raise_(NOW)

    (found,) = CloudWatchAlarms(cloudwatch).of_namespace("Windvane/dev/car")
    assert (found.name, found.metric, found.actions) == ("drill", "DrillAbort", (topic,))
    alarm.remove()
    assert CloudWatchAlarms(cloudwatch).of_namespace("Windvane/dev/car") == ()


def test_finds_what_a_metric_came_to() -> None:
    cloudwatch = make_client("cloudwatch")
    for value in (0.0, 1.0):
        cloudwatch.put_metric_data(
            Namespace="Windvane/dev/car",
            MetricData=[{"MetricName": "PageDataFault", "Value": value, "Timestamp": NOW}],
        )

    def found(metric: str) -> float | None:
        return metric_maximum(
            cloudwatch,
            namespace_="Windvane/dev/car",
            metric=metric,
            since=NOW - timedelta(minutes=1),
            until=NOW + timedelta(minutes=1),
        )

    assert found("PageDataFault") == 1.0
    assert found("NoteHarderRows") is None


def test_hears_topics_until_it_is_closed() -> None:
    queues, topics = make_client("sqs"), make_client("sns")
    arns = {name: topics.create_topic(Name=name)["TopicArn"] for name in ("page", "note")}
    mailbox = TopicMailbox(queues, topics, name="drill", topic_arns=arns)

    topics.publish(TopicArn=arns["page"], Subject="wake up", Message="it burns")
    topics.publish(TopicArn=arns["note"], Message="it was warm")

    told = {(each.topic, each.subject, each.text) for each in mailbox.messages()}
    assert told == {("page", "wake up", "it burns"), ("note", "", "it was warm")}
    assert len(mailbox.messages()) == 2
    mailbox.close()
    assert topics.list_subscriptions()["Subscriptions"] == []
    assert queues.list_queues().get("QueueUrls", []) == []


def test_leaves_no_queue_where_a_topic_is_not_there() -> None:
    queues, topics = make_client("sqs"), make_client("sns")
    missing = "arn:aws:sns:us-east-1:123456789012:missing"

    with pytest.raises(topics.exceptions.NotFoundException):
        TopicMailbox(queues, topics, name="drill", topic_arns={"page": missing})

    assert queues.list_queues().get("QueueUrls", []) == []
