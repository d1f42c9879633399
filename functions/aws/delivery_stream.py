"""A Firehose delivery stream as a RecordStream."""

from collections.abc import Sequence
from typing import Any


class FirehoseStream:
    """Puts records to one stream; `client` is a Firehose client."""

    def __init__(self, client: Any, name: str) -> None:  # noqa: ANN401 - boto3 has no types
        self._client = client
        self._name = name

    def put(self, records: Sequence[bytes]) -> Sequence[bytes]:
        """Send up to 500 records of 4 MiB in all and return those that were not taken."""
        answer = self._client.put_record_batch(
            DeliveryStreamName=self._name, Records=[{"Data": record} for record in records]
        )
        if not answer["FailedPutCount"]:
            return ()
        return tuple(
            record
            for record, response in zip(records, answer["RequestResponses"], strict=True)
            if "ErrorCode" in response
        )
