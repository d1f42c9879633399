"""A drill's rows are real ones, told by their inference ids."""

import json
from datetime import timedelta

import numpy as np
import pytest

from functions.cli.drill.rows import (
    ROWS_PER_REQUEST,
    break_unit,
    capture_lines,
    choose_drifted,
    read_served,
)
from functions.cli.errors import RefusedError
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.core.hourly_lines import read_source
from tests.fakes.documents import NOW
from tests.unit.cli.drill.drill_world import Stage
from tests.unit.release.world import FEATURES, MODEL

SCHEMA = FeatureSchema(features=FEATURES)
CATEGORIES = FeatureSchema(
    features=(Feature(name="clay", type="string", categories=("a", "b"), max_missing_rate=0.1),)
)
ROWS = np.random.default_rng(1).normal(size=(1000, 3)).astype(np.float32)


def test_draws_real_rows_of_another_population_each_once() -> None:
    drifted, (column,) = choose_drifted(ROWS, SCHEMA)

    index = [feature.name for feature in FEATURES].index(column)
    known = {row.tobytes() for row in ROWS}
    assert len({row.tobytes() for row in drifted}) == len(drifted) == 500
    assert all(row.tobytes() in known for row in drifted)
    assert drifted[:, index].mean() - ROWS[:, index].mean() > 0.5


def test_moves_as_many_columns_as_count() -> None:
    drifted, names = choose_drifted(ROWS, SCHEMA, columns=2)

    known = [feature.name for feature in FEATURES]
    assert len(names) == 2
    for name in names:
        index = known.index(name)
        assert drifted[:, index].mean() - ROWS[:, index].mean() > 0.3


def test_ranks_missing_values_lowest() -> None:
    rows = ROWS.copy()
    rows[:400, 0] = np.nan

    drifted, _ = choose_drifted(rows[:, :1], FeatureSchema(features=FEATURES[:1]))

    assert np.isnan(drifted).mean() < 0.2


def test_breaks_one_number_of_every_row() -> None:
    broken, what = break_unit(ROWS, SCHEMA)

    changed = (broken != ROWS).any(axis=0)
    column = int(np.flatnonzero(changed)[0])
    assert changed.sum() == 1
    assert np.array_equal(broken[:, column], ROWS[:, column] * np.float32(1000.0))
    assert what == f"{FEATURES[column].name} 1000 times as large"


def test_leaves_a_column_out_where_there_is_no_number() -> None:
    codes = np.array([[0.0], [1.0]] * 50, dtype=np.float32)

    broken, what = break_unit(codes, CATEGORIES)

    assert np.isnan(broken).all()
    assert what == "clay missing"


def test_refuses_a_model_whose_features_are_all_personal() -> None:
    personal = FeatureSchema(features=(Feature(name="age", type="number", pii=True),))

    with pytest.raises(RefusedError, match="every feature is personal"):
        choose_drifted(ROWS[:, :1], personal)


def test_writes_lines_that_compaction_reads_and_anybody_can_tell() -> None:
    stage = Stage()
    stage.world.add_champion()
    served = read_served(stage.cast())

    body = capture_lines("drift-1", served, served.rows[:120], until=NOW)

    lines = [json.loads(line) for line in body.splitlines()]
    assert [line["n"] for line in lines] == [ROWS_PER_REQUEST, ROWS_PER_REQUEST, 20]
    assert [line["id"] for line in lines] == ["drift-1-0000", "drift-1-0001", "drift-1-0002"]
    source = read_source("source", body, NOW)
    assert source.corrupt_lines == 0
    hours = {
        key.hour: sum(len(block.ids) for block in groups.values())
        for key, groups in source.hours.items()
    }
    assert sum(hours.values()) == 120
    assert {key.model for key in source.hours} == {MODEL}
    assert max(hours) <= NOW - timedelta(seconds=1)


def test_refuses_a_model_without_a_champion_or_without_its_rows() -> None:
    stage = Stage()
    with pytest.raises(RefusedError, match="tiny has no champion on stage dev: train it first"):
        read_served(stage.cast())

    stage.world.add_champion()
    stage.world.data.versions.clear()
    with pytest.raises(RefusedError, match="the rows of tiny/1 are gone"):
        read_served(stage.cast())
