"""An SQS queue as a LetterBox."""

from dataclasses import dataclass
from typing import Any

from functions.core.redriving import Letter

HOLD_SECONDS = 180
"""collect_captures takes at most 120; then a message whose holder died is there again."""

WAIT_SECONDS = 2
"""Waiting asks all servers of a queue; asking without it may miss messages that are there."""


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """About how many messages wait, and how many somebody holds."""

    waiting: int
    held: int


class SqsLetterBox:
    """Holds, deletes and gives back messages of one queue; `client` is an SQS client."""

    def __init__(self, client: Any, queue_url: str) -> None:  # noqa: ANN401 - boto3 has no types
        self._client = client
        self._url = queue_url

    def receive(self) -> Letter | None:
        """Hold a message and return it; None if there is none to be had."""
        answer = self._client.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=1,
            VisibilityTimeout=HOLD_SECONDS,
            WaitTimeSeconds=WAIT_SECONDS,
        )
        for message in answer.get("Messages", ()):
            return Letter(message["MessageId"], message["Body"], message["ReceiptHandle"])
        return None

    def delete(self, letter: Letter) -> None:
        """Remove a held message."""
        self._client.delete_message(QueueUrl=self._url, ReceiptHandle=letter.receipt)

    def give_back(self, letter: Letter) -> None:
        """Let others have a held message at once."""
        self._client.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=letter.receipt, VisibilityTimeout=0
        )

    def depth(self) -> QueueDepth:
        """Return about how many messages there are: SQS counts approximately."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=names)
        waiting, held = (int(answer["Attributes"][name]) for name in names)
        return QueueDepth(waiting, held)
