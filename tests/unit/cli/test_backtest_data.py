from pathlib import Path

import duckdb
import numpy as np
import pytest

from functions.cli.backtest_data import read_history
from functions.cli.errors import UsageError
from functions.contracts.feature_schema import Feature
from functions.contracts.feature_types import FeatureType
from functions.contracts.model_spec import DataRules, ModelSpec, Target, Task, Training


def spec(*, timestamp: str | None = "at", id_: str | None = "id") -> ModelSpec:
    return ModelSpec(
        name="tiny",
        task=Task.BINARY_CLASSIFICATION,
        owner="ann",
        target=Target(name="stays", classes=("no", "yes")),
        data=DataRules(timestamp=timestamp, id=id_),
        features=(
            Feature(name="age", type=FeatureType.INTEGER),
            Feature(name="fuel", type=FeatureType.STRING, categories=("diesel", "gas")),
        ),
        training=Training(metric="roc_auc_score"),
    )


ROWS = [
    "id,at,age,fuel,stays",
    "a,2026-01-02T00:00:00Z,30,gas,yes",
    "b,2026-01-01T00:00:00Z,40,diesel,no",
    "c,2026-01-03,50,,",
    "d,,20,gas,yes",
]


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "history.csv"
    path.write_text("\n".join(ROWS) + "\n", encoding="utf-8")
    return path


def test_encodes_rows_that_have_a_label_and_a_time(csv: Path) -> None:
    rows = read_history(spec(), [csv], labels=None, time_column=None)

    assert rows.x.tolist() == [[30.0, 1.0], [40.0, 0.0]]
    assert rows.y.tolist() == [1, 0]
    assert np.diff(rows.times).tolist() == [-86_400_000_000]
    assert rows.notes == (
        "1 of 4 rows have no label and are left out",
        "1 of 4 rows have no readable time and are left out",
        "the rows are not in the order of time and were sorted",
    )


def test_joins_labels_of_a_file_of_their_own(csv: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("stays,id\nno,c\n", encoding="utf-8")

    rows = read_history(spec(), [csv], labels=labels, time_column=None)

    assert rows.y.tolist() == [1, 0, 0]
    assert np.isnan(rows.x[2, 1])


def test_reads_parquet_and_csv_together(csv: Path, tmp_path: Path) -> None:
    more = tmp_path / "more.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT 'e' AS id, TIMESTAMP '2026-02-01' AS at, 7 AS age, 'gas' AS fuel, "
            f"'no' AS stays) TO '{more}'"
        )

    rows = read_history(spec(), [csv, more], labels=None, time_column=None)

    assert rows.x[-1].tolist() == [7.0, 1.0]


def test_takes_another_column_of_times(csv: Path) -> None:
    csv.write_text(csv.read_text().replace("id,at,", "id,seen,"), encoding="utf-8")

    rows = read_history(spec(timestamp=None), [csv], labels=None, time_column="seen")

    assert len(rows.y) == 2


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("id,at,age", "id,at,years", r"has no column 'age' \(feature\); it has id, at, years"),
        ("fuel,stays", "fuel,left", r"has no column 'stays' \(labels\)"),
        ("id,at", "id,when", r"has no column 'at' \(times\).*; name another with --time-column"),
        ("gas,yes", "gas,maybe", "column stays: label 'maybe' is none of the classes 'no', 'yes'"),
    ],
)
def test_says_what_a_file_lacks(csv: Path, old: str, new: str, words: str) -> None:
    csv.write_text(csv.read_text().replace(old, new), encoding="utf-8")

    with pytest.raises(UsageError, match=words):
        read_history(spec(), [csv], labels=None, time_column=None)


def test_refuses_rows_of_which_none_has_a_label(csv: Path) -> None:
    csv.write_text("\n".join([ROWS[0], ROWS[3]]), encoding="utf-8")

    with pytest.raises(UsageError, match="none of 1 rows has a label"):
        read_history(spec(), [csv], labels=None, time_column=None)


def test_refuses_what_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.csv is no file"):
        read_history(spec(), [tmp_path / "nowhere.csv"], labels=None, time_column=None)


def test_needs_to_know_which_column_dates_the_rows(csv: Path) -> None:
    with pytest.raises(UsageError, match="say with --time-column"):
        read_history(spec(timestamp=None), [csv], labels=None, time_column=None)


def test_needs_ids_to_join_labels(csv: Path) -> None:
    with pytest.raises(UsageError, match=r"names no data\.id"):
        read_history(spec(id_=None), [csv], labels=csv, time_column=None)
