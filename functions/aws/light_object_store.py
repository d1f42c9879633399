"""A versioned S3 bucket, to be read without an SDK."""

from urllib.parse import quote

from functions.aws.light_client import AwsRefusedError, LightClient
from functions.core.ports import ObjectNotFoundError

_ABSENT = {"NoSuchKey", "NoSuchVersion"}
_KEPT_IN_KEYS = "/-_.~"


class LightObjectReader:
    """Reads one bucket; `client` talks to S3."""

    def __init__(self, client: LightClient, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def read(self, key: str, *, version_id: str | None = None) -> bytes:
        """Return an object's bytes; raise ObjectNotFoundError."""
        query = {"versionId": version_id} if version_id else {}
        path = f"/{self._bucket}/{quote(key, safe=_KEPT_IN_KEYS)}"
        try:
            return self._client.send("GET", path, query=query)
        except AwsRefusedError as error:
            if error.code not in _ABSENT:
                raise
            which = f" version {version_id}" if version_id else ""
            msg = f"no object {key}{which} in bucket {self._bucket}"
            raise ObjectNotFoundError(msg) from error
