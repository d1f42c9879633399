import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.core.profile import profile_predictions
from functions.core.replay import (
    DIFFERING_ROWS,
    ReplayComparison,
    ReplayedRows,
    ReplayMismatchError,
    compare_replay,
    merge_replay,
)
from tests.unit.core.drift_world import personal, rows, spec
from tests.unit.core.replay_world import multiclass_spec, part, regression_spec, replayed

WHOLE = replayed(300, factor=1.2)


def test_counts_agreement_and_sums_differences() -> None:
    found = compare_replay(spec(), WHOLE)

    positive, new = WHOLE.champion[:, 1], WHOLE.challenger[:, 1]
    assert (found.rows, found.compared) == (300, 300)
    assert found.agreeing == ((positive >= 0.5) == (new >= 0.5)).sum()
    assert 0 < found.agreeing < 300
    assert found.absolute_differences == pytest.approx(np.abs(positive - new).sum(), rel=1e-6)
    assert found.champion == profile_predictions(spec().task, WHOLE.champion)
    assert found.labelled.seen == 200


def test_shows_the_rows_that_differ_most_with_both_answers() -> None:
    found = compare_replay(spec(), WHOLE)

    differences = np.abs(WHOLE.champion[:, 1] - WHOLE.challenger[:, 1])
    assert len(found.differing) == DIFFERING_ROWS
    first = found.differing[0]
    place = int(first.inference_id[1:])
    assert first.difference == pytest.approx(differences.max(), rel=1e-6)
    assert first.champion["probability"] == pytest.approx(WHOLE.champion[place, 1])
    assert first.challenger["probability"] == pytest.approx(WHOLE.challenger[place, 1])
    assert first.features["amount"] == pytest.approx(float(WHOLE.matrix[place, 0]))
    assert first.features["fuel"] in {"diesel", "gas", "none"}
    assert isinstance(first.features["is_new"], bool)
    assert [row.difference for row in found.differing] == sorted(
        (row.difference for row in found.differing), reverse=True
    )


def test_leaves_out_what_is_personal() -> None:
    found = compare_replay(spec(personal("amount")), WHOLE)

    assert set(found.differing[0].features) == {"fuel", "is_new"}
    assert "amount" not in found.model_dump_json()


def test_tells_missing_from_unseen() -> None:
    matrix = rows(2, seed=1)
    matrix[0, 1], matrix[1, 1] = -1.0, np.nan
    outputs = np.array([[0.4, 0.6], [0.4, 0.6]], dtype=np.float32)
    other = np.array([[0.5, 0.5], [0.1, 0.9]], dtype=np.float32)

    found = compare_replay(spec(), ReplayedRows(["a", "b"], matrix, outputs, other))

    shown = {row.inference_id: row.features["fuel"] for row in found.differing}
    assert shown == {"a": "(unseen)", "b": None}


def test_shows_no_row_that_is_answered_alike() -> None:
    found = compare_replay(spec(), replayed(50))

    assert found.differing == ()
    assert found.agreeing == found.rows == 50


def test_rows_without_an_answer_are_counted_and_named() -> None:
    challenger = WHOLE.challenger.copy()
    challenger[[3, 7]] = np.nan

    found = compare_replay(spec(), replace(WHOLE, challenger=challenger))

    assert (found.champion_unanswered, found.challenger_unanswered) == (0, 2)
    assert found.unanswered == ("r3", "r7")
    assert found.compared == 298
    assert math.isfinite(found.absolute_differences)


def test_values_agree_within_the_tolerance() -> None:
    whole = ReplayedRows(
        ["a", "b", "c"],
        rows(3, seed=1),
        np.array([[10.0], [10.0], [10.0]], dtype=np.float32),
        np.array([[10.0], [11.0], [13.0]], dtype=np.float32),
        np.array([9.0, np.nan, 12.0]),
    )

    assert compare_replay(regression_spec(), whole).agreeing == 1
    found = compare_replay(regression_spec(), whole, tolerance=1.0)
    assert found.agreeing == 2
    assert found.absolute_differences == 4.0
    assert found.differing[0].champion == {"value": 10.0}
    assert found.labelled.arrays()[0].tolist() == [9.0, 12.0]


def test_classes_agree_where_the_likeliest_is_the_same() -> None:
    whole = ReplayedRows(
        ["a", "b"],
        rows(2, seed=1),
        np.array([[0.6, 0.3, 0.1], [0.6, 0.3, 0.1]], dtype=np.float32),
        np.array([[0.5, 0.1, 0.4], [0.2, 0.7, 0.1]], dtype=np.float32),
    )

    found = compare_replay(multiclass_spec(), whole)

    assert found.agreeing == 1
    assert found.absolute_differences == pytest.approx(0.3 + 0.4)
    assert found.differing[0].challenger["label"] == "silver"
    assert found.labelled.seen == 0


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 300), max_size=6))
def test_parts_add_up_to_the_whole(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), 300]
    parts = [compare_replay(spec(), part(WHOLE, slice(a, b))) for a, b in pairwise(edges)]

    merged, whole = merge_replay(parts), compare_replay(spec(), WHOLE)

    approximate = {"absolute_differences", "champion", "challenger"}
    assert merged.model_dump(exclude=approximate) == whole.model_dump(exclude=approximate)
    assert merged.absolute_differences == pytest.approx(whole.absolute_differences)
    for one, other in ((merged.champion, whole.champion), (merged.challenger, whole.challenger)):
        assert one.counts == other.counts


def test_is_read_as_it_was_written() -> None:
    found = compare_replay(spec(), WHOLE)

    assert ReplayComparison.model_validate_json(found.model_dump_json()) == found


def test_refuses_answers_of_other_rows() -> None:
    with pytest.raises(ReplayMismatchError, match="300 ids, a matrix of 300 rows"):
        compare_replay(spec(), replace(WHOLE, challenger=WHOLE.challenger[:299]))
    with pytest.raises(ReplayMismatchError, match="the same classes"):
        compare_replay(spec(), replace(WHOLE, challenger=WHOLE.challenger[:, :1]))
    with pytest.raises(ReplayMismatchError):
        compare_replay(spec(), replace(WHOLE, truth=np.zeros(2)))


def test_there_must_be_a_part() -> None:
    with pytest.raises(ReplayMismatchError, match="no parts"):
        merge_replay([])
