"""Reading and writing the registry's items: conditions, transactions, queries."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from functions.aws import registry_items as items
from functions.contracts.base import Document
from functions.contracts.errors import WindvaneError

ABSENT = "attribute_not_exists(sk)"
DocumentT = TypeVar("DocumentT", bound=Document)


class TransactionConflictError(WindvaneError):
    """Another transaction wrote the same items at the same moment."""


class RegistryStore:
    """One DynamoDB table; `client` is a DynamoDB client."""

    def __init__(self, client: Any, table: str) -> None:  # noqa: ANN401 - boto3 has no types
        self.client = client
        self.table = table

    def put(
        self,
        item: dict[str, Any],
        condition: str | None = None,
        values: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return the part of a transaction that puts an item, if a condition holds."""
        put: dict[str, Any] = {"TableName": self.table, "Item": item}
        if condition is not None:
            put["ConditionExpression"] = condition
        if values:
            put["ExpressionAttributeValues"] = values
        return {"Put": put}

    def check(self, key: dict[str, Any], condition: str, values: dict[str, Any]) -> dict[str, Any]:
        """Return the part of a transaction that only checks a condition."""
        return {
            "ConditionCheck": {
                "TableName": self.table,
                "Key": key,
                "ConditionExpression": condition,
                "ExpressionAttributeValues": values,
            }
        }

    def put_now(self, item: dict[str, Any]) -> None:
        """Put one item, whatever was there."""
        self.client.put_item(TableName=self.table, Item=item)

    def put_if(self, item: dict[str, Any], condition: str, values: dict[str, Any]) -> bool:
        """Put one item if a condition holds; return whether it did."""
        request = self.put(item, condition, values)["Put"]
        try:
            self.client.put_item(**request)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False
        return True

    def transact(self, writes: Mapping[str, dict[str, Any]], *, token: str | None) -> set[str]:
        """Write all or nothing; return the names of the parts whose condition failed.

        Raises TransactionConflictError if another transaction wrote the same items meanwhile.
        """
        request = {"ClientRequestToken": token} if token else {}
        try:
            self.client.transact_write_items(TransactItems=list(writes.values()), **request)
        except ClientError as error:
            if error.response["Error"]["Code"] != "TransactionCanceledException":
                raise
            codes = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
            pairs = zip(writes, codes, strict=False)
            failed = {name for name, code in pairs if code == "ConditionalCheckFailed"}
            if not failed and "TransactionConflict" in codes:
                msg = f"others wrote to {self.table} at the same moment; try again"
                raise TransactionConflictError(msg) from error
            if not failed:
                raise
            return failed
        return set()

    def find(self, model: str, sort_key: str) -> dict[str, Any] | None:
        """Return an item as it is now, or None."""
        found = self.client.get_item(
            TableName=self.table, Key=items.key(model, sort_key), ConsistentRead=True
        )
        item: dict[str, Any] | None = found.get("Item")
        return item

    def find_document(self, model: str, sort_key: str, kind: type[DocumentT]) -> DocumentT | None:
        """Return an item's document as it is now, or None."""
        found = self.find(model, sort_key)
        return None if found is None else read(found, kind)

    def partition(self, partition_key: str) -> Iterator[dict[str, Any]]:
        """Yield all items of a partition; the newest may be missing yet."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": partition_key}},
        )
        for page in pages:
            yield from page["Items"]

    def documents(self, model: str, prefix: str, kind: type[DocumentT]) -> Iterator[DocumentT]:
        """Yield the documents whose sort keys begin with a prefix, the last key first."""
        pages = self.client.get_paginator("query").paginate(**self._newest_first(model, prefix))
        for page in pages:
            for found in page["Items"]:
                yield read(found, kind)

    def newest(self, model: str, prefix: str, kind: type[DocumentT]) -> DocumentT | None:
        """Return the document whose sort key comes last among those with a prefix, or None."""
        found = self.client.query(**self._newest_first(model, prefix), Limit=1)["Items"]
        return read(found[0], kind) if found else None

    def _newest_first(self, model: str, prefix: str) -> dict[str, Any]:
        return {
            "TableName": self.table,
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :prefix)",
            "ExpressionAttributeValues": {
                ":pk": {"S": items.model_key(model)},
                ":prefix": {"S": prefix},
            },
            "ScanIndexForward": False,
            "ConsistentRead": True,
        }


def document(value: Document, *, exclude_defaults: bool = False) -> dict[str, Any]:
    """Return the attribute that holds a document.

    `exclude_defaults` is for what is read and written by releases before and after this one: a
    field that an earlier release does not know is not there until it says something.
    """
    return {"document": {"S": value.model_dump_json(exclude_defaults=exclude_defaults)}}


def read(item: Mapping[str, Any], kind: type[DocumentT]) -> DocumentT:
    """Return the document that an item holds."""
    return kind.model_validate_json(item["document"]["S"])
