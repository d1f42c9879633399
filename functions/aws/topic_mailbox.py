"""A queue of one's own that hears what topics tell, for as long as somebody listens."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_MOST = 10
"""ReceiveMessage gives no more at once."""


@dataclass(frozen=True, slots=True)
class TopicMessage:
    """What a topic told; `topic` is the name under which it was asked for."""

    topic: str
    subject: str
    text: str


class TopicMailbox:
    """Subscribes a new queue to topics; `queues` is an SQS client and `topics` an SNS client.

    `close` removes the subscriptions and the queue. Of a mailbox that nobody could close, the
    queue's name says what it was for.
    """

    def __init__(
        self,
        queues: Any,  # noqa: ANN401 - boto3 has no types
        topics: Any,  # noqa: ANN401 - boto3 has no types
        *,
        name: str,
        topic_arns: Mapping[str, str],
    ) -> None:
        self._queues = queues
        self._topics = topics
        self._names = {arn: topic for topic, arn in topic_arns.items()}
        self._subscriptions: list[str] = []
        self._messages: list[TopicMessage] = []
        self._url = str(queues.create_queue(QueueName=name)["QueueUrl"])
        try:
            self._subscribe(sorted(self._names))
        except BaseException:
            self.close()
            raise

    def _subscribe(self, topic_arns: list[str]) -> None:
        asked = self._queues.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        arn = asked["Attributes"]["QueueArn"]
        policy = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "sns.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": arn,
                    "Condition": {"ArnEquals": {"aws:SourceArn": topic_arns}},
                }
            ],
        }
        self._queues.set_queue_attributes(
            QueueUrl=self._url, Attributes={"Policy": json.dumps(policy)}
        )
        for topic in topic_arns:
            answer = self._topics.subscribe(
                TopicArn=topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True
            )
            self._subscriptions.append(answer["SubscriptionArn"])

    def messages(self) -> tuple[TopicMessage, ...]:
        """Return all that has come so far, in the order of its arrival."""
        while True:
            answer = self._queues.receive_message(
                QueueUrl=self._url, MaxNumberOfMessages=_MOST, WaitTimeSeconds=0
            )
            found = answer.get("Messages", [])
            if not found:
                return tuple(self._messages)
            for message in found:
                self._messages.append(self._read(message["Body"]))
                self._queues.delete_message(
                    QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"]
                )

    def close(self) -> None:
        """Remove the subscriptions and the queue."""
        while self._subscriptions:
            self._topics.unsubscribe(SubscriptionArn=self._subscriptions.pop())
        self._queues.delete_queue(QueueUrl=self._url)

    def _read(self, body: str) -> TopicMessage:
        content = json.loads(body)
        topic = self._names.get(content.get("TopicArn", ""), "")
        return TopicMessage(topic, str(content.get("Subject") or ""), str(content["Message"]))
