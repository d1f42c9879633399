from dataclasses import replace

import pytest

from functions.contracts.maintenance import Maintenance
from functions.core.retraining_policy import (
    Action,
    Evidence,
    Finding,
    OpenChange,
    decide_action,
)

POLICY = Maintenance()
NOTHING = Evidence(labelled_rows=10_000)
CHANGE = Finding("excess loss rose", start=9_000, rows=1_000)
HARDER = Finding("loss rose", start=9_000, rows=1_000)
ESTIMATED = Finding("estimated loss")
DRIFTED = Finding("1 of 7 features drifted")


def test_carries_on_where_nothing_is_found() -> None:
    assert decide_action(NOTHING, POLICY).action is Action.CARRY_ON


def test_retrains_when_labels_no_longer_come_out_as_said() -> None:
    decision = decide_action(replace(NOTHING, change=CHANGE), POLICY)

    assert (decision.action, decision.start) == (Action.RETRAIN, 9_000)
    assert decision.reason == "excess loss rose"


def test_learns_nothing_from_a_broken_table() -> None:
    broken = replace(NOTHING, change=CHANGE, fault=Finding("salary is 1,000 times what it was"))

    decision = decide_action(broken, POLICY)

    assert decision.action is Action.HOLD
    assert decision.reason.startswith("salary is 1,000 times what it was: a data fault")


def test_waits_until_enough_rows_are_labelled_since() -> None:
    few = replace(NOTHING, change=replace(CHANGE, rows=199))

    decision = decide_action(few, POLICY)

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
    decision = decide_action(evidence, POLICY)

    assert decision.action is action
    assert words in decision.reason


def test_tells_as_the_policy_says() -> None:
    policy = Maintenance(on_estimate="note", on_drift="page")

    assert decide_action(replace(NOTHING, estimate=ESTIMATED), policy).action is Action.NOTE
    assert decide_action(replace(NOTHING, drift=DRIFTED), policy).action is Action.PAGE


def test_tells_the_gravest_of_several() -> None:
    policy = Maintenance(on_estimate="note", on_drift="page")

    decision = decide_action(
        replace(NOTHING, estimate=ESTIMATED, loss=HARDER, drift=DRIFTED), policy
    )

    assert decision.action is Action.PAGE
    assert decision.reason.startswith(DRIFTED.reason)


def test_pages_before_it_retrains_where_quality_is_critical() -> None:
    evidence = replace(NOTHING, change=CHANGE, critical=Finding("accuracy 0.8, 0.85 is asked for"))

    assert decide_action(evidence, POLICY).action is Action.PAGE


@pytest.mark.parametrize(("labelled", "action"), [(12_999, "carry_on"), (13_000, "retrain")])
def test_follows_a_change_up_when_its_rows_are_four_times_as_many(
    labelled: int, action: str
) -> None:
    evidence = Evidence(labelled_rows=labelled, open_change=OpenChange(9_000, rows_tried=1_000))

    decision = decide_action(evidence, POLICY)

    assert decision.action == action
    assert decision.start == (9_000 if action == "retrain" else None)


def test_follows_no_change_up_that_was_chance() -> None:
    chance = OpenChange(9_000, rows_tried=1_000, is_confirmed=False)

    decision = decide_action(Evidence(labelled_rows=50_000, open_change=chance), POLICY)

    assert decision.action is Action.CARRY_ON


def test_retrains_for_a_target_once_until_there_is_more_to_learn() -> None:
    below = Finding("accuracy 0.88, 0.9 is the target", start=9_000, rows=1_000)
    first = Evidence(labelled_rows=10_000, below_target=below)
    tried = replace(first, open_change=OpenChange(9_000, rows_tried=1_000))
    more = replace(tried, labelled_rows=13_000, below_target=replace(below, rows=4_000))

    assert decide_action(first, POLICY).action is Action.RETRAIN
    assert decide_action(tried, POLICY).action is Action.NOTE
    assert decide_action(more, POLICY).action is Action.RETRAIN
