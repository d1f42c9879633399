"""Where a refusal points, and what the golden pairs with MLflow do not show."""

from typing import Any

import numpy as np
import pytest

from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.contracts.model_spec import Task
from functions.core.problem import TooManyRowsError
from functions.core.records import RecordsError
from functions.serving.served_version import ServedVersion
from functions.serving.wires.mlflow_forms import Method, read_form
from tests.unit.serving.graphs import linear_graph
from tests.unit.serving.world import GOOD_LOAN, World, artifact_spec, loan_world

COLUMNS = list(GOOD_LOAN)
ROW = list(GOOD_LOAN.values())
POOR = [1.5, None, False, None, 2.5]


def serve(schema: FeatureSchema, **fields: Any) -> ServedVersion:
    """A regression over a schema."""
    world = World()
    spec = artifact_spec("cost", task=Task.REGRESSION, classes=(), schema=schema, **fields)
    world.publish(spec, linear_graph([1.0] * len(schema.features)))
    return world.ports.versions.champion("cost")


@pytest.fixture(scope="module")
def loan() -> ServedVersion:
    return loan_world().ports.versions.champion("loan_default")


def refusal(document: object, version: ServedVersion) -> tuple[str, str]:
    with pytest.raises(RecordsError) as refused:
        read_form(document, version)
    first = refused.value.problems[0]
    return first.pointer, first.detail


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ({"dataframe_split": {"columns": COLUMNS, "data": [ROW, POOR]}}, "/dataframe_split/data/1"),
        ({"dataframe_split": {"data": [ROW, POOR]}}, "/dataframe_split/data/1"),
        (
            {"dataframe_records": [dict(zip(COLUMNS, row, strict=True)) for row in (ROW, POOR)]},
            "/dataframe_records/1",
        ),
        (
            {"instances": [dict(zip(COLUMNS, row, strict=True)) for row in (ROW, POOR)]},
            "/instances/1",
        ),
        ({"instances": [ROW, POOR]}, "/instances/1"),
        ({"inputs": [ROW, POOR]}, "/inputs/1"),
        (
            {"inputs": {c: [a, b] for c, a, b in zip(COLUMNS, ROW, POOR, strict=True)}},
            "/inputs/car_value/1",
        ),
    ],
)
def test_reads_the_same_rows_from_every_form(
    loan: ServedVersion, document: object, pointer: str
) -> None:
    rows = read_form(document, loan)

    expected = np.float32([[22000, 40, 1, 1, 51000.5], [1.5, np.nan, 0, np.nan, 2.5]])
    np.testing.assert_array_equal(rows.matrix, expected)
    assert rows.pointer(1) == pointer


def test_reads_an_object_of_plain_values_as_one_row(loan: ServedVersion) -> None:
    rows = read_form({"inputs": GOOD_LOAN}, loan)

    assert rows.matrix.shape == (1, 5)
    assert rows.pointer(0) == "/inputs"


