"""boto3's SageMaker runtime against the deployed API."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.cli.local_file import LocalCloud
from tests.unit.serving.world import GOOD_LOAN
from tests.wires.conftest import connect

LOANS = json.dumps({"instances": [GOOD_LOAN, GOOD_LOAN]})


@pytest.fixture(scope="module")
def client(cloud: LocalCloud, api_url: str) -> Iterator[Any]:
    runtime = connect("sagemaker-runtime", cloud, endpoint_url=api_url)
    yield runtime
    runtime.close()


def invoke(client: Any, body: str = LOANS, **parameters: str) -> tuple[dict[str, Any], str]:
    answer = client.invoke_endpoint(EndpointName="loan_default", Body=body, **parameters)
    return answer, answer["Body"].read().decode()


def test_invokes_an_endpoint_as_it_is(client: Any) -> None:
    answer, body = invoke(client, ContentType="application/json")

    assert answer["ContentType"] == "application/json"
    assert answer["InvokedProductionVariant"] == "1"
    assert json.loads(body)["predictions"][0] == {"label": 1, "probability": 0.54735637}


def test_invokes_the_variant_that_is_asked_for(client: Any) -> None:
    variants = {}
    for target in ("champion", "challenger", "1", "2"):
        answer, body = invoke(client, TargetVariant=target, InferenceId=f"order-{target}")
        probability = json.loads(body)["predictions"][0]["probability"]
        variants[target] = (answer["InvokedProductionVariant"], probability)

    assert variants["champion"] == variants["1"]
    assert variants["challenger"] == variants["2"]
    assert [variants["1"][0], variants["2"][0]] == ["1", "2"]
    assert variants["2"][1] > variants["1"][1]


def test_sends_and_gets_csv(client: Any) -> None:
    answer, body = invoke(
        client, "22000.0,40,true,south,51000.5\n", ContentType="text/csv", Accept="text/csv"
    )

    assert answer["ContentType"] == "text/csv"
    assert body == "1,0.54735637\n"


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"Body": "{"}, "not JSON"),
        ({"Body": json.dumps({"instances": [{"age": "x"}]})}, "/instances/0/"),
        ({"EndpointName": "nobody"}, "there is no model nobody"),
        ({"TargetVariant": "9"}, "loan_default/9 is not registered"),
        ({"TargetModel": "other.tar.gz"}, "the one model of this endpoint"),
    ],
)
def test_raises_a_validation_error_with_the_reason(
    client: Any, parameters: dict[str, str], message: str
) -> None:
    with pytest.raises(ClientError) as refused:
        client.invoke_endpoint(**{"EndpointName": "loan_default", "Body": LOANS, **parameters})

    assert isinstance(refused.value, client.exceptions.ValidationError)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert message in refused.value.response["Error"]["Message"]


def test_raises_a_model_error_when_the_model_fails(client: Any) -> None:
    body = json.dumps({"instances": [[1, 3.4e38]]})

    with pytest.raises(client.exceptions.ModelError) as failed:
        client.invoke_endpoint(EndpointName="overflow", Body=body)

    assert failed.value.response["OriginalStatusCode"] == 422
    assert "no finite answer" in failed.value.response["OriginalMessage"]
