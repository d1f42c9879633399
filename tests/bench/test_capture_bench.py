"""What a capture costs a request; `make bench` measures, `make test` runs each once."""

import os
from collections.abc import Iterator
from typing import Any, TextIO

import numpy as np
import pytest

from functions.contracts.model_spec import CapturePolicy
from functions.core.capture_encoding import AnsweredRows
from functions.core.capture_expansion import expand_capture
from functions.core.log_batches import collect_lines
from functions.serving.capture import CaptureWriter
from tests.unit.core.test_capture_encoding import HEX_ID, NOW, ROLE, schema

SCHEMA = schema(25)
PERSONAL = schema(25, pii=frozenset({3}))
POLICIES = {
    "all": CapturePolicy(),
    "sampled": CapturePolicy(sample_percent=99.99),
    "hashed": CapturePolicy(pii="hash"),
}


@pytest.fixture
def pipe() -> Iterator[TextIO]:
    """Standard output as Lambda gives it: somebody reads the other end."""
    read_end, write_end = os.pipe()
    reader = os.fork()
    if reader == 0:
        os.close(write_end)
        while os.read(read_end, 1 << 16):
            pass
        os._exit(0)
    os.close(read_end)
    with os.fdopen(write_end, "w") as stream:
        yield stream
    os.waitpid(reader, 0)


def answered(rows: int, policy: str) -> AnsweredRows:
    values = np.random.default_rng(5).normal(size=(rows, 27)).astype(np.float32)
    return AnsweredRows(
        inference_id=HEX_ID,
        model="loan_default",
        version=7,
        schema=PERSONAL if policy == "hashed" else SCHEMA,
        matrix=values[:, :25].copy(),
        outputs=values[:, 25:].copy(),
        at=NOW,
        routing_key=ROLE,
        caller=ROLE,
        latency_us=1234,
        policy=POLICIES[policy],
    )


@pytest.mark.parametrize(
    ("rows", "policy"), [(1, "all"), (1, "sampled"), (1, "hashed"), (1000, "all")]
)
def test_writes_a_capture(benchmark: Any, pipe: TextIO, rows: int, policy: str) -> None:
    writer = CaptureWriter(lambda: pipe, log=lambda *_: None, secret=lambda: b"k" * 32)
    request = answered(rows, policy)
    fields = request._asdict()

    benchmark(lambda: writer.write(AnsweredRows(**fields)))

    assert writer.lost_rows == writer.unhashed_rows == 0
    assert writer.rows >= rows


def test_reads_a_batch_of_a_log(benchmark: Any) -> None:
    lines: list[str] = []
    stream = type("Kept", (), {"write": lines.append, "flush": lambda: None})
    writer = CaptureWriter(lambda: stream, log=lambda *_: None)  # type: ignore[arg-type]
    for number in range(1000):
        writer.write(answered(1, "all")._replace(inference_id=f"{number:032x}"))

    found = benchmark(lambda: collect_lines(tuple(lines)))

    assert found.rows == 1000
    assert max(len(line.rstrip().encode()) for line in lines) <= 300
    assert expand_capture(lines[0].encode()).caller == ROLE
