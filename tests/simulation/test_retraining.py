"""What retraining holds to while everything around it goes wrong, under a virtual clock."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from functions.contracts.messages import Decision, Trigger, TriggerKind
from functions.contracts.model_spec import Retraining
from functions.core.reconciling import PERIOD
from functions.core.retraining_order import RetrainingOrder
from tests.simulation.world import DAY, MINUTE, MODEL, Chances, World

pytestmark = pytest.mark.slow

HOUR = timedelta(hours=1)
ROUGH = Chances(
    loss=0.1,
    duplicates=0.3,
    delay=timedelta(minutes=10),
    lost_starts=0.05,
    deaths=0.1,
    interleaving=0.3,
    skew=timedelta(minutes=10),
)
"""Messages lost, doubled and overtaken, starts without effect or answer, deaths, wrong clocks."""

TIRELESS = Retraining(cool_down_minutes=0, rejected_in_a_row=20)


def flapping(world: World) -> None:
    """Let an alarm change every minute."""
    world.watch(lambda now: now.minute % 2 == 0)
    world.reconcile_regularly()


@pytest.mark.parametrize("chances", [Chances(), ROUGH], ids=["calm", "rough"])
def test_a_month_of_flapping_stays_within_the_budget(seed: int, chances: Chances) -> None:
    world = World(seed, policy=Retraining(cool_down_minutes=0), chances=chances)
    flapping(world)

    world.pass_time(30 * DAY)

    world.require_bounds()
    used = len(world.starts())
    world.require(used == 30, f"{used} runs of the 30 that the budget holds")


def test_a_month_of_useless_retrains_ends_with_a_person(seed: int) -> None:
    world = World(seed, policy=Retraining(), chances=ROUGH, promotes=False)
    flapping(world)

    world.pass_time(30 * DAY)

    world.require_bounds()
    refused = [text for _, text, _ in world.notifier.messages if "3 candidates in a row" in text]
    world.require(len(refused) == 1, f"people were told {len(refused)} times that it stopped")
    decisions = world.decisions()
    world.require(Decision.BREAKER_OPEN in decisions, "nothing was declined by the breaker")
    concluded = [m for m in world.notifier.messages if "refused by its gates" in m[0]]
    world.require(len(concluded) == 3, f"{len(concluded)} candidates were refused, three allowed")


def test_training_time_stays_within_the_budget(seed: int) -> None:
    policy = TIRELESS.model_copy(update={"maximum_training_minutes_per_month": 21.0})
    world = World(seed, policy=policy, chances=replace(ROUGH, deaths=0.0))
    flapping(world)

    world.pass_time(10 * DAY)

    world.require_bounds()
    world.require(len(world.starts()) == 4, f"{len(world.starts())} runs of five minutes in 21")


def distinct_orders(count: int) -> list[RetrainingOrder]:
    kinds = (TriggerKind.DRIFT_ALARM, TriggerKind.SCHEDULE, TriggerKind.PERSON)
    start = World(0).start
    return [
        RetrainingOrder(
            MODEL,
            Trigger(
                kind=kinds[number % len(kinds)],
                id=f"trigger {number}",
                reason="",
                requested_by="tests",
                requested_at=start + number * MINUTE,
            ),
        )
        for number in range(count)
    ]


@pytest.mark.parametrize("skew", [timedelta(0), timedelta(minutes=10)], ids=["right", "wrong"])
def test_a_thousand_doubled_and_disordered_triggers_start_each_once(
    seed: int, skew: timedelta
) -> None:
    policy = TIRELESS.model_copy(update={"maximum_runs_per_day": 96, "maximum_runs_per_month": 300})
    world = World(seed, policy=policy, chances=Chances(interleaving=0.3, skew=skew))
    world.executions.duration = timedelta(seconds=20)
    orders = distinct_orders(50)
    bursts = orders * 10
    world.clock.rng.shuffle(bursts)
    deliveries = 0
    for number, order in enumerate(bursts):
        for late in (0.0, 0.5):
            moment = number * MINUTE + timedelta(seconds=late)
            world.clock.after(moment, partial(world.ask, order))
            deliveries += 1

    world.pass_time(501 * MINUTE)

    world.require(deliveries == 1000, f"{deliveries} deliveries instead of a thousand")
    found = [world.ports.ledger.find_decision(MODEL, order.trigger.id) for order in orders]
    executions = {decided.execution for decided in found if decided}
    world.require(executions == set(world.executions.statuses), "each trigger has its execution")
    world.require(len(executions) == 50, f"{len(executions)} executions for 50 triggers")
    world.require(world.executions.most_at_once == 1, "two runs at once")


@pytest.mark.parametrize("rings_for", [5 * MINUTE, 3 * HOUR], ids=["briefly", "long"])
def test_drift_is_retrained_within_a_period_though_every_event_is_lost(
    seed: int, rings_for: timedelta
) -> None:
    for number in range(50):
        world = World(seed + number, chances=Chances(loss=1.0, skew=timedelta(minutes=10)))
        begins = world.start + HOUR + world.clock.rng.random() * HOUR
        ends = begins + rings_for
        alarm = world.watch(lambda now, a=begins, b=ends: a <= now < b)  # type: ignore[misc] # defaults are its own
        world.reconcile_regularly()

        world.pass_time(6 * HOUR)

        raised = alarm.changes[0][0]
        world.require(len(world.starts()) == 1, f"{len(world.starts())} runs for one drift")
        waited = world.starts()[0] - raised
        world.require(timedelta(0) <= waited <= PERIOD, f"drift waited for {waited}")


@pytest.fixture
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put the machine into a time zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def starts_after(seed: int, start: datetime, skew: timedelta) -> list[timedelta]:
    """How long after a moment each run of two flapping days began."""
    world = World(seed, chances=Chances(skew=skew), start=start)
    flapping(world)
    world.pass_time(2 * DAY)
    world.require_bounds()
    return [each - start for each in world.starts()]


@pytest.mark.parametrize(
    ("zone", "date"),
    [
        pytest.param("UTC", "2028-02-28", id="leap day"),
        pytest.param("Pacific/Apia", "2026-12-30", id="year end"),
        pytest.param("Europe/Berlin", "2026-03-28", id="summer time begins"),
        pytest.param("America/New_York", "2026-10-31", id="summer time ends"),
    ],
    indirect=["zone"],
)
@pytest.mark.parametrize("skew", [timedelta(0), timedelta(minutes=10)], ids=["right", "wrong"])
@pytest.mark.usefixtures("zone")
def test_no_calendar_and_no_clock_change_makes_a_difference(
    seed: int, date: str, skew: timedelta
) -> None:
    usual = starts_after(seed, World(0).start, skew)

    special = starts_after(seed, datetime.fromisoformat(f"{date}T00:00:00+00:00"), skew)

    assert special == usual
    assert len(usual) == 8


def test_clocks_that_are_wrong_start_as_many_runs(seed: int) -> None:
    right = starts_after(seed, World(0).start, timedelta(0))
    wrong = starts_after(seed, World(0).start, timedelta(minutes=10))

    assert len(right) == len(wrong) == 8


def test_the_same_seed_repeats_everything(seed: int) -> None:
    def happen() -> tuple[list[datetime], list[Decision]]:
        world = World(seed, chances=ROUGH)
        flapping(world)
        world.pass_time(DAY)
        return world.starts(), world.decisions()

    assert happen() == happen()


def test_a_failure_says_which_seed_repeats_it() -> None:
    with pytest.raises(AssertionError, match="--simulation-seed 7"):
        World(7).require(False, "nothing holds")
