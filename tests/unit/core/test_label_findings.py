"""What labels say of a champion, from the ledger's hours."""

from datetime import timedelta

import pytest

from functions.contracts.alerts import Alerts
from functions.contracts.drift import LabelledScores
from functions.contracts.labels import LabelHour
from functions.contracts.maintenance import Maintenance
from functions.contracts.release import Outcome
from functions.core.label_findings import (
    MINIMUM_SCORED_ROWS,
    LabelFindings,
    LabelledHours,
    WatchedModel,
    find_broken_limits,
    find_delay,
    find_in_labels,
    mature_windows,
)
from functions.core.policy_evidence import Evidence
from functions.core.retraining_policy import Action, decide_action
from tests.unit.core.labels_world import (
    DAY,
    FIRST,
    champion,
    group,
    held_out,
    ledger,
    run_about,
    watched,
)

CALM, REVERSED = [2.0] * 6, [-2.0] * 3


def found(
    hours: list[LabelHour], model: WatchedModel | None = None, *, days: float = 30.0
) -> LabelFindings:
    until = FIRST + timedelta(days=days)
    read = LabelledHours.of(watched(hours), until=until)
    return find_in_labels(read, model or champion(reference=held_out()), until=until)


def test_says_nothing_without_labels() -> None:
    assert found([]) == LabelFindings(Evidence(labelled_rows=0))


def test_finds_no_change_while_the_world_stays() -> None:
    evidence = found(ledger([2.0] * 20)).evidence

    assert evidence == Evidence(labelled_rows=8000)


def test_says_since_when_and_how_many_rows_a_change_has() -> None:
    change = found(ledger(CALM + REVERSED)).evidence.change

    assert change is not None
    assert (change.start, change.rows, change.since) == (2400, 1200, FIRST + 6 * DAY)
    assert change.reason.startswith("excess loss ")


def test_looks_at_no_window_before_nine_of_ten_labels_have_come() -> None:
    hours = ledger(CALM + REVERSED, delay=2 * DAY)

    early = found(hours, days=8.9).evidence
    late = found(hours, days=9.1).evidence

    assert early.change is None
    assert late.change is not None
    assert late.change.since == FIRST + 6 * DAY


def test_takes_the_time_that_nine_of_ten_labels_took() -> None:
    soon = group(2.0, 900, 1, delay=timedelta(hours=1))
    late = group(2.0, 101, 2, version=2, delay=timedelta(hours=50))
    hours = LabelledHours.of(
        watched([LabelHour(hour=FIRST, groups=(soon, late))]), until=FIRST + DAY
    )

    delay = find_delay(hours)

    assert delay is not None
    assert delay / timedelta(hours=50) == pytest.approx(1.0, abs=0.01)


def test_leaves_out_windows_that_are_not_over_and_those_without_labels() -> None:
    hours = LabelledHours.of(
        watched(ledger([2.0, 2.0])) + watched(ledger([2.0], first=FIRST + 5 * DAY)),
        until=FIRST + 10 * DAY,
    )

    windows = mature_windows(hours, champion(), until=FIRST + 5.9 * DAY)

    assert [each.start for each in windows] == [FIRST, FIRST + DAY]
    assert [each.end - each.start for each in windows] == [DAY, DAY]


def test_watches_the_champion_s_answers_and_counts_all_labels() -> None:
    others = ledger(REVERSED, version=2, first=FIRST + 6 * DAY)

    evidence = found(ledger(CALM) + others).evidence

    assert evidence.change is None
    assert evidence.labelled_rows == 3600


def test_compares_a_version_of_before_with_its_first_labelled_rows() -> None:
    before = found(ledger(CALM), champion()).evidence
    change = found(ledger(CALM + REVERSED), champion()).evidence.change

    assert before.change is None
    assert change is not None
    assert change.reason.startswith("excess loss ")


def test_asks_no_more_for_what_a_run_found_nothing_better_for_until_it_has_grown() -> None:
    refused = run_about(FIRST + 6 * DAY, at=FIRST + 7 * DAY, rows=400)
    model = champion(refused, reference=held_out())

    after = found(ledger([*CALM, *[-2.0] * 3]), model).evidence
    grown = found(ledger([*CALM, *[-2.0] * 4]), model).evidence
    decisions = [decide_action(each, Maintenance(), Alerts()) for each in (after, grown)]

    assert after.change is None
    assert after.open_change is not None
    assert (after.open_change.start, after.open_change.rows_tried) == (2400, 400)
    assert after.open_change.is_confirmed
    assert [decision.action for decision in decisions] == [Action.CARRY_ON, Action.RETRAIN]
    assert (decisions[1].since, decisions[1].rows) == (FIRST + 6 * DAY, 1600)


def test_follows_a_promoted_run_s_change_up_by_the_labels_of_both_champions() -> None:
    promoted = run_about(FIRST + 6 * DAY, at=FIRST + 7 * DAY, outcome=Outcome.PROMOTED)
    hours = ledger([*CALM, -2.0]) + ledger([2.0] * 3, version=2, first=FIRST + 7 * DAY)

    evidence = found(hours, champion(promoted, version=2, reference=held_out())).evidence
    decision = decide_action(evidence, Maintenance(), Alerts())

    assert evidence.change is None
    assert (decision.action, decision.start, decision.rows) == (Action.RETRAIN, 2400, 1600)


def scored(rows: int, **scores: float) -> LabelledScores:
    return LabelledScores(
        rows=rows, answered_rows=rows, scores=scores, window_start=FIRST + 5 * DAY
    )


def limited(labelled: LabelledScores) -> Evidence:
    alerts = Alerts(
        page=("accuracy_score < 0.85",),
        retrain=("accuracy_score < 0.9", "log_loss_error > 0.4"),
        note=("f1_score < 0.99",),
    )
    return find_broken_limits(Evidence(labelled_rows=2400), labelled, alerts, start=2000)


def test_holds_scores_of_labelled_rows_against_their_limits() -> None:
    good = limited(scored(400, accuracy_score=0.9, log_loss_error=0.4, f1_score=0.5))
    low = limited(scored(400, accuracy_score=0.86))
    critical = limited(scored(400, accuracy_score=0.8, log_loss_error=0.5))

    assert (good.below_target, good.critical) == (None, None)
    assert low.critical is None
    assert low.below_target is not None
    assert low.below_target.reason == (
        "accuracy_score is 0.86, 0.9 is the least that is wanted, by 400 labelled rows"
    )
    assert (low.below_target.start, low.below_target.rows) == (2000, 400)
    assert low.below_target.since == FIRST + 5 * DAY
    assert critical.critical is not None
    assert "0.85 is the least" in critical.critical.reason


def test_holds_no_score_of_too_few_rows_against_a_limit() -> None:
    few, enough = (
        limited(scored(rows, accuracy_score=0.1))
        for rows in (MINIMUM_SCORED_ROWS - 1, MINIMUM_SCORED_ROWS)
    )

    assert few.critical is None
    assert enough.critical is not None
