"""boto3's own client of SageMaker's runtime calls what is deployed."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from functions.cli import wiring
from functions.cli.stage import DeployedStage
from functions.contracts.naming import Alias
from functions.contracts.release import AuditEntry, Share
from tests.unit.serving.graphs import linear_graph, logistic_graph
from tests.unit.serving.world import (
    GOOD_LOAN,
    LOAN_GRAPH,
    LOAN_WEIGHTS,
    NOW,
    PRICE_SPEC,
    artifact_spec,
)
from tests.workflow.shelf import shelve

MODEL = "wire_loan"
OVERFLOW = "wire_overflow"
CHALLENGER_GRAPH = logistic_graph(LOAN_WEIGHTS, bias=1.0)
CHALLENGER_PERCENT = 0.01
"""The least share there is: nearly nobody is answered by the challenger without asking for it."""

LOANS = json.dumps({"instances": [GOOD_LOAN, GOOD_LOAN]})


def challenge(stage: DeployedStage) -> None:
    """Give version 2 a share of the callers."""
    registry = wiring.registry(stage)
    pointer = registry.find_alias(MODEL, Alias.CHAMPION)
    assert pointer is not None
    artifact = registry.get(MODEL, 2).artifact
    share = Share(number=2, percent=CHALLENGER_PERCENT, artifact=artifact)
    changed = {"shares": (share,), "split_id": "rollout-2", "revision": 2, "previous": None}
    entry = AuditEntry(
        model=MODEL,
        sequence=2,
        action="split",
        alias=Alias.CHAMPION,
        from_number=1,
        to_number=1,
        shares={2: CHALLENGER_PERCENT},
        actor="shelf",
        reason="a test of target variants",
        at=NOW,
    )
    registry.move_alias(pointer.model_copy(update=changed), entry, expected_revision=1)


@pytest.fixture(scope="module")
def client(stage: DeployedStage) -> Iterator[Any]:
    """The client as its users make it, but for the address."""
    shelve(stage, artifact_spec(MODEL), LOAN_GRAPH)
    shelve(stage, artifact_spec(MODEL), CHALLENGER_GRAPH, number=2)
    challenge(stage)
    shelve(stage, PRICE_SPEC.model_copy(update={"model": OVERFLOW}), linear_graph((3e38, 3e38)))
    runtime = boto3.Session().client("sagemaker-runtime", endpoint_url=stage.settings.api_url)
    yield runtime
    runtime.close()


def invoke(client: Any, body: str = LOANS, **parameters: str) -> tuple[dict[str, Any], str]:
    answer = client.invoke_endpoint(EndpointName=MODEL, Body=body, **parameters)
    return answer, answer["Body"].read().decode()


def test_invokes_an_endpoint_as_it_is(client: Any) -> None:
    answer, body = invoke(client, ContentType="application/json")

    assert answer["ContentType"] == "application/json"
    assert answer["InvokedProductionVariant"] == "1"
    assert json.loads(body)["predictions"][0] == {"label": 1, "probability": 0.54735637}


def test_invokes_the_variant_that_is_asked_for(client: Any) -> None:
    variants = {}
    for target in ("champion", "challenger", "1", "2"):
        answer, body = invoke(client, TargetVariant=target, InferenceId=f"orders/{target} a")
        headers = answer["ResponseMetadata"]["HTTPHeaders"]
        assert headers["x-inference-id"] == f"orders~1{target} a"
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
        ({"TargetVariant": "9"}, "wire_loan/9 is not registered"),
        ({"TargetModel": "other.tar.gz"}, "the one model of this endpoint"),
    ],
)
def test_raises_a_validation_error_with_the_reason(
    client: Any, parameters: dict[str, str], message: str
) -> None:
    with pytest.raises(ClientError) as refused:
        client.invoke_endpoint(**{"EndpointName": MODEL, "Body": LOANS, **parameters})

    assert isinstance(refused.value, client.exceptions.ValidationError)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert message in refused.value.response["Error"]["Message"]


def test_raises_a_model_error_when_the_model_fails(client: Any) -> None:
    body = json.dumps({"instances": [[1, 3.4e38]]})

    with pytest.raises(client.exceptions.ModelError) as failed:
        client.invoke_endpoint(EndpointName=OVERFLOW, Body=body)

    assert failed.value.response["OriginalStatusCode"] == 422
    assert "no finite answer" in failed.value.response["OriginalMessage"]
