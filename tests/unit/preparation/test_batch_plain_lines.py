"""JSON lines that are read the fast way come to what the careful way makes of them."""

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.preparation import batch_plain_rows
from functions.preparation.batch_plain_lines import read_plain_lines
from tests.unit.preparation.reading_carefully import read_carefully
from tests.unit.serving.world import artifact_spec

SCHEMA = FeatureSchema(
    features=(
        Feature(name="amount", type="number"),
        Feature(name="age", type="integer", max_missing_rate=0.5),
        Feature(name="member", type="boolean", max_missing_rate=0.5),
        Feature(name="fuel", type="string", categories=("gas", "\u00f6l")),
    )
)
SPEC = artifact_spec(schema=SCHEMA)
GOOD: list[dict[str, Any]] = [
    {"amount": 1.5, "age": 30, "member": True, "fuel": "gas"},
    {"fuel": "\u00f6l", "amount": -0.0, "age": None},
    {"amount": 3, "fuel": "wood } {", "member": False},
    {"amount": 1e-40, "age": 2.0, "member": None, "fuel": "gas"},
]


def lines_of(rows: list[dict[str, Any]]) -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def written(directory: Path, content: bytes, name: str = "rows.jsonl") -> Path:
    path = directory / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("end", [b"", b"\n", b"\n\n"])
def test_reads_what_the_careful_reader_reads(end: bytes, tmp_path: Path) -> None:
    path = written(tmp_path, lines_of(GOOD) + end)

    rows = read_plain_lines(path, SPEC)

    expected = read_carefully(path, SPEC)
    assert rows is not None
    assert expected is not None
    assert rows.tobytes() == expected.tobytes()


def test_reads_packed_lines_block_by_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_plain_rows, "BLOCK_BYTES", 100)
    content = lines_of(GOOD * 50)

    plain = read_plain_lines(written(tmp_path, content), SPEC)
    assert plain is not None
    expected = plain.tobytes()
    packed = read_plain_lines(written(tmp_path, gzip.compress(content), "rows.jsonl.gz"), SPEC)

    assert packed is not None
    assert packed.shape == (200, 4)
    assert packed.tobytes() == expected


def test_leaves_lines_that_are_longer_than_a_block_to_the_careful_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_plain_rows, "BLOCK_BYTES", 80)
    line = lines_of(GOOD[:1])

    assert read_plain_lines(written(tmp_path, line + b" " * 200 + b"\n" + line), SPEC) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        lines_of(GOOD).replace(b"\n", b"\r\n"),
        lines_of(GOOD).replace(b"\n", b"\n\n"),
        lines_of(GOOD).replace(b"\n", b" "),
        lines_of(GOOD) + b"\n{}",
        lines_of(GOOD) + b"\nx",
        lines_of(GOOD) + b"\n[1]",
        lines_of(GOOD) + b"\xff",
        lines_of([*GOOD, {"amount": "1", "fuel": "gas"}]),
        lines_of([*GOOD, {"amount": None, "fuel": "gas"}]),
        lines_of([*GOOD, {"amount": 1e39, "fuel": "gas"}]),
        lines_of([*GOOD, {"amount": 1, "fuel": "gas", "age": 0.5}]),
        lines_of([*GOOD, {"amount": 1, "fuel": "gas", "member": 1}]),
        lines_of([*GOOD, {"amount": 1, "fuel": 'say "gas"'}]),
        lines_of([*GOOD, {"amount": 1, "fuel": "gas", "other": 1}]),
        b'{"amount":1,"amount":2,"fuel":"gas"}',
        b'{"amount":1,\n"fuel":"gas"}',
        b'{"amount":1,"fuel":"gas"} {"amount":1,"fuel":"gas"}',
        b'{"amount":1,"fuel":"gas"}{"amount":1,"fuel":"gas"}\n{"amount":1,"fuel":"x}\n{gas"}',
        b'{"amount":NaN,"fuel":"gas"}',
        b'\xef\xbb\xbf{"amount":1,"fuel":"gas"}',
    ],
)
def test_leaves_others_to_the_careful_reader(content: bytes, tmp_path: Path) -> None:
    assert read_plain_lines(written(tmp_path, content), SPEC) is None


def test_leaves_packed_bytes_that_are_none_to_the_careful_reader(tmp_path: Path) -> None:
    whole = gzip.compress(lines_of(GOOD))

    for content in (b"x", whole[:-9], whole[:12] + b"\xff" * 20):
        assert read_plain_lines(written(tmp_path, content, "rows.jsonl.gz"), SPEC) is None


def test_leaves_a_model_that_is_read_strictly_to_the_careful_reader(tmp_path: Path) -> None:
    feature = Feature(name="records", type="number")
    spec = artifact_spec(schema=FeatureSchema(features=(feature,)))

    assert read_plain_lines(written(tmp_path, b'{"records":1}'), spec) is None


def test_reads_rows_at_random_as_the_careful_reader(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    odd: list[Any] = [None, "gas", "\u00f6l", True, 0.5, 3, -2.0, 1e39, "x\u2028y"]
    found = []
    for _ in range(60):
        rows = [dict(GOOD[index]) for index in rng.integers(0, len(GOOD), 5)]
        name = str(rng.choice(["amount", "age", "member", "fuel"]))
        rows[int(rng.integers(5))][name] = odd[int(rng.integers(len(odd)))]
        path = written(tmp_path, lines_of(rows))

        fast, expected = read_plain_lines(path, SPEC), read_carefully(path, SPEC)

        found.append(fast is not None)
        assert (fast is None) or (expected is not None and fast.tobytes() == expected.tobytes())
    assert {True, False} == set(found)
