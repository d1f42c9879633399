"""The real collaborators, on moto: the function as it is deployed, without the cloud."""

import json
from collections.abc import Iterator

import pytest
from moto import mock_aws

from functions.aws.clients import make_client
from functions.contracts.naming import Alias
from functions.contracts.release import AuditEntry
from functions.contracts.settings import ServingSettings, SettingsError
from functions.serving import predict, wiring
from tests.fakes.captures import logged_document
from tests.unit.serving.test_events import rest_event
from tests.unit.serving.world import GOOD_LOAN, LOAN_GRAPH, NOW, World, artifact_spec

ENVIRONMENT = ServingSettings(
    stage="local", models_bucket="models", registry_table="registry", refresh_seconds=5
).to_env()


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Set the function's environment, with an empty bucket and table behind it."""
    credentials = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    for name, value in {**ENVIRONMENT, **credentials, "AWS_DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    forget()
    with mock_aws():
        make_bucket_and_table()
        yield
    forget()


def forget() -> None:
    """Begin a new execution environment."""
    for cached in (wiring.settings, wiring.registry, wiring.models_store, wiring.ports):
        cached.cache_clear()


def make_bucket_and_table() -> None:
    s3, dynamodb = make_client("s3"), make_client("dynamodb")
    s3.create_bucket(Bucket="models")
    s3.put_bucket_versioning(Bucket="models", VersioningConfiguration={"Status": "Enabled"})
    names = ("pk", "sk")
    dynamodb.create_table(
        TableName="registry",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[
            {"AttributeName": name, "KeyType": kind}
            for name, kind in zip(names, ("HASH", "RANGE"), strict=True)
        ],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
    )


def publish() -> None:
    """Register loan_default/1 as champion by the same ports that the function reads."""
    world = World(store=wiring.models_store())  # type: ignore[arg-type]
    pointer = world.publish(artifact_spec(), LOAN_GRAPH)
    registry = wiring.registry()
    registry.add(world.registry.get("loan_default", 1))
    entry = AuditEntry(
        model="loan_default",
        sequence=1,
        action="promote",
        alias=Alias.CHAMPION,
        from_number=None,
        to_number=1,
        actor="ann",
        reason="gates passed",
        at=NOW,
    )
    registry.move_alias(pointer, entry, expected_revision=0)


@pytest.mark.usefixtures("deployed")
def test_answers_and_captures_with_what_is_deployed(capsys: pytest.CaptureFixture[str]) -> None:
    publish()

    answer = predict.handler(
        rest_event(
            path="/models/loan_default/predict",
            pathParameters={"proxy": "models/loan_default/predict"},
            body=json.dumps(GOOD_LOAN),
        ),
        None,
    )

    out, err = capsys.readouterr()
    assert answer["statusCode"] == 200, answer
    assert json.loads(str(answer["body"]))["version"] == 1
    assert logged_document(out)["id"] == "a"
    assert [json.loads(line)["event"] for line in err.splitlines()] == ["champion.loaded"]


@pytest.mark.usefixtures("deployed")
def test_names_each_inference_anew() -> None:
    names = {wiring.ports().new_id() for _ in range(100)}

    assert len(names) == 100
    assert all(name.isalnum() and len(name) == 32 for name in names)


@pytest.mark.usefixtures("deployed")
def test_reads_the_environment_once_and_the_clock_in_utc() -> None:
    assert wiring.settings().refresh_seconds == 5
    assert wiring.ports() is wiring.ports()
    assert str(wiring.ports().now().tzinfo) == "UTC"


@pytest.mark.usefixtures("deployed")
def test_waits_for_aws_only_as_long_as_a_caller_waits_for_it() -> None:
    # Two reads of a black hole, each with its attempts, must leave time before API Gateway's 29 s.
    for client in (wiring.registry()._client, wiring.models_store()._client):  # type: ignore[attr-defined]
        config = client.meta.config
        attempts = config.retries["total_max_attempts"]
        assert attempts * (config.connect_timeout + config.read_timeout) * 2 < 29


def test_says_which_setting_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    forget()
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(SettingsError, match="WINDVANE_REGISTRY_TABLE is not set"):
        wiring.settings()
