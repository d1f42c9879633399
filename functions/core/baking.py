"""How long a share of the callers is watched, and what follows from how long it was.

Seconds here are those of the stage's clock: a stage whose `bake_time_scale` is below 1 lives faster
than the policy says, in everything alike.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.contracts.rollout import RolloutRecord, RolloutStatus
from functions.contracts.rollout_messages import WatchVerdict
from functions.contracts.rollout_policy import Rollout
from functions.core.rollouts import Bake, baked_seconds, lapse_reason

SHORTEST_CHECK_SECONDS = 60.0
"""Captures arrive in batches of minutes; a look more often would see the same rows."""

LONGEST_CHECK_SECONDS = 30 * 60.0
"""What a look late in a long bake may miss; an alarm does not wait for a look."""

CHECKS_A_BAKE = 30
"""A look each thirtieth of the time that the share has baked: a young share is looked at often."""

MANY_CHECKS = 1000
PATIENT_CHECK_SECONDS = 12 * 3600.0
"""After so many looks the next is half a day away.

A look takes 9 of the 25,000 events that Step Functions lets an execution have; a thousand looks,
and two a day for the rest of the year that an execution may last, take 16,000.
"""

LAPSE_MARGIN_SECONDS = 3600.0
"""How much longer than it may bake a share lasts: a look may be half an hour late, and repeated."""

_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class BakeTimes:
    """The policy's times on a stage, in seconds."""

    bake: float
    maximum: float
    scale: float


@dataclass(frozen=True, slots=True)
class BakeState:
    """What is known of a share at a look: rows answered in it, looks so far, a guard's sentence."""

    challenger_rows: int
    checks: int = 0
    breach: str | None = None
    champion_rows: int = 0

    @property
    def is_silent(self) -> bool:
        """Whether the challenger answered nobody though the champion did: it may not even load."""
        return self.challenger_rows == 0 and self.champion_rows > 0


@dataclass(frozen=True, slots=True)
class BakeDecision:
    """What follows, the sentence an operator will read, and when to look again."""

    verdict: WatchVerdict
    reason: str
    wait_seconds: int = 0


def bake_times(policy: Rollout, scale: float) -> BakeTimes:
    """Return a policy's times on a stage whose clock runs `1 / scale` times as fast.

    Examples
    --------
    >>> bake_times(Rollout(bake_minutes=30.0), 1.0).bake
    1800.0
    """
    bake = policy.bake_minutes * _MINUTE * scale
    return BakeTimes(bake, max(bake, policy.maximum_bake_minutes * _MINUTE * scale), scale)


def bake_of_step(times: BakeTimes, now: datetime) -> Bake:
    """Return when a share that is given now has baked, and when it lapses if nobody decides.

    It lapses after the most that this share may bake and a margin; a pause ends it later by as long
    as it lasts, but for one that lasts beyond `rollouts.PAUSE_LIMIT`.
    """
    lapses = timedelta(seconds=times.maximum + LAPSE_MARGIN_SECONDS)
    return Bake(ends_at=now + timedelta(seconds=times.bake), until=now + lapses)


def decide_bake(
    record: RolloutRecord,
    policy: Rollout,
    times: BakeTimes,
    state: BakeState,
    *,
    now: datetime,
) -> BakeDecision:
    """Return whether a share is watched on, rises, or is taken back.

    Parameters
    ----------
    record : RolloutRecord
        The rollout as the registry holds it.
    policy : Rollout
    times : BakeTimes
        The policy's, on this stage.
    state : BakeState
    now : datetime

    Returns
    -------
    BakeDecision
        A rollout that is over is OVER; a breach aborts one that is baking, and a paused one too.
        A paused one waits for up to `rollouts.PAUSE_LIMIT`, then it is aborted. A baked share rises
        (or is promoted, if it is the last) once the challenger has answered `minimum_rows`; one
        that hardly anybody asked for `maximum_bake_minutes` does what `without_traffic` says. A
        challenger that answered nobody while the champion did is never given more.
    """
    if record.is_over:
        return BakeDecision(WatchVerdict.OVER, record.reason)
    if state.breach is not None:
        return BakeDecision(WatchVerdict.ABORT, state.breach)
    elapsed = (now - record.step_started_at).total_seconds()
    wait = next_check_seconds(elapsed, times.scale, checks=state.checks)
    if record.status is RolloutStatus.PAUSED:
        return _decide_paused(record, wait, now)
    baked = baked_seconds(record, now)
    return _decide_unbroken(record, policy, times, state, baked=baked, wait=wait)


def _decide_paused(record: RolloutRecord, wait: int, now: datetime) -> BakeDecision:
    lapsed = lapse_reason(record, now)
    if lapsed is not None:
        return BakeDecision(WatchVerdict.ABORT, lapsed)
    return BakeDecision(WatchVerdict.WAIT, f"paused: {record.reason}", wait)


def next_check_seconds(elapsed: float, scale: float, *, checks: int = 0) -> int:
    """Return the whole seconds until the next look at a share that is `elapsed` seconds old.

    Examples
    --------
    >>> [next_check_seconds(age, 1.0) for age in (0.0, 3600.0, 86_400.0)]
    [60, 120, 1800]
    """
    if checks >= MANY_CHECKS:
        return max(1, math.ceil(PATIENT_CHECK_SECONDS * scale))
    growing = max(elapsed / CHECKS_A_BAKE, SHORTEST_CHECK_SECONDS * scale)
    return max(1, math.ceil(min(growing, LONGEST_CHECK_SECONDS * scale)))


def _decide_unbroken(
    record: RolloutRecord,
    policy: Rollout,
    times: BakeTimes,
    state: BakeState,
    *,
    baked: float,
    wait: int,
) -> BakeDecision:
    """Decide about a share that bakes and that no guard speaks against."""
    if baked < times.bake:
        left = math.ceil(times.bake - baked)
        reason = f"{record.percent:g} % of the callers, {left:,} s of the bake are left"
        return BakeDecision(WatchVerdict.WAIT, reason, min(wait, max(1, left)))
    rows = f"the challenger has answered {state.challenger_rows:,} rows"
    if state.challenger_rows >= policy.minimum_rows and not state.is_silent:
        return BakeDecision(WatchVerdict.ADVANCE, f"baked without a breach: {rows}")
    wanted = f"{rows} of {policy.minimum_rows:,}"
    if baked < times.maximum:
        wait = min(wait, max(1, math.ceil(times.maximum - baked)))
        return BakeDecision(WatchVerdict.WAIT, f"baked, but {wanted}: waiting for traffic", wait)
    ended = f"{wanted} in {policy.maximum_bake_minutes:g} minutes, the most it may bake"
    return _decide_unasked(policy, state, ended)


def _decide_unasked(policy: Rollout, state: BakeState, ended: str) -> BakeDecision:
    """Decide about a share that baked as long as it may; `ended` says so."""
    if state.is_silent:
        silent = f"{ended}, and the champion {state.champion_rows:,}"
        return BakeDecision(WatchVerdict.ABORT, f"{silent}: what nobody saw is not promoted")
    promotes = policy.without_traffic == "promote"
    return BakeDecision(
        WatchVerdict.ADVANCE if promotes else WatchVerdict.ABORT,
        f"{ended}: without_traffic is {policy.without_traffic}",
    )
