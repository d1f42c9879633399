from dataclasses import replace
from datetime import timedelta

import pytest

from functions.contracts.alerts import Alerts, ConditionKind
from functions.contracts.maintenance import Maintenance
from functions.core.policy_evidence import EarlierChange, Evidence, Finding, OpenChange, PastChange
from functions.core.retraining_policy import Action, PolicyDecision, decide_action
from tests.fakes.documents import NOW

POLICY = Maintenance()


def changed_at(start: int) -> PastChange:
    return PastChange(start, NOW + timedelta(minutes=start))


NOTHING = Evidence(labelled_rows=10_000)
CHANGE = Finding("excess loss rose", start=9_000, rows=1_000)
HARDER = Finding("loss rose", start=9_000, rows=1_000)
ESTIMATED = Finding("estimated loss")
DRIFTED = Finding("1 of 7 features drifted")


def decided(
    evidence: Evidence, policy: Maintenance = POLICY, **alerts: tuple[str, ...]
) -> PolicyDecision:
    return decide_action(evidence, policy, Alerts(**alerts))


def test_carries_on_where_nothing_is_found() -> None:
    assert decided(NOTHING).action is Action.CARRY_ON


def test_retrains_when_labels_no_longer_come_out_as_said() -> None:
    decision = decided(replace(NOTHING, change=CHANGE))

    assert (decision.action, decision.start) == (Action.RETRAIN, 9_000)
    assert decision.reason == "excess loss rose"


def test_learns_nothing_from_a_broken_table() -> None:
    broken = replace(NOTHING, change=CHANGE, fault=Finding("salary is 1,000 times what it was"))

    decision = decided(broken)

    assert decision.action is Action.HOLD
    assert decision.reason.startswith("salary is 1,000 times what it was: a data fault")


def test_waits_until_enough_rows_are_labelled_since() -> None:
    few = replace(NOTHING, change=replace(CHANGE, rows=199))

    decision = decided(few)

    assert decision.action is Action.HOLD
    assert "199 rows labelled since, 200 needed" in decision.reason


@pytest.mark.parametrize(
    ("evidence", "action", "words"),
    [
        (replace(NOTHING, loss=HARDER), Action.NOTE, "the rows have become harder"),
        (replace(NOTHING, estimate=ESTIMATED), Action.PAGE, "labels give no reason to retrain"),
        (replace(NOTHING, drift=DRIFTED), Action.NOTE, "the quality holds"),
    ],
)
def test_retrains_on_nothing_that_labels_do_not_say(
    evidence: Evidence, action: Action, words: str
) -> None:
    decision = decided(evidence)

    assert decision.action is action
    assert words in decision.reason


def test_waits_with_drift_until_the_window_is_settled() -> None:
    mixed = replace(NOTHING, drift=DRIFTED, unsettled="half of it is from before version 2")

    waiting = decided(mixed, retrain=("drift",), note=())
    estimated = decided(replace(mixed, estimate=ESTIMATED), retrain=("drift",), note=())
    settled = decided(replace(mixed, unsettled=None), retrain=("drift",))

    assert waiting.action is Action.HOLD
    assert waiting.reason == "1 of 7 features drifted; half of it is from before version 2"
    assert waiting.about is ConditionKind.INPUT_DRIFT
    assert estimated.action is Action.PAGE
    assert settled.action is Action.RETRAIN


def test_tells_as_the_alerts_say() -> None:
    listed = {"page": ("input_drift",), "note": ("estimated_loss",)}

    estimated = decided(replace(NOTHING, estimate=ESTIMATED), **listed)
    drifted = decided(replace(NOTHING, drift=DRIFTED), **listed)
    unlisted = decided(replace(NOTHING, prediction_drift=DRIFTED), **listed)

    assert (estimated.action, estimated.about) == (Action.NOTE, ConditionKind.ESTIMATED_LOSS)
    assert (drifted.action, drifted.about) == (Action.PAGE, ConditionKind.INPUT_DRIFT)
    assert (unlisted.action, unlisted.about) == (Action.CARRY_ON, None)


