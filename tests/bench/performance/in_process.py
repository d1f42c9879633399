"""(a) From an event to its response, in one process."""

import base64
import json
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import onnxruntime as ort

from functions.inference.onnx_model import session_options
from functions.serving.app import answer_event
from tests.bench.performance.figures import Table, Timing, show_ratio, show_us, take_turns
from tests.bench.performance.textbook import make_handler
from tests.bench.subjects import TEXTS, body_of, event_of, graph, ports_of, schema_of

OURS, CAPTURED = "Windvane, without its capture", "Windvane"
BARE, BOUND = "parse + run + format", "the same, with bound buffers"
ASYNC, PLAIN = "FastAPI + Mangum, `async def`", "FastAPI + Mangum, `def`"
BASE64_OURS = "Windvane, its body sent as base64"
TEXTS_OURS = "Windvane, a third of the features strings"
MANY_OURS, MANY_BARE = "Windvane, 1,000 rows", "parse + run + format, 1,000 rows"
MANY_ASYNC = "FastAPI + Mangum, `async def`, 1,000 rows"


def measure() -> Table:
    """Return the table of one row and of 1,000 rows."""
    one = take_turns(_one_row(), rounds=60, calls=100)
    many = take_turns(_many_rows(), rounds=20, calls=5)
    slow = take_turns({PLAIN: _textbook(asynchronous=False)}, rounds=5, calls=50)
    timings = {**one, **slow, **many}
    medians = {name: timing.median_us for name, timing in timings.items()}
    claims = _claims(medians)
    rows = [[name, *_cells(timing), claims.get(name, "")] for name, timing in timings.items()]
    return Table(
        "(a) From an event to its response, in one process",
        (
            "A logistic regression of 25 features, a REST API's event of a signed request; the"
            " subjects take turns of 100 calls, or 5 of 1,000 rows. Windvane reads the"
            " event, checks who asks, chooses the version, and checks each value."
            " *Parse + run + format* does none of that: msgspec parses the body,"
            " `InferenceSession.run` runs the row, an f-string or msgspec writes the predictions.",
            _explain_floor(medians),
        ),
        ("", "median", "p99", "median against"),
        rows,
    )


def _explain_floor(medians: dict[str, float]) -> str:
    """Return what an eighteenth of the textbook's time would have room for, in this run."""
    room, bound = medians[ASYNC] / 18, medians[BOUND]
    return (
        f"An eighteenth of the textbook's `async def` is {room:.1f} µs in this run. The subject"
        f" with bound buffers, which parses, runs and formats, and neither reads an event nor"
        f" checks anybody, takes {bound:.1f} µs, 1/{medians[ASYNC] / bound:.0f} of `async def`."
    )


def _cells(timing: Timing) -> tuple[str, str]:
    return show_us(timing.median_us), show_us(timing.quantile_us(0.99))


def _claims(medians: dict[str, float]) -> dict[str, str]:
    more = medians[CAPTURED] - medians[OURS]
    captured = f"{more:.1f} µs more (at most 8: {'kept' if more <= 8 else 'missed'})"
    of_bound = f"{medians[OURS] / medians[BOUND]:.3g} times with bound buffers"
    bare = show_ratio(medians[OURS], medians[BARE], 1.5)
    textbook = show_ratio(medians[OURS], medians[ASYNC], 1 / 18)
    return {
        OURS: f"parse + run + format: {bare}; {of_bound}; `async def`: {textbook}",
        CAPTURED: f"without its capture: {captured}",
        TEXTS_OURS: "parse + run + format of numbers: "
        + show_ratio(medians[TEXTS_OURS], medians[BARE], 2),
        BASE64_OURS: "parse + run + format: "
        + show_ratio(medians[BASE64_OURS], medians[BARE], 1.5),
        MANY_OURS: "parse + run + format: "
        + show_ratio(medians[MANY_OURS], medians[MANY_BARE], 1.2),
    }


def _one_row() -> dict[str, Callable[[], object]]:
    quiet, noted, strings = (
        ports_of(captures=False),
        ports_of(),
        ports_of(TEXTS, captures=False),
    )
    event, of_texts = event_of(body_of(1)), event_of(body_of(1, TEXTS))
    packed = base64.b64encode(body_of(1).encode()).decode()
    as_base64 = {**event_of(packed), "isBase64Encoded": True}
    return {
        OURS: lambda: answer_event(event, quiet),
        BARE: _bare(body_of(1)),
        BOUND: _bound(body_of(1)),
        CAPTURED: lambda: answer_event(event, noted),
        BASE64_OURS: lambda: answer_event(as_base64, quiet),
        TEXTS_OURS: lambda: answer_event(of_texts, strings),
        ASYNC: _textbook(asynchronous=True),
    }


def _many_rows() -> dict[str, Callable[[], object]]:
    quiet, event = ports_of(captures=False), event_of(body_of(1000))
    return {
        MANY_OURS: lambda: answer_event(event, quiet),
        MANY_BARE: _bare_batch(body_of(1000)),
        MANY_ASYNC: _textbook(asynchronous=True, rows=1000),
    }


def _session() -> ort.InferenceSession:
    return ort.InferenceSession(graph(), session_options(1), providers=["CPUExecutionProvider"])


def _bare(body: str) -> Callable[[], object]:
    session, decode = _session(), msgspec.json.decode

    def bare() -> str:
        matrix = np.array([list(decode(body).values())], dtype=np.float32)
        probability = session.run(["probabilities"], {"rows": matrix})[0][0, 1]
        label = int(probability >= 0.5)
        return f'{{"predictions":[{{"label":{label},"probability":{probability}}}]}}'

    return bare


def _bound(body: str) -> Callable[[], object]:
    session, decode = _session(), msgspec.json.decode
    row, answer = np.zeros((1, 25), np.float32), np.zeros((1, 2), np.float32)
    binding = session.io_binding()
    values = [ort.OrtValue.ortvalue_from_numpy(array) for array in (row, answer)]
    binding.bind_ortvalue_input("rows", values[0])
    binding.bind_ortvalue_output("probabilities", values[1])

    def bound() -> str:
        assert values
        row[0] = tuple(decode(body).values())
        session.run_with_iobinding(binding)
        probability = answer[0, 1]
        label = int(probability >= 0.5)
        return f'{{"predictions":[{{"label":{label},"probability":{probability}}}]}}'

    return bound


def _bare_batch(body: str) -> Callable[[], object]:
    session, decode, encode = _session(), msgspec.json.decode, msgspec.json.encode

    def bare() -> bytes:
        rows = [list(record.values()) for record in decode(body)["records"]]
        matrix = np.array(rows, dtype=np.float32)
        probabilities = session.run(["probabilities"], {"rows": matrix})[0][:, 1].tolist()
        predictions = [{"label": int(p >= 0.5), "probability": p} for p in probabilities]
        return encode({"predictions": predictions})

    return bare


def _textbook(*, asynchronous: bool, rows: int = 1) -> Callable[[], object]:
    handler = make_handler(graph(), list(schema_of(0).names), asynchronous=asynchronous)
    path = "/models/bench/predict" + ("" if rows == 1 else "_batch")
    event: dict[str, Any] = {**event_of(body_of(rows)), "resource": path, "path": path}
    answer = handler(event, None)
    assert answer["statusCode"] == 200, answer
    assert len(json.loads(answer["body"])["predictions"]) == rows
    return lambda: handler(event, None)
