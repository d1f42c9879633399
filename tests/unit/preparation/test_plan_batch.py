"""A job's rows, from the files to chunks and refusals."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.contracts import keys
from functions.contracts.batch import BatchInput
from functions.core.arrays import array_from_bytes
from functions.preparation.plan_batch import BatchSourceError, plan_batch
from functions.serving.app import answer_request
from tests.unit.preparation.batch_world import MODEL, BatchWorld
from tests.unit.serving.world import artifact_spec, post

HEADER = "id,car_value,age,is_member,region,salary"
GOOD = "1,22000,40,true,south,51000.5"


def csv_file(*lines: str) -> tuple[str, bytes]:
    return "rows.csv", "\n".join([HEADER, *lines, ""]).encode()


def matrix(world: BatchWorld, job: BatchInput) -> np.ndarray:
    chunks = world.plan(job)
    parts = [
        array_from_bytes(world.data.read(keys.batch_chunk(MODEL, job.job, c.index))) for c in chunks
    ]
    return np.concatenate(parts)


def test_encodes_rows_as_serving_does() -> None:
    world = BatchWorld()
    lines = [GOOD, "2,1e3,,FALSE,west,7", "3,5,nan,1,,8"]
    job = world.add_job(csv_file(*lines))
    reader = world.serving.ports.versions.champion(MODEL).reader

    records = [
        {"car_value": 22000, "age": 40, "is_member": True, "region": "south", "salary": 51000.5},
        {"car_value": 1e3, "is_member": False, "region": "west", "salary": 7},
        {"car_value": 5, "is_member": True, "salary": 8},
    ]
    expected = reader.read({"records": records}).matrix
    np.testing.assert_array_equal(matrix(world, job), expected)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1,abc,40,true,south,5", "car_value: expected a number, got abc"),
        ("1,1_000,40,true,south,5", "car_value: expected a number, got 1_000"),
        ("1,1e39,40,true,south,5", "car_value: beyond 3.4e38, the largest float32"),
        ("1,inf,40,true,south,5", "car_value: beyond 3.4e38, the largest float32"),
        ("1,,40,true,south,5", "car_value: is missing, and this feature needs a value"),
        ("1,5,40.5,true,south,5", "age: expected a whole number, got 40.5"),
        ("1,5,40,perhaps,south,5", "is_member: expected true or false, got perhaps"),
        ("1,5,40,true,south,secret", "salary: expected a number"),
        (
            "1,x,40,y,south,5",
            "car_value: expected a number, got x; is_member: expected true or false, got y",
        ),
    ],
)
def test_refuses_a_row_with_its_reason(line: str, reason: str) -> None:
    world = BatchWorld()
    job = world.add_job(csv_file(GOOD, line, GOOD))

    world.run(job)

    assert world.refused(job) == [("rows.csv", 2, reason)]
    assert [row["row"] for row in world.table(job)] == ["1", "3"]


def test_numbers_rows_past_lines_that_do_not_fit_the_header() -> None:
    world = BatchWorld()
    job = world.add_job(csv_file(GOOD, "broken,line", GOOD, "1,x,1,true,north,1", GOOD))

    world.run(job)

    assert [row["row"] for row in world.table(job)] == ["1", "3", "5"]
    assert [row for _, row, _ in world.refused(job)] == [2, 4]


def test_numbers_rows_by_data_rows_and_not_by_empty_lines() -> None:
    world = BatchWorld()
    two_lines = '1,22000,40,true,"so\n\nuth",51000.5'
    job = world.add_job(csv_file("", GOOD, "", "", two_lines, "short", GOOD, "", "x", GOOD))

    world.run(job)

    assert [row["row"] for row in world.table(job)] == ["1", "2", "4", "6"]
    assert [row for _, row, _ in world.refused(job)] == [3, 5]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([GOOD, "", '1,"5,40,true,south,5', *[GOOD] * 50], "its line 4 has a quote that is not"),
        ([GOOD, '1,5,40,true,"so"uth,5', GOOD], "its line 3 has a quote that is not closed"),
        ([GOOD, '1,5,40,true,"so\n"uth,5', GOOD], "its line 3 has a quote that is not closed"),
        ([GOOD, '1,"5,40,true,south,5', *[GOOD] * 90_000], "its line 3 has a quote"),
        ([GOOD, f"1,5,40,true,{'s' * 2_100_000},5", GOOD], "its line 3 is longer than 2 MB"),
    ],
)
def test_refuses_a_file_in_which_rows_would_be_lost(lines: list[str], reason: str) -> None:
    world = BatchWorld()
    job = world.add_job(csv_file(*lines))

    with pytest.raises(BatchSourceError, match=reason):
        world.plan(job)


def test_refuses_a_line_that_is_no_json_object_and_takes_the_others() -> None:
    world = BatchWorld()
    good = json.dumps({"car_value": 1, "is_member": True, "salary": 2})
    body = "\n".join([good, "nope", "[1]", good, "", '{"car_value": {"a": 1}}'])
    job = world.add_job(("rows.jsonl", body.encode()))

    world.run(job)

    assert [row["row"] for row in world.table(job)] == ["1", "4"]
    assert [row for _, row, _ in world.refused(job)] == [2, 3, 5]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("a,b\n1,2\n", "rows.csv: it has no column car_value; it has a, b"),
        ("", "rows.csv: it has no header line"),
        (
            "car_value,is_member,salary,salary\n1,true,2,3\n",
            "rows.csv: it has more than one column salary",
        ),
    ],
)
def test_refuses_a_source_that_does_not_fit_as_a_whole(body: str, reason: str) -> None:
    world = BatchWorld()
    job = world.add_job(("rows.csv", body.encode()))

    with pytest.raises(BatchSourceError, match=reason):
        world.plan(job)


GOOD_RECORD = '{"car_value":1,"is_member":true,"salary":2}'


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"car_value":"22000","is_member":true,"salary":2}', 'expected a number, got "22000"'),
        ('{"car_value":true,"is_member":true,"salary":2}', "expected a number, got true"),
        ('{"car_value":"","is_member":true,"salary":2}', 'expected a number, got ""'),
        ('{"car_value":"nan","is_member":true,"salary":2}', 'expected a number, got "nan"'),
        ('{"car_value":NaN,"is_member":true,"salary":2}', "NaN, which JSON has not"),
        ('{"car_value":Infinity,"is_member":true,"salary":2}', "beyond 3.4e38"),
        ('{"car_value":1e999,"is_member":true,"salary":2}', "car_value: "),
        ('{"car_value":null,"is_member":true,"salary":2}', "car_value: is missing"),
        ('{"car_value":[1],"is_member":true,"salary":2}', "expected a number, got [1]"),
        ('{"car_value":1,"is_member":1,"salary":2}', "expected true or false, got 1"),
        ('{"car_value":1,"is_member":"true","salary":2}', 'expected true or false, got "true"'),
        ('{"car_value":1,"is_member":true,"salary":2,"age":1.5}', "a whole number, got 1.5"),
        ('{"car_value":1,"is_member":true,"salary":2,"age":"40"}', 'a whole number, got "40"'),
        ('{"car_value":1,"is_member":true,"salary":2,"region":5}', "region: expected a text, got"),
        ('{"car_value":1,"is_member":true,"salary":2,"region":{"a":1}}', "expected a text, got"),
        ('{"car_value":1,"is_member":true,"salary":2,"car_value":1}', "has a key twice"),
        ('{"car_value":1,"is_member":true,"salary":2,"odd":1}', "odd: the model has no such"),
    ],
)
def test_refuses_of_json_lines_what_the_api_refuses(line: str, reason: str) -> None:
    world = BatchWorld()
    lines = "\n".join([GOOD_RECORD, line, GOOD_RECORD])
    job = world.add_job(("rows.jsonl", lines.encode()))
    sent = post(f"/models/{MODEL}/predict", f'{{"records":[{line}]}}'.encode())

    world.run(job)

    assert answer_request(sent, world.serving.ports).status in {400, 422}
    ((_, row, why),) = world.refused(job)
    assert row == 2
    assert reason in why
    assert [found["row"] for found in world.table(job)] == ["1", "3"]


@pytest.mark.parametrize(
    "values", ['"age":3.0', '"region":""', '"age":null,"region":null', '"region":"x"']
)
def test_takes_of_json_lines_what_the_api_takes(values: str) -> None:
    world = BatchWorld()
    line = f"{GOOD_RECORD[:-1]},{values}}}"
    job = world.add_job(("rows.jsonl", line.encode()))
    reader = world.serving.ports.versions.champion(MODEL).reader

    expected = reader.read({"records": [json.loads(line)]}).matrix
    np.testing.assert_array_equal(matrix(world, job), expected)


def test_takes_unknown_keys_where_the_model_ignores_them() -> None:
    world = BatchWorld(spec=artifact_spec().model_copy(update={"extra_features": "ignore"}))
    job = world.add_job(("rows.jsonl", f'{GOOD_RECORD[:-1]},"odd":1}}'.encode()))

    assert len(matrix(world, job)) == 1


@pytest.mark.parametrize(
    ("name", "body", "reason"),
    [
        ("rows.jsonl", b"", "it holds no row; write a JSON object in each line"),
        ("rows.jsonl", b"\n[1]\n", "it holds no row; write a JSON object in each line"),
        (
            "rows.jsonl",
            b'{"car_value":1}\n{"region":"' + b"x" * 17_000_000 + b'"}',
            "its line 2 is longer than a row may be",
        ),
        ("rows.jsonl", b'{"car_value":1}\n{"region":"\xe9"}', "its line 2 is not UTF-8; convert"),
        ("rows.csv", b"car_value,is_member,salary,r\xe9gion\n1,1,1,1", "a line is not UTF-8"),
        (
            "rows.csv",
            b"car_value,is_member,salary\r\n1,1,1\r\n1,1,1\n1,1,1\r\n",
            "ends otherwise than the others",
        ),
    ],
    ids=["empty", "no object", "long line", "latin-1", "latin-1 header", "mixed line ends"],
)
def test_says_what_to_do_about_a_file_that_cannot_be_read(
    name: str, body: bytes, reason: str
) -> None:
    world = BatchWorld()
    job = world.add_job((name, body))

    with pytest.raises(BatchSourceError, match=reason):
        world.plan(job)


def test_refuses_a_column_to_keep_that_is_not_there() -> None:
    world = BatchWorld()
    job = world.add_job(csv_file(GOOD), keep=("name",))

    with pytest.raises(BatchSourceError, match="it has no column name to keep"):
        world.plan(job)


def test_refuses_a_source_that_changed_since_it_was_asked_for() -> None:
    world = BatchWorld()
    job = world.add_job(csv_file(GOOD))
    world.data.write(keys.batch_input(MODEL, job.job, "rows.csv"), b"other", content_type="x")

    with pytest.raises(BatchSourceError, match="the job was made of"):
        world.plan(job)


def test_does_not_plan_twice() -> None:
    world = BatchWorld()
    job = world.add_job(csv_file(GOOD, GOOD))
    first = plan_batch(job, ports=world.ports)
    world.data.write(keys.batch_input(MODEL, job.job, "rows.csv"), b"other", content_type="x")

    assert plan_batch(job, ports=world.ports) == first


def test_plans_over_the_chunks_of_an_attempt_that_encoded_otherwise() -> None:
    world = BatchWorld()
    job = world.add_job(csv_file(GOOD, GOOD))
    world.data.write(keys.batch_chunk(MODEL, job.job, 0), b"other", content_type="x")

    world.run(job)

    assert len(world.table(job)) == 2


def test_refuses_more_chunks_than_a_map_can_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("functions.preparation.plan_batch.MAXIMUM_CHUNKS", 2)
    fits, exceeds = BatchWorld(), BatchWorld()

    assert len(fits.plan(fits.add_job(csv_file(*[GOOD] * 6)))) == 2
    with pytest.raises(BatchSourceError, match="more than 2 chunks of 3 rows; ask for larger"):
        exceeds.plan(exceeds.add_job(csv_file(*[GOOD] * 7)))


LINES = st.lists(
    st.sampled_from([GOOD, "1,x,40,true,south,5", "short,line", "2,7,,0,,3", "a,b,c,d,e,f,g", ""]),
    max_size=12,
)


@pytest.mark.slow
@settings(max_examples=40)
@given(lines=LINES, chunk_rows=st.integers(1, 5))
def test_has_every_row_once_whatever_the_chunks(lines: list[str], chunk_rows: int) -> None:
    world = BatchWorld()
    job = world.add_job(csv_file(*lines), chunk_rows=chunk_rows)

    world.run(job)

    lines = [line for line in lines if line]
    predicted = [int(row["row"]) for row in world.table(job)]
    refused = [row for _, row, _ in world.refused(job)] if len(predicted) < len(lines) else []
    assert sorted(predicted + refused) == list(range(1, len(lines) + 1))
    assert predicted == [n for n, line in enumerate(lines, 1) if line in {GOOD, "2,7,,0,,3"}]
