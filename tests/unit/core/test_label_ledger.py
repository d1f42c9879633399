from datetime import timedelta

import numpy as np
import pytest

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.capture import GroundTruthLine
from functions.contracts.labels import EXAMPLES, LabelOutcome
from functions.contracts.model_spec import Task
from functions.core.arrays import ArrayFormatError
from functions.core.hourly_rows import microseconds
from functions.core.label_ledger import (
    Entries,
    FindSpec,
    Judged,
    ReportedLabel,
    add_entries,
    add_to_hours,
    judge_labels,
    label_token,
    pack_entries,
    truth_of,
    unpack_entries,
)
from functions.core.label_ledger_index import DayRows
from functions.core.labelled_captures import standing_truths
from tests.fakes.documents import NOW
from tests.unit.core.drift_world import spec

VALUED = spec().model_copy(update={"task": Task.REGRESSION, "classes": ()})


def _rows(outputs: list[list[float]]) -> DayRows:
    count = len(outputs)
    return DayRows(
        key=np.arange(count, dtype=np.uint64),
        at=np.full(count, microseconds(NOW) - 60_000_000),
        version=np.ones(count, np.int32),
        variant=np.array(["champion"] * count, dtype=np.object_),
        outputs=np.array(outputs, dtype=np.float32),
    )


def _label(row: int, value: object, *, token: int, after: float = 0.0) -> tuple[ReportedLabel, int]:
    line = GroundTruthLine.model_validate(
        {
            "model": "car",
            "inference_id": f"a/{row}",
            "value": value,
            "observed_at": NOW,
            "received_at": NOW + timedelta(seconds=after),
        }
    )
    return ReportedLabel(token, row, line), row


def _finds(described: ArtifactSpec | None) -> FindSpec:
    return lambda _version: described


def _judge(
    *labels: tuple[ReportedLabel, int],
    rows: DayRows | None = None,
    described: ArtifactSpec | None = None,
) -> list[Judged]:
    rows = rows or _rows([[0.4, 0.6]] * 3)
    return judge_labels(labels, rows, Entries.none(), _finds(described or spec()))


def test_passes_over_a_label_that_the_ledger_has() -> None:
    rows, find = _rows([[0.4, 0.6]]), _finds(spec())
    judged = judge_labels([_label(0, 1, token=7)], rows, Entries.none(), find)

    again = judge_labels(
        [_label(0, 1, token=7), _label(0, 1, token=8)],
        rows,
        add_entries(Entries.none(), judged),
        find,
    )

    assert [each.label.token for each in again] == [8]
    assert again[0].outcome is LabelOutcome.DUPLICATE


def test_a_refused_label_does_not_stand_in_the_way_of_the_next() -> None:
    judged = _judge(_label(0, 5, token=1), _label(0, 1, token=2, after=1.0))

    assert [each.outcome for each in judged] == [LabelOutcome.UNFIT, LabelOutcome.TAKEN]


def test_a_version_that_is_not_registered_fits_no_label() -> None:
    rows = _rows([[0.4, 0.6]])

    (judged,) = judge_labels([_label(0, 1, token=1)], rows, Entries.none(), _finds(None))

    assert judged.outcome is LabelOutcome.UNFIT
    assert judged.reason == "version 1 answered, which is not registered"


def test_says_which_number_stands() -> None:
    rows = _rows([[3.0]])

    judged = _judge(_label(0, 2.5, token=1), _label(0, 2.75, token=2), rows=rows, described=VALUED)

    assert judged[1].reason == "2.5 was reported first and stands"


@pytest.mark.parametrize(
    ("described", "value", "truth"),
    [
        (spec(), 1, 1.0),
        (spec(), 1.0, 1.0),
        (spec(), "1", 1.0),
        (spec(), 2, None),
        (VALUED, 2, 2.0),
        (VALUED, "2", None),
        (VALUED, True, None),
        (VALUED, float("inf"), None),
    ],
)
def test_codes_a_label_as_the_version_does(
    described: ArtifactSpec, value: object, truth: float | None
) -> None:
    assert truth_of(described, value) == truth


def test_an_answer_that_is_no_number_is_labelled_and_not_scored() -> None:
    rows = _rows([[0.4, 0.6], [np.nan, np.nan]])
    judged = _judge(_label(0, 1, token=1), _label(1, 1, token=2), rows=rows)

    (hour,) = add_to_hours(NOW.date(), (), judged, rows, _finds(spec()))

    assert hour.groups[0].labelled == 2
    assert hour.groups[0].sums.rows == 1
    assert hour.groups[0].delay.total == 120.0


def test_keeps_the_first_examples_alone() -> None:
    rows = _rows([[0.4, 0.6]] * 9)
    find = _finds(spec())
    judged = _judge(*(_label(row, 9, token=row) for row in range(4)), rows=rows)
    hours = add_to_hours(NOW.date(), (), judged, rows, find)
    more = _judge(*(_label(row, 9, token=row) for row in range(4, 9)), rows=rows)

    (hour,) = add_to_hours(NOW.date(), hours, more, rows, find)

    assert hour.unfit == 9
    assert [each.inference_id for each in hour.examples] == [f"a/{row}" for row in range(EXAMPLES)]


def test_entries_survive_being_written_down() -> None:
    entries = add_entries(Entries.none(), _judge(_label(0, 1, token=2**63 + 5)))

    read = unpack_entries(pack_entries(entries))

    assert read.token.tolist() == [2**63 + 5]
    assert read.outcome.tolist() == [0]
    assert pack_entries(read) == pack_entries(entries)
    with pytest.raises(ArrayFormatError, match="3 bytes are no entries of a ledger"):
        unpack_entries(b"abc")


def test_a_line_has_a_token_of_its_own() -> None:
    tokens = {label_token(source, line) for source in ("a", "b") for line in range(100)}

    assert len(tokens) == 200
    assert label_token("a", 1) == label_token("a", 1)


def test_takes_first_what_was_received_first_and_then_by_what_was_observed() -> None:
    late, _ = _label(0, 1, token=1)
    early = late.line.model_copy(update={"observed_at": NOW - timedelta(hours=1), "value": 0})
    labels = [(late, 0), (ReportedLabel(2, 0, early), 0)]

    judged = judge_labels(labels, _rows([[0.2, 0.8]]), Entries.none(), _finds(spec()))

    assert [each.label.token for each in judged] == [2, 1]
    assert standing_truths([late.line, early]) == {"a/0": early}
    assert standing_truths([early, late.line]) == {"a/0": early}


def test_a_refused_label_does_not_stand_in_training_s_way_either() -> None:
    unfit, fit, later = (
        _label(0, value, token=1, after=after)[0].line for after, value in enumerate((5, 1, 9))
    )

    assert standing_truths([later, fit, unfit], classes=(0, 1)) == {"a/0": fit}
    assert standing_truths([later, fit, unfit]) == {"a/0": unfit}
    assert standing_truths([later, unfit], classes=(0, 1)) == {"a/0": unfit}
