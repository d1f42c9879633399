"""The note that says where the embedded cloud is."""

from pathlib import Path

import pytest

from functions.cli.errors import LocalCloudError
from functions.cli.local_file import (
    FILE_NAME,
    LocalCloud,
    read_local_cloud,
    remove_local_cloud,
    write_local_cloud,
)
from tests.fakes.documents import NOW

CLOUD = LocalCloud(
    endpoint_url="http://localhost:4566",
    api_url="http://localhost:4566/restapis/a1/v1/_user_request_",
    region="us-east-1",
    account_id="000000000000",
    outputs={"DataBucket": "b"},
    port=4566,
    process_id=17,
    process_started="42",
    started_at=NOW,
    log_file="cloud.log",
)


def test_reads_what_was_written(tmp_path: Path) -> None:
    write_local_cloud(tmp_path / "home", CLOUD)

    assert read_local_cloud(tmp_path / "home") == CLOUD


def test_keeps_the_agreed_keys() -> None:
    agreed = {"endpoint_url", "api_url", "region", "account_id", "outputs"}

    assert agreed <= CLOUD.model_dump().keys()


def test_finds_nothing_where_nothing_is(tmp_path: Path) -> None:
    remove_local_cloud(tmp_path)

    assert read_local_cloud(tmp_path) is None


def test_names_a_damaged_file_and_the_remedy(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("{}")

    with pytest.raises(LocalCloudError, match="windvane local up"):
        read_local_cloud(tmp_path)