def test_tells_the_gravest_of_several() -> None:
    listed = {"page": ("drift",), "note": ("estimated_loss", "harder_rows")}

    decision = decided(
        replace(NOTHING, estimate=ESTIMATED, loss=HARDER, prediction_drift=DRIFTED), **listed
    )

    assert decision.action is Action.PAGE
    assert decision.reason.startswith(DRIFTED.reason)


@pytest.mark.parametrize(
    ("found", "listed"),
    [
        (replace(NOTHING, drift=replace(DRIFTED, start=7_000)), "drift"),
        (replace(NOTHING, prediction_drift=replace(DRIFTED, start=7_000)), "prediction_drift"),
        (replace(NOTHING, estimate=replace(ESTIMATED, start=7_000)), "estimated_loss"),
        (replace(NOTHING, loss=replace(HARDER, start=7_000)), "harder_rows"),
    ],
)
def test_retrains_on_whatever_is_listed_so_and_on_no_data_fault(
    found: Evidence, listed: str
) -> None:
    decision = decided(found, retrain=(listed,))
    broken = decided(replace(found, fault=Finding("a stuck column")), retrain=(listed,))

    assert (decision.action, decision.start) == (Action.RETRAIN, 7_000)
    assert broken.action is Action.HOLD


def test_waits_for_labels_though_drift_would_retrain() -> None:
    few = replace(NOTHING, change=replace(CHANGE, rows=50), drift=DRIFTED)

    assert decided(few, retrain=("label_change", "drift")).action is Action.HOLD


def test_tells_of_a_change_that_is_not_to_be_retrained() -> None:
    grown = replace(NOTHING, change=CHANGE, open_change=OpenChange(0, rows_tried=100))

    paged = decided(grown, retrain=(), page=("label_change",))
    nothing = decided(grown, retrain=())

    assert (paged.action, paged.start) == (Action.PAGE, None)
    assert nothing.action is Action.CARRY_ON


def test_pages_for_critical_quality_unless_it_retrains_for_it() -> None:
    critical = replace(NOTHING, critical=Finding("accuracy 0.8, 0.85 is asked for"))

    waiting = decided(replace(critical, change=replace(CHANGE, rows=50)))
    retraining = decided(replace(critical, change=CHANGE))

    assert decided(critical).action is Action.PAGE
    assert waiting.action is Action.PAGE
    assert retraining.action is Action.RETRAIN
    assert retraining.reason.endswith("accuracy 0.8, 0.85 is asked for")


@pytest.mark.parametrize(("labelled", "action"), [(12_999, "carry_on"), (13_000, "retrain")])
def test_follows_a_change_up_when_its_rows_are_four_times_as_many(
    labelled: int, action: str
) -> None:
    evidence = Evidence(labelled_rows=labelled, open_change=OpenChange(9_000, rows_tried=1_000))

    decision = decided(evidence)

    assert decision.action == action
    assert decision.start == (9_000 if action == "retrain" else None)


def test_follows_no_change_up_that_was_chance() -> None:
    chance = OpenChange(9_000, rows_tried=1_000, is_confirmed=False)

    decision = decided(Evidence(labelled_rows=50_000, open_change=chance))

    assert decision.action is Action.CARRY_ON


def test_retrains_for_a_target_once_until_there_is_more_to_learn() -> None:
    below = Finding("accuracy 0.88, 0.9 is the target", start=9_000, rows=1_000)
    first = Evidence(labelled_rows=10_000, below_target=below)
    tried = replace(first, open_change=OpenChange(9_000, rows_tried=1_000))
    more = replace(tried, labelled_rows=13_000, below_target=replace(below, rows=4_000))

    assert decided(first).action is Action.RETRAIN
    assert decided(tried).action is Action.NOTE
    assert decided(more).action is Action.RETRAIN


