from dataclasses import replace
from datetime import timedelta

import pytest

from functions.contracts.rollout import RolloutRecord, RolloutStatus
from functions.contracts.rollout_messages import WatchVerdict
from functions.contracts.rollout_policy import Rollout
from functions.core.baking import (
    MANY_CHECKS,
    BakeDecision,
    BakeState,
    bake_of_step,
    bake_times,
    decide_bake,
    next_check_seconds,
)
from functions.core.promotion import Cause
from functions.core.rollouts import RolloutPlan, begin, finish, pause
from tests.fakes.documents import NOW

POLICY = Rollout(
    strategy="canary",
    steps=(10.0, 50.0),
    bake_minutes=30.0,
    maximum_bake_minutes=120.0,
    minimum_rows=100,
)
ASKED = BakeState(challenger_rows=100)
IDLE = BakeState(challenger_rows=99)


def record(scale: float = 1.0) -> RolloutRecord:
    plan = RolloutPlan("tiny", "execution", challenger=2, champion=1, shares=POLICY.shares)
    return begin(plan, bake_of_step(bake_times(POLICY, scale), NOW), Cause("ann", "new", NOW))


def decided(
    state: BakeState,
    *,
    minutes: float,
    of: RolloutRecord | None = None,
    policy: Rollout = POLICY,
    scale: float = 1.0,
) -> BakeDecision:
    now = NOW + timedelta(minutes=minutes)
    return decide_bake(of or record(scale), policy, bake_times(policy, scale), state, now=now)


def test_waits_until_the_share_has_baked() -> None:
    decision = decided(ASKED, minutes=29.5)

    assert (decision.verdict, decision.wait_seconds) == (WatchVerdict.WAIT, 30)
    assert decision.reason == "10 % of the callers, 30 s of the bake are left"


def test_lets_a_share_rise_that_has_baked_and_was_asked() -> None:
    decision = decided(ASKED, minutes=30.0)

    assert decision.verdict is WatchVerdict.ADVANCE
    assert "has answered 100 rows" in decision.reason


def test_waits_for_traffic_after_the_bake() -> None:
    decision = decided(IDLE, minutes=119.9)

    assert decision.verdict is WatchVerdict.WAIT
    assert decision.wait_seconds > 0
    assert "99 rows of 100: waiting for traffic" in decision.reason


@pytest.mark.parametrize(
    ("without_traffic", "verdict"),
    [("promote", WatchVerdict.ADVANCE), ("abort", WatchVerdict.ABORT)],
)
def test_does_what_the_policy_says_where_hardly_anybody_asked(
    without_traffic: str, verdict: WatchVerdict
) -> None:
    policy = POLICY.model_copy(update={"without_traffic": without_traffic})

    decision = decided(IDLE, minutes=120.0, policy=policy)

    assert decision.verdict is verdict
    assert f"without_traffic is {without_traffic}" in decision.reason


def test_takes_back_what_hardly_anybody_asked_unless_told_otherwise() -> None:
    assert decided(IDLE, minutes=120.0).verdict is WatchVerdict.ABORT


@pytest.mark.parametrize("minimum_rows", [0, 100])
def test_never_promotes_what_answered_nobody_while_the_champion_did(minimum_rows: int) -> None:
    silent = BakeState(challenger_rows=0, champion_rows=7)
    update = {"without_traffic": "promote", "minimum_rows": minimum_rows}
    policy = POLICY.model_copy(update=update)

    waiting = decided(silent, minutes=119.0, policy=policy)
    ended = decided(silent, minutes=120.0, policy=policy)

    assert waiting.verdict is WatchVerdict.WAIT
    assert ended.verdict is WatchVerdict.ABORT
    assert "and the champion 7: what nobody saw is not promoted" in ended.reason


def test_looks_again_when_the_longest_bake_ends_and_not_half_a_day_later() -> None:
    many = replace(IDLE, checks=MANY_CHECKS)

    decision = decided(many, minutes=119.0)

    assert (decision.verdict, decision.wait_seconds) == (WatchVerdict.WAIT, 60)


@pytest.mark.parametrize("minutes", [1.0, 31.0, 500.0])
def test_ends_at_once_what_a_guard_speaks_against(minutes: float) -> None:
    decision = decided(replace(ASKED, breach="too slow"), minutes=minutes)

    assert decision == BakeDecision(WatchVerdict.ABORT, "too slow")


def test_ends_a_pause_that_was_forgotten() -> None:
    paused = pause(record(), Cause("ann", "lunch", NOW))

    decision = decided(ASKED, minutes=60 * 24 * 30, of=paused)

    assert decision.verdict is WatchVerdict.ABORT
    assert decision.reason == (
        "its share lapsed on 2026-03-31 12:00 UTC: it was paused for 30 days and nobody decided"
    )


def test_waits_while_it_is_paused_for_long_and_still_asks_the_guards() -> None:
    paused = pause(record(), Cause("ann", "lunch", NOW + timedelta(minutes=10)))

    waiting = decided(ASKED, minutes=60 * 24 * 29, of=paused)
    breached = decided(replace(ASKED, breach="too slow"), minutes=60, of=paused)

    assert (waiting.verdict, waiting.wait_seconds) == (WatchVerdict.WAIT, 1800)
    assert waiting.reason.startswith("paused")
    assert breached.verdict is WatchVerdict.ABORT


def test_has_nothing_to_say_of_a_rollout_that_is_over() -> None:
    aborted = finish(record(), RolloutStatus.ABORTED, Cause("ann", "complaints", NOW))

    decision = decided(replace(ASKED, breach="too slow"), minutes=60, of=aborted)

    assert decision == BakeDecision(WatchVerdict.OVER, "complaints")


def test_lives_as_fast_as_the_stage() -> None:
    scale = 1 / 360

    early = decided(ASKED, minutes=4.9 / 60, scale=scale)
    baked = decided(ASKED, minutes=5 / 60, scale=scale)

    assert (early.verdict, early.wait_seconds) == (WatchVerdict.WAIT, 1)
    assert baked.verdict is WatchVerdict.ADVANCE


def test_never_lets_the_maximum_end_before_the_bake() -> None:
    times = bake_times(POLICY.model_copy(update={"maximum_bake_minutes": 1.0}), 1.0)

    assert times.maximum == times.bake == 1800.0


def test_lapses_only_after_the_longest_bake() -> None:
    bake = bake_of_step(bake_times(POLICY, 1.0), NOW)

    assert bake.ends_at == NOW + timedelta(minutes=30)
    assert bake.until == NOW + timedelta(minutes=120, hours=1)


def test_looks_often_at_first_and_ever_more_seldom() -> None:
    waits = [next_check_seconds(age, 1.0) for age in range(0, 86_400, 600)]

    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (60, 1800)
    assert next_check_seconds(86_400.0, 1.0, checks=MANY_CHECKS) == 12 * 3600


def test_is_never_late_by_more_than_a_look() -> None:
    """The time between two looks is at most a thirtieth of the share's age, or a minute."""
    age, looks = 0.0, 0
    while age < 3600.0:
        wait = next_check_seconds(age, 1.0, checks=looks)
        assert wait <= max(61.0, age / 30 + 1)
        age, looks = age + wait, looks + 1

    assert looks < 60
