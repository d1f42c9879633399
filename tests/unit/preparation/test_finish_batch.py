"""A job's results: the answers of the API, each row once, in the caller's format."""

import json

import duckdb
import pytest

from functions.contracts import keys
from functions.contracts.batch import FinishBatchInput
from functions.contracts.batch_format import BatchFormat
from functions.contracts.rollout_messages import StateError
from functions.preparation.finish_batch import IncompleteBatchError, finish_batch
from functions.serving.app import answer_request
from tests.unit.preparation.batch_world import MODEL, BatchWorld
from tests.unit.serving.graphs import linear_graph
from tests.unit.serving.world import PRICE_GRAPH, PRICE_SPEC, TIER_GRAPH, TIER_SPEC, post

RECORDS = [
    {"id": "a", "car_value": 1000.0 * n, "age": 20 + n, "is_member": n % 2 == 0, "salary": 7.5 * n}
    for n in range(1, 8)
]
FILE = ("rows.jsonl", "\n".join(map(json.dumps, RECORDS)).encode())


def answers(world: BatchWorld, model: str, records: list[dict]) -> list[dict]:
    sent = post(f"/models/{model}/predict", {"records": records})
    answer = answer_request(sent, world.serving.ports)
    assert answer.status == 200, answer.body
    return json.loads(answer.body)["predictions"]


@pytest.mark.parametrize("format_", list(BatchFormat))
def test_predicts_what_the_api_answers(format_: BatchFormat, tmp_path) -> None:
    world = BatchWorld()
    job = world.add_job(FILE, format_=format_, keep=("id",))

    world.run(job)

    path = tmp_path / f"part-00000.{format_}"
    path.write_bytes(world.result(job, path.name))
    question = f"SELECT row, id, label, probability::FLOAT FROM '{path}'"  # noqa: S608 - our path
    found = duckdb.sql(question).fetchall()
    records = [{k: v for k, v in record.items() if k != "id"} for record in RECORDS]
    expected = answers(world, MODEL, records)
    assert [(row, id_, label) for row, id_, label, _ in found] == [
        (n, "a", answer["label"]) for n, answer in enumerate(expected, 1)
    ]
    shown = [float(f"{p:.7g}") for *_, p in found]
    assert shown == pytest.approx([answer["probability"] for answer in expected], rel=1e-6)


def test_writes_a_value_for_a_regression_and_every_class_for_many() -> None:
    body = b"door_count,mileage\n4,10\n2,20\n"
    price = BatchWorld(spec=PRICE_SPEC, graph=PRICE_GRAPH)
    tier = BatchWorld(spec=TIER_SPEC, graph=TIER_GRAPH)
    jobs = [world.add_job(("rows.csv", body)) for world in (price, tier)]

    for world, job in zip((price, tier), jobs, strict=True):
        world.run(job)

    assert list(price.table(jobs[0])[0]) == ["row", "value"]
    assert list(tier.table(jobs[1])[0]) == [
        "row",
        "label",
        "probability",
        "probability_gold",
        "probability_silver",
        "probability_tin",
    ]


def test_refuses_rows_without_a_finite_answer() -> None:
    world = BatchWorld(spec=PRICE_SPEC, graph=linear_graph((1e38, 1e38), bias=0.0))
    job = world.add_job(("rows.csv", b"door_count,mileage\n0,0.5\n4,9\nx,1\n0,0\n"))

    output = world.run(job)

    assert (output.predicted, output.refused) == (2, 2)
    assert [row["row"] for row in world.table(job)] == ["1", "4"]
    assert {row: reason[:9] for _, row, reason in world.refused(job)} == {
        2: "the model",
        3: "door_coun",
    }


def test_reports_what_became_of_every_row_and_tells() -> None:
    world = BatchWorld()
    job = world.add_job(
        FILE, ("more.csv", b"id,car_value,is_member,salary\n1,1,true,2\n2,x,true,2\n"), keep=("id",)
    )

    world.run(job)

    report = json.loads(world.result(job, "report.json"))
    assert (report["rows"], report["predicted"], report["refused"]) == (9, 8, 1)
    assert report["files"] == ["part-00000.csv", "part-00001.csv"]
    ((subject, text, _),) = world.notifier.messages
    assert subject == f"{MODEL}: batch job {job.job} is done"
    assert "loan_default/1 answered 8 of 9 rows, 1 were refused" in text


@pytest.mark.slow
def test_goes_on_after_a_failure_at_any_chunk_with_every_row_once() -> None:
    whole = BatchWorld()
    job = whole.add_job(FILE, chunk_rows=2, keep=("id",))
    whole.run(job)
    for failing in range(4):
        world = BatchWorld()
        job = world.add_job(FILE, chunk_rows=2, keep=("id",))
        for chunk in world.plan(job)[:failing]:
            world.predict(chunk)
        with pytest.raises(Exception, match="output"):
            world.finish(job)

        computed = [world.predict(chunk).computed for chunk in world.plan(job)]

        assert computed == [False] * failing + [True] * (4 - failing)
        world.finish(job)
        assert world.table(job) == whole.table(job)


def test_writes_nothing_while_answers_are_missing() -> None:
    world = BatchWorld()
    job = world.add_job(FILE, keep=("id",))
    chunks = world.plan(job)
    for chunk in chunks:
        world.predict(chunk)
    plan_key = keys.batch_plan(MODEL, job.job)
    plan = json.loads(world.data.read(plan_key))
    plan["sources"][0]["chunks"] -= 1
    world.data.write(plan_key, json.dumps(plan).encode(), content_type="x")

    with pytest.raises(IncompleteBatchError, match="7 rows to predict, 6 are answered"):
        world.finish(job)


def test_says_how_to_go_on_after_an_error() -> None:
    world = BatchWorld()
    job = world.add_job(FILE)
    message = FinishBatchInput(
        model=job.model, job=job.job, error=StateError(Error="BatchSourceError", Cause="no column")
    )

    output = finish_batch(message, ports=world.ports)

    assert output.report_key is None
    ((subject, text, _),) = world.notifier.messages
    assert subject.endswith("failed")
    assert "run the same command again" in text