def test_tells_how_many_rows_are_labelled_since_each_change_before() -> None:
    changes = tuple(changed_at(start) for start in (8_000, 4_000, 9_000, 4_000, 9_500))
    known = replace(NOTHING, changes=changes)
    tried = OpenChange(start=8_000, rows_tried=500)

    anew = decided(replace(known, change=CHANGE))
    followed = decided(replace(known, open_change=tried))

    four, eight = (changed_at(start).since for start in (4_000, 8_000))
    assert anew.earlier == (EarlierChange(four, 6_000), EarlierChange(eight, 2_000))
    assert (followed.rows, followed.earlier) == (2_000, (EarlierChange(four, 6_000),))


@pytest.mark.parametrize("step", [1, -1])
def test_takes_of_changes_without_a_row_between_them_the_one_that_ended_the_rows_before(
    step: int,
) -> None:
    changes = PastChange(4_000, NOW), PastChange(4_000, NOW + timedelta(days=1))

    decision = decided(replace(NOTHING, change=CHANGE, changes=changes[::step]))

    assert decision.earlier == (EarlierChange(NOW, 6_000),)


@pytest.mark.parametrize(
    ("start", "rows", "action"),
    [
        (9_500, 1_000, Action.HOLD),
        (9_000, 1_000, Action.HOLD),
        (9_600, 1_000, Action.RETRAIN),
        (8_000, 2_000, Action.RETRAIN),
        (9_500, 2_500, Action.RETRAIN),
    ],
    ids=["still unfolding", "the same", "later", "earlier", "four times the rows"],
)
def test_waits_for_rows_where_a_candidate_was_better_and_fell_short_of_its_gates(
    start: int, rows: int, action: Action
) -> None:
    tried = OpenChange(9_000, rows_tried=500, falls_short=True)
    found = replace(CHANGE, start=start, rows=rows)
    seen = Evidence(labelled_rows=max(start + rows, 10_000), change=found, open_change=tried)
    if action is Action.HOLD:
        seen = replace(seen, labelled_rows=10_500)

    decision = decided(seen)

    assert decision.action is action
    assert decided(replace(seen, open_change=replace(tried, falls_short=False))).action is (
        Action.RETRAIN
    )
    if action is Action.HOLD:
        assert decision.reason.endswith(
            "fell short of its gates; 1,500 rows labelled since, 2,000 needed to try again"
        )


@pytest.mark.parametrize("below", [False, True])
def test_waits_while_what_the_last_run_found_is_held(below: bool) -> None:
    target = Finding("accuracy 0.88, 0.9 is the target", start=9_000, rows=1_000)
    found = {"below_target": target} if below else {"change": CHANGE}
    tried = OpenChange(9_000, rows_tried=10, held_until=NOW)
    alone = replace(NOTHING, open_change=tried, changes=(changed_at(4_000), changed_at(9_000)))

    decision = decided(replace(alone, **found))

    assert decision.action is Action.HOLD
    assert decision.reason.endswith(f"it is learned from {NOW:%Y-%m-%d %H:%M} UTC on, if it lasts")
    assert (decision.start, decision.rows) == (None, 1_000)
    assert decision.earlier == (EarlierChange(changed_at(4_000).since, 6_000),)
    assert decided(alone).action is Action.CARRY_ON
    paged = decided(replace(alone, critical=target, **found))
    assert paged.action is Action.PAGE
    assert paged.reason == f"{target.reason}; {decision.reason}"


@pytest.mark.parametrize("kind", ["drift", "estimate"])
def test_asks_once_for_what_labels_do_not_show(kind: str) -> None:
    seen = replace(NOTHING, **{kind: DRIFTED}, in_vain="run-7 found nothing better for it")
    retrain = ("label_change", "drift", "estimated_loss")

    held = decided(seen, page=(), retrain=retrain, note=())
    changed = decided(replace(seen, change=CHANGE), page=(), retrain=retrain)

    assert held.action is Action.HOLD
    assert held.reason == "1 of 7 features drifted; run-7 found nothing better for it"
    assert changed.action is Action.RETRAIN
    assert changed.about is ConditionKind.LABEL_CHANGE
