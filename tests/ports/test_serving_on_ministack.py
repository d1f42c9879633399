"""The prediction API as it is deployed: on a cloud that listens, with an SDK and without."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping

import pytest

from functions.aws.clients import make_client
from functions.aws.object_store import S3ObjectStore
from functions.aws.registry_table import DynamoRegistry
from functions.cli import ministack
from functions.contracts.naming import Alias
from functions.contracts.release import AuditEntry
from functions.contracts.settings import ServingSettings
from functions.core.ports import ObjectNotFoundError
from functions.core.registry import UnknownVersionError
from functions.serving import wiring
from tests.fakes.captures import logged_document
from tests.unit.serving.test_events import rest_event
from tests.unit.serving.world import GOOD_LOAN, LOAN_GRAPH, NOW, World, artifact_spec

pytestmark = [pytest.mark.cloud, pytest.mark.xdist_group("ministack_serving")]

SETTINGS = ServingSettings(
    stage="local", models_bucket="models", registry_table="registry", refresh_seconds=5
)
TOO_SLOW = ("boto3", "botocore", "pydantic", "fastapi", "starlette", "mangum", "asyncio")
ANSWER = f"""
import json, sys
from functions.serving import predict
event = json.load(sys.stdin)
answer = predict.handler(event, None)
present = [name for name in {TOO_SLOW!r} if name in sys.modules]
json.dump({{"answer": answer, "present": present}}, sys.stderr)
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """A cloud with loan_default/1 as champion, and the variables that lead to it."""
    process = ministack.start(tmp_path_factory.mktemp("ministack"), port=None, environ={})
    environment = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": ministack.REGION,
        "AWS_ENDPOINT_URL": process.endpoint_url,
        **SETTINGS.to_env(),
    }
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("AWS_PROFILE", raising=False)
        publish()
    yield environment
    process.end()


@pytest.fixture(autouse=True)
def _deployed(environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    forget()
    yield
    forget()


def forget() -> None:
    """Begin a new execution environment."""
    for reader in (wiring.served_registry, wiring.served_store):
        if reader.cache_info().currsize:
            reader()._client.close()  # type: ignore[attr-defined]
    for cached in (
        *(wiring.settings, wiring.registry, wiring.models_store, wiring.ports),
        *(wiring.served_registry, wiring.served_store),
    ):
        cached.cache_clear()


def publish() -> None:
    """Register loan_default/1 as champion by the SDK."""
    s3, dynamodb = make_client("s3"), make_client("dynamodb")
    s3.create_bucket(Bucket="models")
    s3.put_bucket_versioning(Bucket="models", VersioningConfiguration={"Status": "Enabled"})
    keys = (("pk", "HASH"), ("sk", "RANGE"))
    dynamodb.create_table(
        TableName="registry",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
    )
    world = World(store=S3ObjectStore(s3, "models"))  # type: ignore[arg-type]
    pointer = world.publish(artifact_spec(), LOAN_GRAPH)
    registry = DynamoRegistry(dynamodb, "registry")
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


def event_of(document: object) -> dict[str, object]:
    """A signed request as a REST API hands it over."""
    path = "models/loan_default/predict"
    identity = {"userArn": "arn:aws:iam::123456789012:user/ann"}
    return rest_event(
        path=f"/{path}",
        pathParameters={"proxy": path},
        requestContext={"stage": "prod", "identity": identity},
        body=json.dumps(document),
    )


def test_answers_and_captures_without_importing_what_is_slow(
    environment: Mapping[str, str],
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ANSWER],
        input=json.dumps(event_of(GOOD_LOAN)),
        capture_output=True,
        text=True,
        check=True,
        env={**environment, "PYTHONPATH": ":".join(filter(None, sys.path))},
    )

    *logged, found = done.stderr.splitlines()
    answer = json.loads(found)["answer"]
    assert answer["statusCode"] == 200, answer
    assert json.loads(answer["body"])["version"] == 1
    assert logged_document(done.stdout)["id"] == "a"
    assert [json.loads(line)["event"] for line in logged] == ["champion.loaded"]
    assert json.loads(found)["present"] == []


def test_answers_with_an_sdk_where_the_environment_holds_no_credentials(
    environment: Mapping[str, str], tmp_path
) -> None:
    profile = tmp_path / "credentials"
    profile.write_text("[default]\naws_access_key_id=test\naws_secret_access_key=test\n")
    kept = {name: value for name, value in environment.items() if "_KEY" not in name}

    done = subprocess.run(
        [sys.executable, "-c", ANSWER],
        input=json.dumps(event_of(GOOD_LOAN)),
        capture_output=True,
        text=True,
        check=True,
        env={
            **kept,
            "AWS_SHARED_CREDENTIALS_FILE": str(profile),
            "PYTHONPATH": ":".join(filter(None, sys.path)),
        },
    )

    found = json.loads(done.stderr.splitlines()[-1])
    assert found["answer"]["statusCode"] == 200, found
    assert "boto3" in found["present"]


def test_reads_without_an_sdk_what_the_sdk_reads() -> None:
    light, heavy = wiring.served_registry(), wiring.registry()

    pointer = light.find_alias("loan_default", Alias.CHAMPION)
    documented = heavy.find_alias("loan_default", Alias.CHAMPION)

    assert pointer is not None
    assert documented is not None
    assert (pointer.number, pointer.artifact.sha256) == (1, documented.artifact.sha256)
    assert light.get("loan_default", 1).state is heavy.get("loan_default", 1).state
    assert light.list_models() == heavy.list_models() == ("loan_default",)
    assert light.find_alias("loan_default", Alias.CHALLENGER) is None
    stored = documented.artifact.spec
    read = [
        store.read(stored.key, version_id=stored.s3_version_id)
        for store in (wiring.served_store(), wiring.models_store())
    ]
    assert read[0] == read[1]


def test_says_what_is_not_there() -> None:
    with pytest.raises(UnknownVersionError, match="loan_default/7 is not registered"):
        wiring.served_registry().get("loan_default", 7)
    with pytest.raises(ObjectNotFoundError, match="no object nothing in bucket models"):
        wiring.served_store().read("nothing")
