"""What people are told."""

import secrets

from functions.aws import clients


class Mailbox:
    """A queue that is subscribed to a topic."""

    def __init__(self, topic_arn: str) -> None:
        self._queues = clients.make_client("sqs")
        topics = clients.make_client("sns")
        self._url = self._queues.create_queue(QueueName=f"mailbox-{secrets.token_hex(4)}")[
            "QueueUrl"
        ]
        attributes = self._queues.get_queue_attributes(
            QueueUrl=self._url, AttributeNames=["QueueArn"]
        )
        topics.subscribe(
            TopicArn=topic_arn, Protocol="sqs", Endpoint=attributes["Attributes"]["QueueArn"]
        )

    def read(self, *, wait_seconds: int = 1) -> str:
        """Return all that has come, as one text; wait so long for the first and each more."""
        bodies: list[str] = []
        while True:
            answer = self._queues.receive_message(
                QueueUrl=self._url, MaxNumberOfMessages=10, WaitTimeSeconds=wait_seconds
            )
            messages = answer.get("Messages", [])
            if not messages:
                return "\n".join(bodies)
            for message in messages:
                bodies.append(message["Body"])
                self._queues.delete_message(
                    QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"]
                )
