"""One deployed stage for the clients of every wire, with models that needed no training.

The stage is deployed by the tree's own command line to an embedded cloud of its own. Nothing of
this process's environment changes, so other suites are not led there.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.aws.object_store import S3ObjectStore
from functions.aws.registry_table import DynamoRegistry
from functions.cli.local_file import LocalCloud, read_local_cloud
from functions.contracts.outputs import OUTPUTS
from tests.wires.published import publish_models
from tests.workflow.checkout import copy_tree

CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the suite on one worker: its tests share a deployment that takes half a minute."""
    folder = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(folder):
            item.add_marker(pytest.mark.xdist_group("wires"))
            item.add_marker(pytest.mark.cloud)
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """The embedded cloud with the stage in it, and every model published."""
    tree = copy_tree(tmp_path_factory.mktemp("wires"))
    tree.windvane("local", "up")
    try:
        cloud = read_local_cloud(tree.home)
        assert cloud is not None
        publish_models(
            DynamoRegistry(connect("dynamodb", cloud), cloud.outputs[OUTPUTS["registry_table"]]),
            S3ObjectStore(connect("s3", cloud), cloud.outputs[OUTPUTS["models_bucket"]]),
        )
        yield cloud
    finally:
        tree.windvane("local", "down")


@pytest.fixture(scope="session")
def api_url(cloud: LocalCloud) -> str:
    """The address of the deployed API, as clients are given it."""
    return cloud.api_url


def connect(service: str, cloud: LocalCloud, *, endpoint_url: str | None = None) -> Any:
    """Return boto3's own client of a service, which knows nothing but what it is told."""
    session = boto3.Session(region_name=cloud.region, **CREDENTIALS)
    return session.client(service, endpoint_url=endpoint_url or cloud.endpoint_url)
