"""The guide's policy, held by an emulator that verifies signatures and evaluates policies."""

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.credentials import Credentials

from functions.aws.signed_http import SignedHttp
from functions.cli import ministack, wiring
from functions.contracts.routes import ROUTES, Permission

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "control-access.md"
POLICY = re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[0]
WORKING = {"statusCode": 200}


@pytest.fixture(scope="module")
def endpoint_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    home = tmp_path_factory.mktemp("strict-cloud")
    cloud = ministack.start(home, port=port, environ={**wiring.environ(), "AUTH": "true"})
    yield cloud.endpoint_url
    cloud.end()


@pytest.fixture(scope="module")
def session() -> boto3.Session:
    return boto3.Session("test", "test", region_name=ministack.REGION)


@pytest.fixture(scope="module")
def api(endpoint_url: str, session: boto3.Session) -> str:
    """A REST API with our routes, each signed for, that answers 200 by itself; its id."""
    client = session.client("apigateway", endpoint_url=endpoint_url)
    api = client.create_rest_api(name="routes")["id"]
    (root,) = client.get_resources(restApiId=api)["items"]
    ids = {"": root["id"]}
    for route in ROUTES:
        parts = route.path.strip("/").split("/")
        for end in range(1, len(parts) + 1):
            path = "/".join(parts[:end])
            if path not in ids:
                ids[path] = client.create_resource(
                    restApiId=api, parentId=ids["/".join(parts[: end - 1])], pathPart=parts[end - 1]
                )["id"]
        place = {"restApiId": api, "resourceId": ids["/".join(parts)], "httpMethod": route.method}
        client.put_method(**place, authorizationType="AWS_IAM")
        template = {"application/json": json.dumps(WORKING)}
        client.put_integration(**place, type="MOCK", requestTemplates=template)
        client.put_method_response(**place, statusCode="200")
        client.put_integration_response(**place, statusCode="200")
    client.create_deployment(restApiId=api, stageName="v1")
    return api


@pytest.fixture(scope="module")
def caller(endpoint_url: str, session: boto3.Session, api: str) -> SignedHttp:
    """A user with the guide's policy and nothing else."""
    iam = session.client("iam", endpoint_url=endpoint_url)
    iam.create_user(UserName="checkout")
    policy = POLICY.replace("REGION", ministack.REGION).replace("API_ID", api)
    iam.put_user_policy(
        UserName="checkout",
        PolicyName="predict",
        PolicyDocument=policy.replace("ACCOUNT", ministack.ACCOUNT_ID),
    )
    key = iam.create_access_key(UserName="checkout")["AccessKey"]
    return SignedHttp(
        f"{endpoint_url}/restapis/{api}/v1/_user_request_",
        region=ministack.REGION,
        credentials=Credentials(key["AccessKeyId"], key["SecretAccessKey"]),
    )


def test_opens_the_predictions_of_one_model_alone(caller: SignedHttp) -> None:
    def opened(model: str) -> set[str]:
        return {
            route.name
            for route in ROUTES
            if caller.request(route.method, route.path.format(model=model, number=7)).status == 200
        }

    assert opened("loan_default") == {
        route.name for route in ROUTES if route.permission is Permission.PREDICT
    }
    assert opened("car_price") == set()


def test_a_signature_by_another_secret_opens_nothing(
    endpoint_url: str, api: str, caller: SignedHttp
) -> None:
    assert caller._signer is not None
    forger = SignedHttp(
        f"{endpoint_url}/restapis/{api}/v1/_user_request_",
        region=ministack.REGION,
        credentials=Credentials(caller._signer.credentials.access_key, "guessed"),
    )

    assert forger.request("POST", "/models/loan_default/predict").status == 403
