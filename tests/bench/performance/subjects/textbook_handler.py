"""The textbook's Lambda function: reads pointer and artifact by boto3, then serves by FastAPI."""

import json
import os

import boto3
from textbook import make_handler

_registry = boto3.client("dynamodb")
_store = boto3.client("s3")
_item = _registry.get_item(
    TableName=os.environ["WINDVANE_REGISTRY_TABLE"],
    Key={"pk": {"S": "MODEL#bench"}, "sk": {"S": "ALIAS#champion"}},
    ConsistentRead=True,
)["Item"]
_artifact = json.loads(_item["document"]["S"])["artifact"]


def _read(stored: dict[str, str]) -> bytes:
    return _store.get_object(
        Bucket=os.environ["WINDVANE_MODELS_BUCKET"],
        Key=stored["key"],
        VersionId=stored["s3_version_id"],
    )["Body"].read()


_spec = json.loads(_read(_artifact["spec"]))
_names = [feature["name"] for feature in _spec["feature_schema"]["features"]]
handler = make_handler(_read(_artifact["model"]), _names)
