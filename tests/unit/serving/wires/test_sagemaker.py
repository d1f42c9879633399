"""SageMaker's runtime; botocore itself calls it in tests/wires."""

from collections.abc import Mapping

import pytest
from botocore.parsers import create_parser
from botocore.session import get_session

from functions.serving.app import answer_request
from functions.serving.exchange import Request, Response
from tests.unit.serving.graphs import linear_graph
from tests.unit.serving.test_split_versions import split
from tests.unit.serving.test_versions import BETTER_GRAPH
from tests.unit.serving.wires.asking import ask, said
from tests.unit.serving.world import (
    GOOD_LOAN,
    LOAN_GRAPH,
    NOW,
    PRICE_SPEC,
    World,
    artifact_spec,
    loan_world,
    three_models,
)

ENDPOINT = "/endpoints/loan_default/invocations"
LOANS = {"instances": [GOOD_LOAN, GOOD_LOAN]}
TARGET = "x-amzn-sagemaker-target-variant"
ROW = "22000.0,40,true,south,51000.5\n"


def invoke(
    body: object = LOANS, *, world: World | None = None, path: str = ENDPOINT, **headers: str
) -> Response:
    given = {"content-type": "application/json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return ask(world or loan_world(), path, body, {k: v for k, v in given.items() if v})


def target(value: str, world: World) -> Response:
    return invoke(world=world, **{TARGET: value})


def parsed_error(response: Response) -> Mapping[str, object]:
    """What botocore makes of a refusal."""
    service = get_session().get_service_model("sagemaker-runtime")
    shape = service.operation_model("InvokeEndpoint").output_shape
    headers = {"content-type": response.content_type, **response.headers}
    reply = {"status_code": response.status, "headers": headers, "body": response.body}
    return create_parser("rest-json").parse(reply, shape)


def test_answers_as_windvanes_own_wire_does_and_names_the_version() -> None:
    world = loan_world()

    response = invoke(world=world, x_amzn_sagemaker_inference_id="order-7")

    own = ask(world, "/models/loan_default/predict", {"records": LOANS["instances"]})
    assert response.status == 200
    assert said(response) == {"predictions": said(own)["predictions"]}
    assert response.headers == {
        "x-amzn-invoked-production-variant": "1",
        "x-inference-id": "order-7",
    }


@pytest.mark.parametrize(("method", "predictions"), [("predict", [1, 1]), ("predict_proba", None)])
def test_answers_what_mlflow_does_when_a_method_is_asked_for(
    method: str, predictions: list[int] | None
) -> None:
    world = loan_world()
    asked = {**LOANS, "params": {"predict_method": method}}

    answered = said(invoke(asked, world=world))

    assert answered == said(ask(world, "/models/loan_default/invocations", asked))
    assert predictions is None or answered["predictions"] == predictions


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("", LOANS),
        ("application/octet-stream", LOANS),
        ("application/json; charset=utf-8", {"dataframe_records": LOANS["instances"]}),
        ("application/json", {"instances": [list(GOOD_LOAN.values())] * 2}),
        ("text/csv", ROW * 2),
        ("text/csv; label_size=0", ROW * 2),
        ("text/csv; header=present", ",".join(GOOD_LOAN) + "\n" + ROW * 2),
    ],
)
def test_reads_the_same_rows_whatever_they_are_written_in(content_type: str, body: object) -> None:
    answered = invoke(body, content_type=content_type)

    assert answered.status == 200
    assert said(answered) == said(invoke())


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/*;q=0.8", "application/json"),
        ("text/csv", "text/csv"),
        ("text/plain, text/csv; charset=utf-8", "text/csv"),
        ("text/csv;q=0, */*", "application/json"),
        ("text/csv; q=0.001", "text/csv"),
    ],
)
def test_answers_in_the_type_that_is_asked_for(accept: str, content_type: str) -> None:
    assert invoke(accept=accept).content_type == content_type


def test_refuses_to_answer_in_another_type() -> None:
    error = parsed_error(invoke(accept="application/x-npy"))

    assert error["Error"] == {
        "Code": "ValidationError",
        "Message": ("Accept: expected application/json or text/csv, got 'application/x-npy'"),
    }


def test_answers_csv_a_line_a_row() -> None:
    world = three_models()
    loan = said(invoke())["predictions"][0]
    cars = {"instances": [[4, 1000.5], [2, 250000.0]]}
    tiers = said(invoke(cars, world=world, path="/endpoints/tier/invocations"))["predictions"]

    def lines(body: object, model: str) -> list[str]:
        path = f"/endpoints/{model}/invocations"
        return invoke(body, world=world, path=path, accept="text/csv").body.decode().splitlines()

    assert lines(LOANS, "loan_default") == [f"1,{loan['probability']}"] * 2
    assert lines(cars, "car_price") == ["540.35", "125020.1"]
    assert lines(cars, "tier") == [
        ",".join(map(str, [tier["label"], tier["probability"], *tier["probabilities"].values()]))
        for tier in tiers
    ]


