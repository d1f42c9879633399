"""Which stage a command talks to."""

import pytest

from functions.cli.errors import NotDeployedError
from functions.cli.local_file import LocalCloud
from functions.cli.stage import (
    choose_stage,
    reachable_api_url,
    settings_from_outputs,
    uses_local_cloud,
)
from functions.contracts.outputs import OUTPUTS
from tests.fakes.documents import NOW

OUTPUT_VALUES = {name: f"value of {name}" for name in OUTPUTS.values()}


def cloud(endpoint_url: str = "http://localhost:4566") -> LocalCloud:
    return LocalCloud(
        endpoint_url=endpoint_url,
        api_url=f"{endpoint_url}/restapis/a1/v1/_user_request_",
        region="us-east-1",
        account_id="000000000000",
        outputs=OUTPUT_VALUES,
        port=4566,
        process_id=1,
        process_started="1",
        started_at=NOW,
        log_file="cloud.log",
    )


@pytest.mark.parametrize(
    ("asked", "environ", "is_local_up", "stage"),
    [
        ("prod", {"WINDVANE_STAGE": "dev"}, True, "prod"),
        (None, {"WINDVANE_STAGE": "dev"}, True, "dev"),
        (None, {}, True, "local"),
        (None, {"AWS_ENDPOINT_URL": "http://localhost:4566"}, False, "local"),
        (None, {"AWS_PROFILE": "company"}, True, "local"),
    ],
)
def test_prefers_what_is_said_more_plainly(
    asked: str | None, environ: dict[str, str], is_local_up: bool, stage: str
) -> None:
    assert choose_stage(asked, environ, is_local_up=is_local_up) == stage


def test_never_touches_an_account_that_nobody_named() -> None:
    with pytest.raises(NotDeployedError, match="--stage"):
        choose_stage(None, {"AWS_PROFILE": "company"}, is_local_up=False)


@pytest.mark.parametrize(
    ("stage", "environ", "expected"),
    [
        ("local", {}, True),
        ("local", {"AWS_ENDPOINT_URL": "http://localhost:4566"}, True),
        ("local", {"AWS_ENDPOINT_URL": "http://localhost:9999"}, False),
        ("dev", {}, False),
    ],
)
def test_lets_another_endpoint_win_over_the_file(
    stage: str, environ: dict[str, str], expected: bool
) -> None:
    assert uses_local_cloud(stage, environ, cloud()) is expected


def test_does_not_use_a_cloud_that_is_not_there() -> None:
    assert not uses_local_cloud("local", {}, None)


def test_reads_settings_from_outputs_by_their_agreed_names() -> None:
    settings = settings_from_outputs("dev", OUTPUT_VALUES)

    assert settings.stage == "dev"
    assert settings.data_bucket == "value of DataBucket"


def test_names_the_outputs_that_are_missing() -> None:
    outputs = {name: value for name, value in OUTPUT_VALUES.items() if name != "ApiUrl"}

    with pytest.raises(NotDeployedError, match=r"ApiUrl.*cdk deploy"):
        settings_from_outputs("dev", outputs)


@pytest.mark.parametrize(
    ("api_url", "endpoint_url", "expected"),
    [
        (
            "https://a1.execute-api.eu-west-1.amazonaws.com/prod/",
            None,
            "https://a1.execute-api.eu-west-1.amazonaws.com/prod",
        ),
        (
            "https://a1.execute-api.us-east-1.amazonaws.com/v1/",
            "http://localhost:4566",
            "http://localhost:4566/restapis/a1/v1/_user_request_",
        ),
        (
            "https://a1.execute-api.us-east-1.amazonaws.com",
            "http://localhost:4566/",
            "http://localhost:4566/restapis/a1/$default/_user_request_",
        ),
        ("https://models.example.com/", "http://localhost:4566", "https://models.example.com"),
    ],
)
def test_turns_amazons_address_into_one_that_an_emulator_answers(
    api_url: str, endpoint_url: str | None, expected: str
) -> None:
    assert reachable_api_url(api_url, endpoint_url) == expected
