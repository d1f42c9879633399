"""CSV that is read the fast way comes to what the careful way makes of it."""

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.preparation import batch_plain_rows
from functions.preparation.batch_plain_csv import read_plain_csv
from tests.unit.preparation.reading_carefully import read_carefully
from tests.unit.serving.world import artifact_spec

SCHEMA = FeatureSchema(
    features=(
        Feature(name="amount", type="number"),
        Feature(name="age", type="integer"),
        Feature(name="gap", type="number", max_missing_rate=0.5),
    )
)
SPEC = artifact_spec(schema=SCHEMA)
HEADER = "amount,age,gap"
GOOD = ["1.5,30,-0.0", "-2,0,1e-40", "3.25e2,16777217,5", "0.1,-7,123456789.123456789"]


def written(directory: Path, text: str | bytes, name: str = "rows.csv") -> Path:
    path = directory / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def csv_of(rows: list[str], header: str = HEADER) -> str:
    return "\n".join([header, *rows])


@pytest.mark.parametrize("end", ["", "\n"])
@pytest.mark.parametrize(
    ("header", "rows"),
    [
        (HEADER, GOOD),
        ("gap,other,age,amount", ["1,2,3,4", "-0.0,9,8,7"]),
        ("age,gap,\u00f6l,amount", ["1,2,3,4"]),
    ],
)
def test_reads_what_the_careful_reader_reads(
    header: str, rows: list[str], end: str, tmp_path: Path
) -> None:
    path = written(tmp_path, csv_of(rows, header) + end)

    found = read_plain_csv(path, SPEC)

    expected = read_carefully(path, SPEC)
    assert found is not None
    assert expected is not None
    assert found.tobytes() == expected.tobytes()


def test_reads_packed_lines_block_by_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = read_plain_csv(written(tmp_path, csv_of(GOOD * 50)), SPEC)
    assert plain is not None
    expected = plain.tobytes()
    monkeypatch.setattr(batch_plain_rows, "BLOCK_BYTES", 100)

    packed = gzip.compress(csv_of(GOOD * 50).encode())
    found = read_plain_csv(written(tmp_path, packed, "rows.csv.gz"), SPEC)

    assert found is not None
    assert found.shape == (200, 3)
    assert found.tobytes() == expected


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "1,2",
        "1,2,3,4",
        "1,2,",
        "1,,3",
        '1,2,"3"',
        "1,2,x",
        "1,2,NaN",
        "1,2,inf",
        "1,2,+3",
        "1,2,.5",
        "1,2,5.",
        "1,2,05",
        "1,2,1_000",
        "1, 2,3",
        "1,2,3\t",
        "1,2,3\r",
        "1,2,[3]",
        "1,2,true",
        "1,2,null",
        "1,2,1e39",
        "1,2,-3.5e38",
        "1,2,1e999",
        "1,0.5,3",
        "1,2,18446744073709551616",
        "1,2,\u0663",
    ],
)
@pytest.mark.parametrize("place", [0, 2, 4])
def test_leaves_others_to_the_careful_reader(odd: str, place: int, tmp_path: Path) -> None:
    rows = [*GOOD[:place], odd, *GOOD[place:]]

    assert read_plain_csv(written(tmp_path, csv_of(rows) + "\n"), SPEC) is None


def test_leaves_values_that_are_in_the_wrong_line_to_the_careful_reader(tmp_path: Path) -> None:
    assert read_plain_csv(written(tmp_path, csv_of(["1,2", "3,4,5,6"])), SPEC) is None


@pytest.mark.parametrize(
    "header",
    [
        "",
        "amount,age",
        "amount,age,gap,gap",
        "amount,age,gap,",
        "amount, age,gap",
        'amount,"age",gap',
        "amount;age;gap",
        "amount,age,gap\r",
        "\ufeffamount,age,gap",
    ],
)
def test_leaves_other_headers_to_the_careful_reader(header: str, tmp_path: Path) -> None:
    assert read_plain_csv(written(tmp_path, csv_of(["1,2,3"], header)), SPEC) is None


@pytest.mark.parametrize("content", [b"", b"amount,age,gap", b"amount,age,gap\n", b"\xff\n1"])
def test_leaves_files_without_rows_to_the_careful_reader(content: bytes, tmp_path: Path) -> None:
    assert read_plain_csv(written(tmp_path, content), SPEC) is None


@pytest.mark.parametrize("type_", ["boolean", "string"])
def test_leaves_models_with_other_features_to_the_careful_reader(
    type_: str, tmp_path: Path
) -> None:
    more: dict[str, Any] = {"categories": ("1", "2")} if type_ == "string" else {}
    feature = Feature(name="other", type=type_, **more)
    spec = artifact_spec(schema=FeatureSchema(features=(*SCHEMA.features, feature)))
    path = written(tmp_path, csv_of(["1,2,3,1"], f"{HEADER},other"))

    assert read_plain_csv(path, spec) is None


def test_leaves_packed_bytes_that_are_none_to_the_careful_reader(tmp_path: Path) -> None:
    whole = gzip.compress(csv_of(GOOD * 50).encode())

    for content in (b"x", whole[:-9], whole[:12] + b"\xff" * 20):
        assert read_plain_csv(written(tmp_path, content, "rows.csv.gz"), SPEC) is None


def test_reads_numbers_at_random_as_the_careful_reader(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    patterns = rng.integers(0, 2**64, 4000, dtype=np.uint64).view(np.float64)
    numbers = [*patterns[np.abs(patterns) < 3e38], *rng.normal(size=1000)]
    rows = [f"{number!r},{index},{number:.4g}" for index, number in enumerate(map(float, numbers))]
    path = written(tmp_path, csv_of(rows))

    found, expected = read_plain_csv(path, SPEC), read_carefully(path, SPEC)

    assert found is not None
    assert expected is not None
    assert found.tobytes() == expected.tobytes()
