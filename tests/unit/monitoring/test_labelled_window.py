"""Labels read from the ledger's documents: what they say, and how many are read for it."""

import json
from datetime import timedelta

import pytest

from functions.contracts import keys
from functions.contracts.alerts import Alerts
from functions.contracts.fault_book import FaultBook
from functions.contracts.labels import LabelChange
from functions.contracts.model_spec import DriftPolicy, ModelSpec
from functions.contracts.retraining import RetrainingBook
from functions.core.labelled_sums import merge_sums, score_sums
from functions.core.policy_evidence import EarlierChange
from functions.core.retraining_policy import Action, PolicyDecision
from functions.monitoring.labelled_window import (
    MOST_DAYS,
    Champion,
    LabelledWindow,
    note_change,
    watch_labels,
)
from tests.fakes.documents import artifact
from tests.fakes.object_store import CountingStore
from tests.unit.core.drift_world import model_spec
from tests.unit.core.fault_world import FIRST as HOURS_FROM
from tests.unit.core.fault_world import HOUR, book, decision, recorded
from tests.unit.core.labels_world import BINARY, DAY, FIRST, held_out, ledger
from tests.unit.monitoring.ledger_documents import ledger_documents

MODEL = "car"
CHANGED = [2.0] * 6 + [-2.0] * 3


def spec(window_hours: int = 24, **alerts: tuple[str, ...]) -> ModelSpec:
    return model_spec().model_copy(
        update={
            "name": MODEL,
            "task": BINARY,
            "drift": DriftPolicy(window_hours=window_hours),
            "alerts": Alerts(**alerts),
        }
    )


def watched(
    store: CountingStore,
    of: ModelSpec | None = None,
    *,
    days: float = 9.0,
    faults: FaultBook | None = None,
) -> LabelledWindow:
    models = CountingStore()
    losses = models.write("held_out", held_out().model_dump_json().encode(), content_type="x")
    champion = Champion(
        of or spec(),
        1,
        artifact().model_copy(update={"held_out": losses}),
        RetrainingBook(model=MODEL),
        faults,
    )
    return watch_labels(store, models, champion, until=FIRST + timedelta(days=days))


def test_finds_a_change_and_scores_the_newest_window_that_has_its_labels() -> None:
    hours = ledger(CHANGED)

    found = watched(ledger_documents(hours))

    assert found.evidence.change is not None
    assert found.evidence.change.since == FIRST + 6 * DAY
    assert found.evidence.labelled_rows == 3600
    assert found.scored is not None
    assert found.scored.scores == score_sums(BINARY, merge_sums([hours[-1].groups[0].sums]))
    assert (found.scored.rows, found.scored.answered_rows) == (400, 500)
    assert found.scored.window_start == FIRST + 8 * DAY
    assert found.judged_scores == found.scored.scores


def test_asks_for_no_change_in_hours_in_which_the_data_were_at_fault() -> None:
    """A reversed unit makes labels come out as the model does not say."""
    store = ledger_documents(ledger([2.0] * 4 + [-2.0] * 2 + [2.0] * 3))
    begin = (FIRST - HOURS_FROM) // HOUR + 4 * 24
    fault = recorded(begin, begin + 48)
    accepted = fault.model_copy(update={"decisions": (decision(),)})

    held = watched(store, faults=book(fault))
    learned = watched(store, faults=book(accepted))

    assert learned.evidence.change is not None
    assert held.evidence.change is None
    assert (learned.evidence.labelled_rows, held.evidence.labelled_rows) == (3600, 2800)
    assert held.scored == learned.scored, "people are told the scores of all rows"


def test_holds_scores_of_sound_hours_against_limits_and_tells_those_of_all() -> None:
    store = ledger_documents(ledger([2.0] * 8 + [-2.0]))
    begin = (FIRST - HOURS_FROM) // HOUR + 8 * 24
    limited = spec(page=("accuracy_score < 0.7",), retrain=("roc_auc_score < 0.7",))

    learned = watched(store, limited)
    held = watched(store, limited, faults=book(recorded(begin, begin + 24)))

    assert learned.evidence.critical is not None
    assert learned.evidence.below_target is not None
    assert held.scored is not None
    assert held.scored.scores["accuracy_score"] < 0.7
    assert held.judged_scores == {}
    assert (held.evidence.critical, held.evidence.below_target) == (None, None)


