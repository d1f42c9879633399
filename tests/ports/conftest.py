"""Each port on its fake and on its adapter; moto stands in for AWS."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from functions.aws.clients import make_client
from functions.aws.object_store import S3ObjectStore
from functions.aws.registry_table import DynamoRegistry
from functions.core.folder_store import FolderStore
from tests.fakes.object_store import InMemoryObjectStore
from tests.fakes.registry import InMemoryRegistry
from tests.fakes.registry_tables import make_registry_table


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield


@pytest.fixture(params=["memory", "folder", "s3"])
def store(request: pytest.FixtureRequest) -> InMemoryObjectStore | FolderStore | S3ObjectStore:
    if request.param == "memory":
        return InMemoryObjectStore()
    if request.param == "folder":
        return FolderStore(InMemoryObjectStore(), "drills/drill-1/")
    request.getfixturevalue("aws")
    client = make_client("s3")
    client.create_bucket(Bucket="bucket")
    client.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
    return S3ObjectStore(client, "bucket")


@pytest.fixture(params=["memory", "dynamodb"])
def registry(request: pytest.FixtureRequest) -> InMemoryRegistry | DynamoRegistry:
    if request.param == "memory":
        return InMemoryRegistry()
    request.getfixturevalue("aws")
    client = make_registry_table()
    return DynamoRegistry(client, "registry")
