"""The registry in one DynamoDB table (D5)."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from functions.aws import registry_items as items
from functions.contracts.base import Document
from functions.contracts.naming import Alias
from functions.contracts.release import AliasPointer, AuditEntry, ExecutionRecord, ModelVersion
from functions.core.registry import (
    AliasMovedError,
    UnknownVersionError,
    VersionAlreadyExistsError,
)

_ABSENT = "attribute_not_exists(sk)"
DocumentT = TypeVar("DocumentT", bound=Document)


class DynamoRegistry:
    """Versions, aliases, executions and the audit trail; `client` is a DynamoDB client."""

    def __init__(self, client: Any, table: str) -> None:  # noqa: ANN401 - boto3 has no types
        self._client = client
        self._table = table

    def add(self, version: ModelVersion) -> None:
        """Store a new version; raise VersionAlreadyExistsError if the number is taken."""
        model = version.model
        writes = [
            self._put(
                items.item(model, items.version_key(version.number), **_document(version)), _ABSENT
            ),
            self._put(items.item(model, items.META)),
            self._put(items.listing(model)),
        ]
        failed = self._transact(writes, token=None)
        if failed:
            msg = f"{version.name} is already registered; a version is immutable"
            raise VersionAlreadyExistsError(msg)

    def get(self, model: str, number: int) -> ModelVersion:
        """Return a version; raise UnknownVersionError."""
        version = self._find(model, items.version_key(number), ModelVersion)
        if version is None:
            msg = f"{model}/{number} is not registered"
            raise UnknownVersionError(msg)
        return version

    def list_versions(self, model: str) -> tuple[ModelVersion, ...]:
        """Return a model's versions, newest first."""
        return tuple(self._query(model, "VERSION#", ModelVersion))

    def list_models(self) -> tuple[str, ...]:
        """Return the names of all models that have a version, sorted."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": items.LISTING}},
        )
        return tuple(sorted(item["sk"]["S"] for page in pages for item in page["Items"]))

    def find_alias(self, model: str, alias: Alias) -> AliasPointer | None:
        """Return where an alias points, or None if it was never set."""
        return self._find(model, items.alias_key(alias), AliasPointer)

    def move_alias(
        self, pointer: AliasPointer, entry: AuditEntry, *, expected_revision: int
    ) -> None:
        """Point an alias elsewhere and write the audit entry, in one transaction; see the port."""
        model = pointer.model
        unchanged = "revision = :revision" if expected_revision else _ABSENT
        move = self._put(
            items.item(
                model,
                items.alias_key(pointer.alias),
                revision={"N": str(pointer.revision)},
                **_document(pointer),
            ),
            unchanged,
        )
        if expected_revision:
            move["Put"]["ExpressionAttributeValues"] = {":revision": {"N": str(expected_revision)}}
        registered = {
            "ConditionCheck": {
                "TableName": self._table,
                "Key": items.key(model, items.version_key(pointer.number)),
                "ConditionExpression": "attribute_exists(sk)",
            }
        }
        audit = self._put(
            items.item(model, items.audit_key(entry.sequence), **_document(entry)), _ABSENT
        )

        # The same move sent again is answered, not repeated; tokens are shared by all tables.
        parts = (self._table, pointer.model_dump_json(), entry.model_dump_json())
        token = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:36]
        failed = self._transact([registered, move, audit], token=token)

        if 0 in failed:
            msg = f"{model}/{pointer.number} is not registered"
            raise UnknownVersionError(msg)
        if failed:
            msg = (
                f"{model}@{pointer.alias} moved since it was read at revision {expected_revision}; "
                "look again and decide again"
            )
            raise AliasMovedError(msg)

    def list_audit(self, model: str) -> tuple[AuditEntry, ...]:
        """Return a model's audit entries, newest first."""
        return tuple(self._query(model, "AUDIT#", AuditEntry))

    def add_execution(self, record: ExecutionRecord) -> None:
        """Store how an execution ended; storing it again replaces it."""
        self._client.put_item(
            TableName=self._table,
            Item=items.item(record.model, items.run_key(record.execution), **_document(record)),
        )

    def list_executions(self, model: str) -> tuple[ExecutionRecord, ...]:
        """Return the recorded executions of a model, newest first."""
        records = self._query(model, "RUN#", ExecutionRecord)
        return tuple(sorted(records, key=lambda record: record.ended_at, reverse=True))

    def last_start(self, model: str) -> tuple[str, datetime] | None:
        """Return the name and the moment of the last started execution."""
        found = self._client.get_item(
            TableName=self._table, Key=items.key(model, items.LAST_START), ConsistentRead=True
        ).get("Item")
        if found is None:
            return None
        return found["execution"]["S"], datetime.fromisoformat(found["started_at"]["S"])

    def claim(
        self,
        model: str,
        execution: str,
        *,
        at: datetime,
        expected: tuple[str, datetime] | None,
    ) -> bool:
        """Record a start if the last one is still `expected`; return whether this caller won."""
        values = {}
        if expected is not None:
            values = {
                "ExpressionAttributeValues": {
                    ":execution": {"S": expected[0]},
                    ":started_at": {"S": expected[1].isoformat()},
                }
            }
        item = items.item(
            model,
            items.LAST_START,
            execution={"S": execution},
            started_at={"S": at.isoformat()},
        )
        condition = "execution = :execution AND started_at = :started_at" if expected else _ABSENT
        return self._put_if(item, condition, values)

    def find_request(self, model: str, trigger_id: str) -> str | None:
        """Return what was decided about a trigger, or None if it was never recorded."""
        found = self._client.get_item(
            TableName=self._table,
            Key=items.key(model, _request_key(trigger_id)),
            ConsistentRead=True,
        ).get("Item")
        return None if found is None else str(found["decision"]["S"])

    def record_request(self, model: str, trigger_id: str, text: str, *, at: datetime) -> bool:
        """Record a request and what was decided; return False if this trigger was seen before."""
        item = items.item(
            model,
            _request_key(trigger_id),
            trigger_id={"S": trigger_id},
            decision={"S": text},
            at={"S": at.isoformat()},
            expires_at={"N": str(int(at.timestamp()) + items.REQUEST_LIFETIME_SECONDS)},
        )
        return self._put_if(item, _ABSENT, {})

    def _put_if(self, item: dict[str, Any], condition: str, values: dict[str, Any]) -> bool:
        try:
            self._client.put_item(
                TableName=self._table, Item=item, ConditionExpression=condition, **values
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False
        return True

    def _put(self, item: dict[str, Any], condition: str | None = None) -> dict[str, Any]:
        put: dict[str, Any] = {"TableName": self._table, "Item": item}
        if condition is not None:
            put["ConditionExpression"] = condition
        return {"Put": put}

    def _transact(self, writes: list[dict[str, Any]], *, token: str | None) -> set[int]:
        """Write all or nothing; return the positions of the conditions that failed."""
        request = {"ClientRequestToken": token} if token else {}
        try:
            self._client.transact_write_items(TransactItems=writes, **request)
        except ClientError as error:
            if error.response["Error"]["Code"] != "TransactionCanceledException":
                raise
            reasons = error.response.get("CancellationReasons", [])
            failed = {i for i, r in enumerate(reasons) if r.get("Code") == "ConditionalCheckFailed"}
            if not failed:
                raise
            return failed
        return set()

    def _find(self, model: str, sort_key: str, kind: type[DocumentT]) -> DocumentT | None:
        found = self._client.get_item(
            TableName=self._table, Key=items.key(model, sort_key), ConsistentRead=True
        ).get("Item")
        return None if found is None else kind.model_validate_json(found["document"]["S"])

    def _query(self, model: str, prefix: str, kind: type[DocumentT]) -> Iterator[DocumentT]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={
                ":pk": {"S": items.model_key(model)},
                ":prefix": {"S": prefix},
            },
            ScanIndexForward=False,
            ConsistentRead=True,
        )
        for page in pages:
            for found in page["Items"]:
                yield kind.model_validate_json(found["document"]["S"])


def _document(document: Document) -> dict[str, Any]:
    return {"document": {"S": document.model_dump_json()}}


def _request_key(trigger_id: str) -> str:
    return items.request_key(hashlib.sha256(trigger_id.encode()).hexdigest()[:32])
