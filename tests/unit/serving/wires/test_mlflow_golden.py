"""Ours against MLflow's scoring server, over the request matrix of `tests/golden`.

Each answer has MLflow's status and predictions, but for the differences that are named here with
their reasons. A difference that is none any more fails too.
"""

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from functions.serving.app import answer_request
from functions.serving.exchange import Request, Response
from functions.serving.wires.mlflow import SCORING_VERSION
from tests.golden.mlflow_requests import CASES
from tests.unit.serving.world import World, three_models

GOLDEN = json.loads((Path(__file__).parents[3] / "golden/mlflow_scoring.json").read_text())

STRICT = "one schema on every wire: a value of another type is refused, not converted"
NEEDED = "a feature that allows no missing value is not predicted without one"
NAMED = "a feature the model does not know is named, not dropped: it may be a misspelling"
FLOAT32 = "no infinity reaches the model: the largest number is float32's"
RAGGED = "a row or column of another length is refused, not filled up"
AMBIGUOUS = "JSON that leaves to chance what it says is refused"
UTF_8 = "bodies are UTF-8 without a mark, as RFC 8259 has it"
NO_500 = "a fault of the body is never answered as one of ours"
NO_ROWS = "a request without a row is a mistake of its sender"
IN_ORDER = "rows without names are taken in the order of the features, as without a signature"
ANY_CASE = "media types and their parameters know no case and may be quoted (RFC 9110)"

DIFFERENCES: dict[str, tuple[int, str]] = {
    "params, predict_proba of a regression": (400, "there it is ignored without a signature"),
    "csv, a short row": (400, RAGGED),
    "rows of different lengths": (400, RAGGED),
    "a number beside columns": (400, RAGGED),
    "an index of another length": (400, RAGGED),
    "null where none may be missing": (400, NEEDED),
    "NaN where none may be missing": (400, NEEDED),
    "csv, empty where none may be missing": (400, NEEDED),
    "an extra column in a record": (400, NAMED),
    "an extra column in a split": (400, NAMED),
    "csv, an extra column": (400, NAMED),
    "rows for named columns": (200, IN_ORDER),
    "split without columns": (200, IN_ORDER),
    "a text of a number": (400, STRICT),
    "a truth value for a number": (400, STRICT),
    "a number for a truth value": (400, STRICT),
    "a text for a truth value": (400, STRICT),
    "a number for a text": (400, STRICT),
    "a truth value for a text": (400, STRICT),
    "a fraction for a whole number": (400, STRICT),
    "csv, an infinity": (400, FLOAT32),
    "csv, a number beyond float32": (400, FLOAT32),
    "an infinity": (400, FLOAT32),
    "a number beyond float32": (400, FLOAT32),
    "a number beyond float64": (400, FLOAT32),
    "an integer of a hundred digits": (400, FLOAT32),
    "data are empty": (400, NO_ROWS),
    "csv, a header alone": (400, NO_ROWS),
    "a byte order mark": (400, UTF_8),
    "UTF-16": (400, UTF_8),
    "a key twice": (400, AMBIGUOUS),
    "a form twice": (400, AMBIGUOUS),
    "half a surrogate pair": (400, AMBIGUOUS),
    "bytes that are no UTF-8": (400, NO_500),
    "a thousand brackets": (400, NO_500),
    "csv, bytes that are no UTF-8": (400, NO_500),
    "no media type": (415, NO_500),
    "charset quoted": (200, ANY_CASE),
    "charset in capitals": (200, ANY_CASE),
    "a media type in capitals": (200, ANY_CASE),
    "parquet": (415, "Parquet is not read here, so it is no bad request but another media type"),
}


@pytest.fixture(scope="module")
def world() -> World:
    return three_models()


def ask(world: World, case: dict[str, Any]) -> Response:
    body = case["body"].encode() if "body" in case else base64.b64decode(case["body_base64"])
    content_type = case["content_type"]
    headers = {} if content_type is None else {"content-type": content_type}
    path = f"/models/{case['model']}/invocations"
    return answer_request(Request("POST", path, headers, body), world.ports)


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["name"])
def test_answers_as_mlflow_does_but_for_the_named_differences(
    world: World, case: dict[str, Any]
) -> None:
    theirs = case["mlflow"]
    status, _reason = DIFFERENCES.get(case["name"], (theirs["status"], ""))

    response = ask(world, case)

    assert response.status == status
    if status == theirs["status"] == 200:
        assert_same_predictions(json.loads(response.body)["predictions"], theirs["predictions"])
    elif status == 415:
        assert response.content_type.startswith("text/plain")
    elif status == 400:
        assert json.loads(response.body)["error_code"] == "BAD_REQUEST"
        assert response.content_type == "application/json"


@pytest.mark.parametrize("name", sorted(DIFFERENCES))
def test_names_no_difference_that_is_none(name: str) -> None:
    (case,) = [case for case in GOLDEN["cases"] if case["name"] == name]

    assert case["mlflow"]["status"] != DIFFERENCES[name][0]


def test_has_the_answers_of_the_mlflow_that_it_claims_to_be() -> None:
    assert GOLDEN["mlflow_version"] == SCORING_VERSION


def test_has_an_answer_to_every_request_of_the_matrix() -> None:
    stored = [case["name"] for case in GOLDEN["cases"]]

    assert stored == [case.name for case in CASES]
    assert len(set(stored)) == len(stored) >= 180


def assert_same_predictions(ours: list[Any], theirs: list[Any]) -> None:
    """Labels are equal; numbers are the same float32, whose digits MLflow writes in float64."""
    if isinstance(ours[0], str | int):
        assert ours == theirs
    else:
        np.testing.assert_array_equal(np.float32(ours), np.float32(theirs))
