"""An SNS topic as a Notifier."""

from collections.abc import Mapping
from typing import Any

MAX_SUBJECT_CHARACTERS = 100
"""SNS refuses longer subjects, line breaks and characters outside ASCII."""


class SnsNotifier:
    """Tells people through a topic; `client` is an SNS client."""

    def __init__(self, client: Any, topic_arn: str) -> None:  # noqa: ANN401 - boto3 has no types
        self._client = client
        self._topic_arn = topic_arn

    def tell(self, subject: str, text: str, *, attributes: Mapping[str, str]) -> None:
        """Publish a message; the subject is cut to what SNS takes."""
        self._client.publish(
            TopicArn=self._topic_arn,
            Subject=" ".join(subject.encode("ascii", "replace").decode().split())[
                :MAX_SUBJECT_CHARACTERS
            ],
            Message=text,
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value}
                for name, value in attributes.items()
            },
        )