def test_scores_an_older_window_where_labels_are_late() -> None:
    found = watched(ledger_documents(ledger(CHANGED, delay=2 * DAY)))

    assert found.scored is not None
    assert found.scored.window_end is not None
    assert found.scored.delay_seconds == pytest.approx(2 * DAY.total_seconds(), rel=0.01)
    assert found.scored.window_end.timestamp() == pytest.approx(
        (FIRST + 7 * DAY).timestamp(), abs=1800
    )
    assert found.evidence.change is not None
    assert (
        watched(ledger_documents(ledger(CHANGED, delay=2 * DAY)), days=8.9).evidence.change is None
    )


def test_watches_labels_that_come_after_months() -> None:
    """As of loans, which fail late: by then more than `MOST_DAYS` days have no label yet."""
    months = (MOST_DAYS + 28) * DAY
    store = ledger_documents(ledger(CHANGED, delay=months))

    found = watched(store, days=9.0 + months / DAY)

    assert found.evidence.labelled_rows == 3600
    assert found.evidence.change is not None
    assert found.evidence.change.since == FIRST + 6 * DAY
    assert found.scored is not None
    assert found.scored.answered_rows == 500


def test_lists_nothing_of_a_model_that_never_had_a_label() -> None:
    store = CountingStore()

    watched(store)

    assert store.calls["list"] == 0


def test_says_which_limits_its_scores_break() -> None:
    found = watched(
        ledger_documents(ledger(CHANGED)), spec(page=("accuracy_score < 0.5",), retrain=())
    )

    assert found.evidence.critical is not None
    assert found.evidence.critical.reason.startswith("accuracy_score is 0.")


def test_judges_no_score_of_few_rows() -> None:
    found = watched(
        ledger_documents(ledger(CHANGED, rows=150)),
        spec(page=("accuracy_score < 0.5",), retrain=()),
    )

    assert found.evidence.critical is None
    assert found.judged_scores == {}
    assert found.scored is not None
    assert found.scored.rows == 150


def test_says_nothing_where_no_label_ever_came() -> None:
    found = watched(CountingStore())

    assert found == LabelledWindow(found.evidence, None)
    assert found.evidence.labelled_rows == 0
    assert found.judged_scores == {}


def test_reads_as_much_of_a_long_history_as_of_a_short_one() -> None:
    short, long = (
        ledger_documents(ledger([2.0] * MOST_DAYS)),
        ledger_documents(ledger([2.0] * 2 * MOST_DAYS)),
    )
    reads = []
    for store, days in ((short, MOST_DAYS), (long, 2 * MOST_DAYS)):
        store.calls.clear()
        found = watched(store, days=days - 0.1)
        assert found.evidence.labelled_rows == 400 * MOST_DAYS
        reads.append(store.calls.total())

    assert reads[0] == reads[1] <= MOST_DAYS + 8


def test_notes_of_no_change_only_what_every_release_knows() -> None:
    store = CountingStore()

    note_change(store, MODEL, 1, PolicyDecision(Action.NOTE, "older"), until=FIRST + 8 * DAY)

    written = json.loads(store.read(keys.label_change(MODEL)))
    assert set(written) == {"model", "version", "window_end"}


def test_notes_since_when_labels_have_changed_for_who_retrains() -> None:
    store = CountingStore()
    since = FIRST + 6 * DAY
    before = EarlierChange(FIRST, 3000), EarlierChange(FIRST + 3 * DAY, 2000)
    asked = PolicyDecision(Action.RETRAIN, "changed", 2400, since=since, rows=1200, earlier=before)

    note_change(store, MODEL, 1, asked, until=FIRST + 9 * DAY)
    note_change(store, MODEL, 1, PolicyDecision(Action.NOTE, "older"), until=FIRST + 8 * DAY)

    noted = LabelChange.model_validate_json(store.read(keys.label_change(MODEL)))
    assert (noted.version, noted.since, noted.labelled_rows) == (1, since, 1200)
    assert noted.earlier == (3000, 2000)
    assert noted.earlier_since == (FIRST, FIRST + 3 * DAY)

    note_change(store, MODEL, 1, PolicyDecision(Action.NOTE, "later"), until=FIRST + 10 * DAY)

    noted = LabelChange.model_validate_json(store.read(keys.label_change(MODEL)))
    assert noted.since is None
