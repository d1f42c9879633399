import csv
import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.contracts.feature_schema import Feature
from functions.core.problem import TooManyRowsError, TooManyValuesError
from functions.core.records import RecordsError
from functions.serving.exchange import Request
from functions.serving.served_version import ServedVersion
from functions.serving.wires.mlflow_csv import MISSING, parse_texts, read_csv_body
from functions.serving.wires.mlflow_forms import FormRows
from tests.unit.serving.world import GOOD_LOAN, LOAN_GRAPH, World, artifact_spec, loan_world

HEADER = ",".join(GOOD_LOAN)
NUMBER = Feature(name="size", type="number")
INTEGER = Feature(name="age", type="integer")
BOOLEAN = Feature(name="is_member", type="boolean")
TEXT = Feature(name="country", type="string", categories=("DE", "NA"))
LOAN = loan_world().ports.versions.champion("loan_default")


def read(text: str, version: ServedVersion = LOAN, *, has_header: bool = True) -> FormRows:
    body = text.encode()
    return read_csv_body(Request("POST", "/", {}, body), version, has_header=has_header)


def refusal(text: str, *, has_header: bool = True) -> tuple[str, str]:
    with pytest.raises(RecordsError) as refused:
        read(text, has_header=has_header)
    first = refused.value.problems[0]
    return first.pointer, first.detail


@pytest.mark.parametrize(
    ("feature", "text", "value"),
    [
        (NUMBER, "1.5", 1.5),
        (NUMBER, "+1e3", 1000.0),
        (NUMBER, " -.5 ", -0.5),
        (NUMBER, "5.", 5.0),
        (NUMBER, "0", 0.0),
        (NUMBER, "", None),
        (NUMBER, " NaN", None),
        (NUMBER, "1_000", "1_000"),
        (NUMBER, "1,5", "1,5"),
        (NUMBER, "0x10", "0x10"),
        (NUMBER, "inf", "inf"),
        (NUMBER, "-Infinity", "-Infinity"),
        (NUMBER, "\u0663", "\u0663"),
        (NUMBER, "e", "e"),
        (INTEGER, "3.0", 3.0),
        (BOOLEAN, "True", True),
        (BOOLEAN, "FALSE", False),
        (BOOLEAN, "1", True),
        (BOOLEAN, "0.0", False),
        (BOOLEAN, "null", None),
        (BOOLEAN, "yes", "yes"),
        (TEXT, "DE", "DE"),
        (TEXT, " DE", " DE"),
        (TEXT, "", None),
        (TEXT, "None", None),
        (TEXT, "NA", "NA"),
    ],
)
def test_reads_a_text_as_its_features_value(feature: Feature, text: str, value: object) -> None:
    (found,) = parse_texts(feature, [text])

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("word", sorted(MISSING))
def test_reads_pandas_words_for_nothing_as_missing(word: str) -> None:
    assert [parse_texts(feature, [word]) for feature in (NUMBER, BOOLEAN)] == [[None], [None]]


def test_takes_columns_by_their_names_and_in_order_without_them() -> None:
    by_name = read("salary,region,is_member,age,car_value\n51000.5,south,true,40,22000\n")
    in_order = read("22000,40,true,south,51000.5", has_header=False)

    np.testing.assert_array_equal(by_name.matrix, in_order.matrix)
    assert by_name.pointer(0) == "row 1"


@pytest.mark.parametrize(
    ("text", "pointer", "detail"),
    [
        ("", "", "expected at least one row, got none"),
        (f"{HEADER}\n", "", "expected at least one row, got none"),
        (f"age,{HEADER}\n", "", "the header names the column 'age' twice"),
        (f'{HEADER}\n1,2,true,"x', "", "not CSV: unexpected end of data"),
        (f"{HEADER}\n1,2,true,x\n", "row 1", "expected 5 values, one for each column, got 4"),
        (f"{HEADER}\n1,2,true,x,much\n", "row 1, column salary", 'expected a number, got "much"'),
        (f"{HEADER}\n1,2.5,true,x,1\n", "row 1, column age", "expected a whole number, got 2.5"),
        (f"{HEADER},shoes\n1,2,true,x,1,9\n", "column shoes", "no such feature"),
        ("age\n1\n", "column car_value", "is missing, and this feature needs a value"),
        ('""\n""\n', "column ", "no such feature"),
    ],
)
def test_says_in_which_row_and_column_something_does_not_fit(
    text: str, pointer: str, detail: str
) -> None:
    found = refusal(text)

    assert found[0] == pointer
    assert detail in found[1]


def test_leaves_out_the_index_that_pandas_writes() -> None:
    assert read(f",{HEADER}\n7,1,2,true,x,1\n").matrix.shape == (1, 5)


def test_refuses_a_header_where_none_belongs() -> None:
    assert refusal(f"{HEADER}\n1,2,true,x,1\n", has_header=False)[0] == "row 1, column car_value"


def test_refuses_more_rows_than_it_may_answer() -> None:
    world = World()
    world.publish(artifact_spec(maximum_rows=2), LOAN_GRAPH)

    with pytest.raises(TooManyRowsError):
        read(f"{HEADER}\n" + "1,2,true,x,1\n" * 3, world.ports.versions.champion("loan_default"))


@pytest.mark.parametrize("line", ["1,2,true,x,1\n", "\n", '1,2,true,"x",1\n'])
def test_stops_reading_at_far_too_many_lines(line: str) -> None:
    world = World()
    world.publish(artifact_spec(maximum_rows=2), LOAN_GRAPH)

    with pytest.raises(TooManyRowsError, match="1004 or more rows in one request, the most is 2"):
        # What follows is no CSV, and is not come to.
        read(HEADER + "\n" + line * 2000 + '"', world.ports.versions.champion("loan_default"))


def test_counts_values_before_it_reads() -> None:
    with pytest.raises(TooManyValuesError, match="values in one request, the most is 1000000"):
        read(HEADER + "\n" + "," * 1_002_000 + '\n"')
    # Commas within quotation marks are none between values.
    assert refusal(HEADER + "\n" + '"{}",'.format("," * 100_000) * 11)[0] == "row 1"


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).filter(
    lambda text: text not in MISSING
)
FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)


@given(
    rows=st.lists(
        st.tuples(
            FLOATS, st.none() | st.integers(-1000, 1000), st.booleans(), st.none() | TEXTS, FLOATS
        ),
        min_size=1,
        max_size=4,
    )
)
def test_reads_what_a_csv_writer_wrote_as_json_says_it(rows: list[tuple[object, ...]]) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([list(GOOD_LOAN), *rows])
    records = json.loads(json.dumps([dict(zip(GOOD_LOAN, row, strict=True)) for row in rows]))

    matrix = read(stream.getvalue()).matrix

    np.testing.assert_array_equal(matrix, LOAN.reader.read({"records": records}).matrix)
