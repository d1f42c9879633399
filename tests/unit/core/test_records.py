import numpy as np
import pytest

from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.core.problem import TooManyRowsError
from functions.core.records import RecordReader, RecordsError

SCHEMA = FeatureSchema(
    features=(
        Feature(name="age", type="integer", minimum=18, maximum=100),
        Feature(name="income", type="number", max_missing_rate=0.1),
        Feature(name="fuel", type="string", categories=("diesel", "gas"), max_missing_rate=0.1),
    )
)
READER = RecordReader(SCHEMA, frozenset(SCHEMA.names), refuses_extra_features=True, maximum_rows=3)
LENIENT = RecordReader(
    SCHEMA, frozenset(SCHEMA.names), refuses_extra_features=False, maximum_rows=3
)


def read(document: object) -> list[list[float]]:
    return READER.read(document).matrix.tolist()


def refusals(document: object, reader: RecordReader = READER) -> list[tuple[str, str]]:
    with pytest.raises(RecordsError) as refused:
        reader.read(document)
    return [(problem.pointer, problem.detail) for problem in refused.value.problems]


def test_encodes_a_batch_in_the_schemas_order() -> None:
    document = {
        "records": [
            {"fuel": "gas", "income": 1.5, "age": 3},
            {"age": 4, "income": 2, "fuel": "diesel"},
        ]
    }

    assert read(document) == [[3.0, 1.5, 1.0], [4.0, 2.0, 0.0]]


def test_reads_one_record_by_itself() -> None:
    batch = READER.read({"age": 3, "income": 1.5, "fuel": "gas"})

    assert batch.matrix.shape == (1, 3)
    assert batch.matrix.dtype == np.float32
    assert batch.pointer(0) == ""


def test_points_to_records_of_a_batch() -> None:
    assert READER.read({"records": [{"age": 3}]}).pointer(0) == "/records/0"


def test_encodes_null_and_absence_alike_as_missing() -> None:
    (row,) = read({"records": [{"age": 3, "income": None}]})

    assert np.isnan(row[1:]).all()


def test_encodes_an_unlisted_category_as_unseen() -> None:
    assert read({"age": 3, "income": 1, "fuel": "coal"}) == [[3.0, 1.0, -1.0]]


def test_takes_numbers_outside_the_expected_range() -> None:
    assert read({"age": -5, "income": 1, "fuel": "gas"})[0][0] == -5.0


def test_names_every_problem_by_its_pointer() -> None:
    good = {"age": 3, "income": 1, "fuel": "gas"}
    found = refusals({"records": [good, {"age": 1.5, "fuel": 7, "Age": 1}, "x"]})

    assert [pointer for pointer, _ in found] == [
        "/records/1/Age",
        "/records/1/age",
        "/records/1/fuel",
        "/records/2",
    ]
    assert found[0][1] == "the model has no such feature; did you mean age?"
    assert found[3][1] == 'expected an object of features, got "x"'


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ([], ""),
        (None, ""),
        (5, ""),
        ("x", ""),
        ({}, "/age"),
        ({"records": []}, "/records"),
        ({"records": None}, "/records"),
        ({"records": {"age": 1}}, "/records"),
        ({"records": [{"age": 3}], "instances": []}, "/instances"),
        ({"records": [[3, 1, 2]]}, "/records/0"),
        ({"records": [None]}, "/records/0"),
        ({"records": [{"income": 1}]}, "/records/0/age"),
        ({"age": None}, "/age"),
        ({"age": 3, "a/b": 1}, "/a~1b"),
        ({"age": 3, "x" * 500_000: 1}, f"/{'x' * 500_000}"),
    ],
)
def test_refuses_what_is_no_record(document: object, pointer: str) -> None:
    assert refusals(document)[0][0] == pointer


def test_leaves_unknown_features_alone_where_the_spec_says_so() -> None:
    assert LENIENT.read({"age": 3, "income": 1, "fuel": "gas", "x": [1]}).matrix.shape == (1, 3)


def test_still_checks_known_features_then() -> None:
    assert refusals({"age": "3", "x": 1}, LENIENT)[0][0] == "/age"


def test_takes_as_many_rows_as_the_spec_says_and_not_one_more() -> None:
    assert len(read({"records": [{"age": 3}] * 3})) == 3
    with pytest.raises(TooManyRowsError) as refused:
        READER.read({"records": [{"age": 3}] * 4})
    assert (refused.value.rows, refused.value.limit) == (4, 3)


def test_reads_columns_as_it_reads_records() -> None:
    columns = {"income": [1.5, None], "age": [3, 4], "fuel": ["gas", "coal"]}
    records = [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]

    batch = READER.read({"columns": columns})

    np.testing.assert_array_equal(batch.matrix, READER.read({"records": records}).matrix)
    assert batch.pointer(1) == "/columns/income/1"


def test_takes_an_absent_column_as_missing_where_its_feature_allows_that() -> None:
    assert np.isnan(READER.read({"columns": {"age": [3, 4]}}).matrix[:, 1:]).all()
    assert refusals({"columns": {"income": [1.0]}}) == [
        ("/columns/age", "is missing, and this feature needs a value")
    ]


def test_names_every_problem_of_columns_by_its_pointer() -> None:
    document = {"columns": {"Age": [1, 2], "age": [1, 1.5], "fuel": ["gas", 7]}}

    assert refusals(document) == [
        ("/columns/Age", "the model has no such feature; did you mean age?"),
        ("/columns/age/1", "expected a whole number, got 1.5"),
        ("/columns/fuel/1", "expected a text, got 7"),
    ]


@pytest.mark.parametrize(
    ("columns", "pointer", "detail"),
    [
        ([1], "/columns", "expected an object of at least one column, got an array"),
        ({}, "/columns", "expected an object of at least one column, got an empty object"),
        ({"age": 3}, "/columns/age", "expected an array of values, got 3"),
        ({"age": []}, "/columns/age", "expected an array of values, got an empty array"),
        ({"age": [1, 2], "a/b": [1]}, "/columns/a~1b", "has 1 values, age has 2"),
    ],
)
def test_refuses_what_are_no_columns(columns: object, pointer: str, detail: str) -> None:
    assert refusals({"columns": columns}) == [(pointer, detail)]


def test_drops_unknown_columns_where_the_spec_says_so() -> None:
    batch = LENIENT.read({"columns": {"more": ["x"], "age": [3]}})

    assert batch.matrix[0, 0] == 3.0


def test_refuses_more_rows_in_columns_than_it_may_answer() -> None:
    with pytest.raises(TooManyRowsError):
        READER.read({"columns": {"age": [1, 2, 3, 4]}})


def test_lets_nothing_stand_beside_columns() -> None:
    assert refusals({"columns": {"age": [1]}, "age": 1}) == [
        ("/age", "nothing stands beside columns")
    ]
