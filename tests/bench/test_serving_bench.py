"""How long the prediction API takes; `make bench` measures, `make test` runs each once."""

import base64
import gzip
import json
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from functions.contracts.access import AccessRules
from functions.core.compiled_records import compile_reader
from functions.core.records import RecordReader
from functions.serving.app import answer_event
from functions.serving.gate import StageGate
from tests.bench.subjects import records_of, spec_of
from tests.unit.serving.test_events import rest_event
from tests.unit.serving.world import GOOD_LOAN, LOAN_GRAPH, World, artifact_spec, get


@pytest.fixture
def world() -> World:
    world = World()
    world.publish(artifact_spec(maximum_rows=10_000), LOAN_GRAPH)
    world.ports.versions.champion("loan_default")
    return world


def event_of(document: object) -> dict[str, Any]:
    path = "models/loan_default/predict"
    return rest_event(path=f"/{path}", pathParameters={"proxy": path}, body=json.dumps(document))


@pytest.mark.parametrize("rows", [1, 100, 5000])
def test_answers_an_event(benchmark: Any, world: World, rows: int) -> None:
    event = event_of({"records": [GOOD_LOAN] * rows})

    def answer() -> dict[str, object]:
        world.stdout.seek(0)
        return answer_event(event, world.ports)

    answered = benchmark(answer)

    assert answered["statusCode"] == 200
    assert len(json.loads(answered["body"])["predictions"]) == rows


def packed(body: bytes) -> dict[str, Any]:
    """An event with a compressed body, as API Gateway hands over bytes."""
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    text = base64.b64encode(gzip.compress(body, 9)).decode()
    return event_of(None) | {"body": text, "isBase64Encoded": True, "headers": headers}


def sent_to(path: str, body: str, content_type: str = "application/json") -> dict[str, Any]:
    """An event with a body for another route."""
    path = f"models/loan_default/{path}"
    headers = {"content-type": content_type}
    return event_of(None) | {
        "resource": "/{proxy+}",
        "path": f"/{path}",
        "pathParameters": {"proxy": path},
        "body": body,
        "headers": headers,
    }


def csv_of(rows: str) -> dict[str, Any]:
    return sent_to("invocations", f"a\n{rows}", "text/csv")


def outcomes_of(outcomes: object) -> dict[str, Any]:
    return sent_to("ground-truth", json.dumps(outcomes))


WIDE = {"name": "a", "shape": [5_000, 200], "datatype": "BYTES"}
INPUT = {"name": "a", "shape": [1], "datatype": "FP32", "data": [0]}


def tensors_of(tensor: object, count: int) -> dict[str, Any]:
    path = "v2/models/loan_default/infer"
    body = json.dumps({"inputs": [tensor] * count})
    return event_of(None) | {
        "resource": "/{proxy+}",
        "path": f"/{path}",
        "pathParameters": {"proxy": path},
        "body": body,
    }


def tensor_ending_in(value: str) -> dict[str, Any]:
    """An event with as many values as there may be, all in order but the last."""
    count = 4 * 9_900
    data = ",".join(["1." + "5" * 100] * (count - 1) + [value])
    tensor = f'{{"name":"x","shape":[9900,4],"datatype":"FP64","data":[{data}]}}'
    return tensors_of(None, 0) | {"body": f'{{"inputs":[{tensor}]}}'}


WRONG_AT_LAST = [*[GOOD_LOAN] * 9_998, {**GOOD_LOAN, "age": "x"}]