@pytest.mark.parametrize(
    ("document", "pointer", "detail"),
    [
        ([ROW], "", "got an array"),
        ({}, "", "got none of them"),
        ({"instances": [], "inputs": []}, "", "got instances and inputs"),
        ({"dataframe_split": [1]}, "/dataframe_split", "expected an object, got an array"),
        ({"dataframe_split": {"rows": []}}, "/dataframe_split/rows", "unknown; a split has"),
        ({"dataframe_split": {"columns": "ab"}}, "/dataframe_split/columns", "array of names"),
        ({"dataframe_split": {"columns": [1]}}, "/dataframe_split/columns/0", "a name, got 1"),
        ({"dataframe_split": {"columns": ["a", "a"]}}, "/dataframe_split/columns/1", "again"),
        ({"dataframe_split": {"columns": ["a"]}}, "/dataframe_split/data", "at least one row"),
        (
            {"dataframe_split": {"columns": COLUMNS, "data": [ROW, 1]}},
            "/dataframe_split/data/1",
            "an array of 5 values, got 1",
        ),
        (
            {"dataframe_split": {"columns": COLUMNS, "data": [ROW], "index": [1, 2]}},
            "/dataframe_split/index",
            "expected an array of 1",
        ),
        (
            {"dataframe_split": {"columns": ["age"], "data": [["x"]]}},
            "/dataframe_split/columns: car_value",
            "is missing, and this feature needs a value",
        ),
        (
            {"dataframe_split": {"columns": [*COLUMNS, "shoes"], "data": [[*ROW, 1]]}},
            "/dataframe_split/columns/5",
            "no such feature",
        ),
        (
            {"dataframe_split": {"columns": COLUMNS[::-1], "data": [[1.5, "x", True, 1.5, 2.0]]}},
            "/dataframe_split/data/0/3",
            "expected a whole number, got 1.5",
        ),
        ({"dataframe_records": GOOD_LOAN}, "/dataframe_records", "array of at least one record"),
        ({"dataframe_records": [GOOD_LOAN, 1]}, "/dataframe_records/1", "object of features"),
        ({"instances": 7}, "/instances", "an array of records or of rows, or columns, got 7"),
        ({"instances": [1, 2]}, "/instances/0", "an array of 5 values, got 1"),
        ({"instances": [ROW[:2]]}, "/instances/0", "a row of 5 values, one for each column, got 2"),
        ({"instances": [["x", *ROW[1:]]]}, "/instances/0/0", 'expected a number, got "x"'),
        ({"inputs": {"age": [1], "region": "north"}}, "/inputs/region", "an array of values"),
        ({"inputs": {**GOOD_LOAN, "age": "old"}}, "/inputs/age", 'whole number, got "old"'),
        ({"instances": [ROW], "params": []}, "/params", "expected an object, got an empty array"),
        (
            {"instances": [ROW], "params": {"predict_method": "transform"}},
            "/params/predict_method",
            'expected one of predict, predict_proba, got "transform"',
        ),
        (
            {"instances": [ROW], "params": {"predict_method": ["predict"]}},
            "/params/predict_method",
            "got an array",
        ),
    ],
)
def test_points_to_what_does_not_fit(
    loan: ServedVersion, document: object, pointer: str, detail: str
) -> None:
    found = refusal(document, loan)

    assert found[0] == pointer
    assert detail in found[1]


def test_takes_plain_values_as_rows_of_a_model_with_one_feature() -> None:
    version = serve(FeatureSchema(features=(Feature(name="size", type="number"),)))

    assert read_form({"instances": [1, 2.5]}, version).matrix.tolist() == [[1.0], [2.5]]


def test_drops_unknown_columns_where_the_spec_says_so() -> None:
    schema = FeatureSchema(features=(Feature(name="size", type="number"),))
    version = serve(schema, extra_features="ignore")

    rows = read_form({"dataframe_split": {"columns": ["x", "size"], "data": [["?", 2]]}}, version)

    assert rows.matrix.tolist() == [[2.0]]


@pytest.mark.parametrize(
    "document",
    [
        {"dataframe_split": {"data": [[1.0]] * 4}},
        {"dataframe_records": [{"size": 1.0}] * 4},
        {"instances": [[1.0]] * 4},
        {"inputs": {"size": [1.0] * 4}},
    ],
)
def test_refuses_more_rows_than_it_may_answer(document: object) -> None:
    version = serve(FeatureSchema(features=(Feature(name="size", type="number"),)), maximum_rows=3)

    with pytest.raises(TooManyRowsError):
        read_form(document, version)


@pytest.mark.parametrize(
    ("params", "method"),
    [
        (None, None),
        ({}, None),
        ({"temperature": 1}, None),
        ({"predict_method": "predict"}, Method.PREDICT),
        ({"predict_method": "predict_proba"}, Method.PREDICT_PROBA),
    ],
)
def test_reads_which_method_is_asked_for(
    loan: ServedVersion, params: object, method: Method | None
) -> None:
    assert read_form({"instances": [ROW], "params": params}, loan).method is method


def test_has_no_probabilities_of_a_regression() -> None:
    version = serve(FeatureSchema(features=(Feature(name="size", type="number"),)))
    document = {"instances": [1], "params": {"predict_method": "predict_proba"}}

    assert refusal(document, version)[0] == "/params/predict_method"