def test_is_answered_by_the_variant_that_is_asked_for() -> None:
    world = loan_world()
    split(world, BETTER_GRAPH, percent=10.0)

    variants = {
        value: target(value, world).headers["x-amzn-invoked-production-variant"]
        for value in ("champion", "challenger", "1", "2")
    }

    assert variants == {"champion": "1", "challenger": "2", "1": "1", "2": "2"}


def test_all_traffic_is_split_as_usual() -> None:
    world = loan_world()
    split(world, BETTER_GRAPH, percent=100.0)

    assert target("AllTraffic", world).headers["x-amzn-invoked-production-variant"] == "2"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("3", "loan_default/3 is not registered"),
        ("challenger", "loan_default has no challenger now; its champion answers all callers"),
        ("alltraffic", "expected a version's number, champion or challenger, got 'alltraffic'"),
        ("01", "expected a version's number"),
        ("0", "expected a version's number"),
        ("-1", "expected a version's number"),
        ("\u0663", "expected a version's number"),
        ("1" * 11, "expected a version's number"),
    ],
)
def test_knows_no_other_variant(value: str, message: str) -> None:
    error = parsed_error(target(value, loan_world()))

    assert error["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert error["Error"]["Code"] == "ValidationError"
    assert message in error["Error"]["Message"]


def test_has_no_challenger_once_the_split_has_lapsed() -> None:
    world = loan_world()
    split(world, BETTER_GRAPH, split_until=NOW)

    assert target("challenger", world).status == 400


def test_says_that_the_challenger_cannot_be_loaded() -> None:
    world = loan_world()
    split(world, b"no graph")

    error = parsed_error(target("challenger", world))

    assert error["Error"]["Code"] == "ServiceUnavailable"
    assert "loan_default/2 cannot be loaded" in error["Error"]["Message"]


def test_takes_the_model_itself_as_the_target_model_and_no_other() -> None:
    own = invoke(x_amzn_sagemaker_target_model="loan_default")
    other = invoke(x_amzn_sagemaker_target_model="other.tar.gz")

    assert own.status == 200
    assert "the one model of this endpoint" in said(other)["message"]


@pytest.mark.parametrize(
    "header",
    ["target-container-hostname", "inference-component", "session-id", "enable-explanations"],
)
def test_refuses_what_would_change_the_answer_and_is_not_here(header: str) -> None:
    response = invoke(**{f"x-amzn-sagemaker-{header}": "x"})

    assert response.status == 400
    assert "is not supported; leave it out" in said(response)["message"]


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        (ENDPOINT, b"{", 400, "ValidationError"),
        (ENDPOINT, {"instances": [{"age": 1}]}, 400, "ValidationError"),
        (ENDPOINT, [GOOD_LOAN], 400, "ValidationError"),
        ("/endpoints/nobody/invocations", LOANS, 400, "ValidationError"),
        ("/endpoints/No-Model/invocations", LOANS, 400, "ValidationError"),
        ("/endpoints/loan_default/async-invocations", LOANS, 404, "UnknownOperationException"),
    ],
)
def test_says_no_as_botocore_parses_it(path: str, body: object, status: int, code: str) -> None:
    error = parsed_error(invoke(body, path=path))

    assert error["ResponseMetadata"]["HTTPStatusCode"] == status
    assert error["Error"]["Code"] == code
    assert error["Error"]["Message"]


def test_says_no_to_another_media_type() -> None:
    error = parsed_error(invoke(content_type="application/x-npy"))

    assert error["Error"]["Code"] == "ValidationError"
    assert "send application/json or text/csv" in error["Error"]["Message"]


def test_says_what_the_model_said_when_it_is_the_model_that_fails() -> None:
    world = World()
    world.publish(PRICE_SPEC, linear_graph((3e38, 3e38)))

    response = invoke(
        {"instances": [[3, 3.0]]}, world=world, path="/endpoints/car_price/invocations"
    )

    error = parsed_error(response)
    assert (response.status, error["Error"]["Code"]) == (424, "ModelError")
    assert said(response)["OriginalStatusCode"] == 422
    assert said(response)["OriginalMessage"] == error["Error"]["Message"]


def test_says_when_there_is_nothing_to_serve() -> None:
    world = World()
    world.publish(artifact_spec(), LOAN_GRAPH, promote=False)

    response = invoke(world=world)

    assert (response.status, parsed_error(response)["Error"]["Code"]) == (503, "ServiceUnavailable")
    assert response.headers["retry-after"] == "30"


def test_answers_a_fault_of_ours_as_an_internal_failure() -> None:
    world = loan_world()
    world.ports.captures.write = None  # type: ignore[method-assign] # it is what breaks

    error = parsed_error(invoke(world=world))

    assert error["Error"]["Code"] == "InternalFailure"
    assert "the incident id-2" in error["Error"]["Message"]


def test_says_which_method_the_route_has() -> None:
    response = answer_request(Request("GET", ENDPOINT), loan_world().ports)

    assert (response.status, response.headers["allow"]) == (405, "POST")
    assert response.headers["x-amzn-errortype"] == "UnknownOperationException"