# A refusal takes at most 50 ms, but for those that `docs/reference/http-api.md` names.
REFUSED: dict[str, tuple[int, dict[str, Any]]] = {
    "a megabyte of brackets": (400, event_of(None) | {"body": "[" * 1_000_000}),
    "four megabytes of brackets": (400, event_of(None) | {"body": "[" * 4_400_000}),
    "four megabytes of strings": (422, event_of({"records": "a" * 4_400_000})),
    "a body beyond the limit": (413, event_of(None) | {"body": "9" * 6_000_000}),
    "a bomb of a gigabyte": (413, packed(b"0" * 1_000_000_000)),
    "a bomb of brackets": (400, packed(b"[" * 4_400_000)),
    "rows beyond the limit": (413, event_of({"records": [GOOD_LOAN] * 20_000})),
    "a packed megabyte of NaN": (413, packed(b"[" + b"NaN," * 1_100_000 + b"NaN]")),
    "NaN as often as there may be values": (400, packed(b"[" + b"NaN," * 1_000_000 + b"NaN]")),
    "half a surrogate pair among rows": (
        400,
        event_of({"records": [GOOD_LOAN] * 5_000 + ["\ud800"]}),
    ),
    "a million empty rows": (413, event_of({"records": [{}] * 1_000_000})),
    "every key twice": (413, packed(b"[" + b'{"a":1,"a":1},' * 300_000 + b"1]")),
    "two million rows of CSV": (413, csv_of("1\n" * 2_000_000)),
    "two million values of CSV": (413, csv_of("," * 2_000_000)),
    "seventy thousand tensors": (413, tensors_of(INPUT, 70_000)),
    "a tensor of two hundred columns": (
        422,
        tensors_of(
            {**INPUT, "shape": [5_000, 200], "datatype": "BYTES", "data": [""] * 1_000_000}, 1
        ),
    ),
    "every outcome wrong": (422, outcomes_of([{}] * 5_000)),
    "every row wrong": (422, event_of({"records": [{**GOOD_LOAN, "age": "x"}] * 9_000})),
    "a strange path": (404, event_of(None) | {"resource": None, "path": "/" + "a/" * 2_000}),
    "four megabytes that end in no JSON": (400, tensor_ending_in("x")),
    "no event": (400, {"Records": [{"body": "x" * 1_000_000}]}),
    "four megabytes that end in another type": (400, tensor_ending_in('"x"')),
    "rows that end in another type": (422, event_of({"records": WRONG_AT_LAST})),
    "rows that end in a key twice": (
        400,
        event_of(None) | {"body": json.dumps({"records": WRONG_AT_LAST})[:-3] + ',"age":1}]}'},
    ),
    "rows of CSV that end in another type": (400, csv_of("1\n" * 9_998 + "x\n")),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refuses(benchmark: Any, world: World, what: str) -> None:
    status, event = REFUSED[what]

    answered = benchmark(lambda: answer_event(event, world.ports))

    assert answered["statusCode"] == status


def test_refuses_who_is_not_let_in(benchmark: Any, world: World) -> None:
    gate = StageGate(AccessRules(), now=world.clock.now)
    ports = replace(world.ports, gate=gate)
    event = event_of({"records": [GOOD_LOAN] * 5_000})

    answered = benchmark(lambda: answer_event(event, ports))

    assert answered["statusCode"] == 401


def test_reads_one_record(benchmark: Any) -> None:
    reader = RecordReader.for_spec(artifact_spec())

    batch = benchmark(lambda: reader.read(GOOD_LOAN))

    assert batch.matrix.shape == (1, 5)


@pytest.mark.parametrize("rows", [10, 1000, 5000])
@pytest.mark.parametrize("form", ["records", "columns"])
def test_reads_rows_of_25_numbers(benchmark: Any, form: str, rows: int) -> None:
    reader = compile_reader(RecordReader.for_spec(spec_of()))
    assert reader is not None
    records = records_of(rows)
    columns = {name: [record[name] for record in records] for name in records[0]}
    body = json.dumps({form: records if form == "records" else columns}).encode()

    batch = benchmark(lambda: reader.read(body))

    assert batch.matrix.shape == (rows, 25)


def test_runs_one_row(benchmark: Any, world: World) -> None:
    graph = world.ports.versions.champion("loan_default").graph
    row = np.zeros((1, 5), dtype=np.float32)

    outputs = benchmark(lambda: graph.run(row))

    assert outputs.shape == (1, 2)


def test_describes_itself(benchmark: Any, world: World) -> None:
    response = benchmark(lambda: world.answer_pages(get("/openapi.json")))

    assert response.status == 200
    assert world.lines() == []
