"""What the SNS adapter sends."""

import json

import pytest

from functions.aws.clients import make_client
from functions.aws.notifications import SnsNotifier


@pytest.mark.usefixtures("aws")
def test_publishes_a_message_with_a_subject_that_sns_takes() -> None:
    sns, sqs = make_client("sns"), make_client("sqs")
    topic = sns.create_topic(Name="people")["TopicArn"]
    queue = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])

    SnsNotifier(sns, topic).tell(
        "gates failed:\nséance " + "x" * 200, "the text", attributes={"model": "m"}
    )

    body = json.loads(sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"])
    assert body["Message"] == "the text"
    assert len(body["Subject"]) == 100
    assert body["Subject"].startswith("gates failed: s?ance")
