"""The registry as serving asks it on a request's way: items by key, without an SDK."""

import json
from typing import TYPE_CHECKING, Any

from functions.aws import registry_items as items
from functions.aws.light_client import LightClient
from functions.core.registry import UnknownVersionError
from functions.core.served_documents import ServedPointer, ServedRecord, read_document

if TYPE_CHECKING:
    from functions.contracts.naming import Alias

_JSON = "application/x-amz-json-1.0"
_TARGET = "DynamoDB_20120810"


class LightRegistry:
    """Reads one table; `client` talks to DynamoDB."""

    def __init__(self, client: LightClient, table: str) -> None:
        self._client = client
        self._table = table

    def find_alias(self, model: str, alias: "Alias") -> ServedPointer | None:
        """Return where an alias points, or None if it was never set."""
        text = self._find(model, items.alias_key(alias))
        return None if text is None else read_document(text, ServedPointer)

    def get(self, model: str, number: int) -> ServedRecord:
        """Return a version; raise UnknownVersionError."""
        text = self._find(model, items.version_key(number))
        if text is None:
            msg = f"{model}/{number} is not registered"
            raise UnknownVersionError(msg)
        return read_document(text, ServedRecord)

    def list_models(self) -> tuple[str, ...]:
        """Return the names of all models that have a version, sorted."""
        names: list[str] = []
        query: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": items.LISTING}},
        }
        while True:
            page = self._call("Query", query)
            names += [item["sk"]["S"] for item in page["Items"]]
            if "LastEvaluatedKey" not in page:
                return tuple(sorted(names))
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _find(self, model: str, sort_key: str) -> str | None:
        found = self._call(
            "GetItem",
            {
                "TableName": self._table,
                "Key": items.key(model, sort_key),
                "ConsistentRead": True,
            },
        ).get("Item")
        return None if found is None else str(found["document"]["S"])

    def _call(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        headers = {"Content-Type": _JSON, "X-Amz-Target": f"{_TARGET}.{operation}"}
        body = json.dumps(parameters).encode()
        answer: dict[str, Any] = json.loads(
            self._client.send("POST", "/", headers=headers, body=body)
        )
        return answer
