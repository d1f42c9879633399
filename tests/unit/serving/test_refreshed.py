from datetime import timedelta

from functions.serving.refreshed import Clock, Refreshed
from tests.unit.serving.world import NOW, FakeClock


def refreshed(clock: FakeClock) -> Refreshed[int]:
    return Refreshed(Clock(clock.monotonic, clock.now), seconds=30)


def fail(_held: int | None) -> int:
    msg = "away"
    raise ConnectionError(msg)


def test_is_due_at_first_and_after_its_interval() -> None:
    clock = FakeClock()
    value = refreshed(clock)
    due = [value.is_due]

    value.refresh(lambda _: 1)
    for clock.seconds in (0, 29.9, 30):
        due.append(value.is_due)

    assert due == [True, False, False, True]


def test_is_due_when_only_the_wall_clock_went_on() -> None:
    # Lambda freezes a process between invocations, and its monotonic clock may stand still.
    clock = FakeClock()
    value = Refreshed[int](Clock(lambda: 0.0, clock.now), seconds=30)
    value.refresh(lambda _: 1)

    clock.seconds = 31

    assert value.is_due


def test_is_due_when_only_the_monotonic_clock_went_on() -> None:
    clock = FakeClock()
    value = Refreshed[int](Clock(clock.monotonic, lambda: NOW), seconds=30)
    value.refresh(lambda _: 1)

    clock.seconds = 31

    assert value.is_due


def test_keeps_the_last_good_value_and_says_since_when_it_is_stale() -> None:
    clock = FakeClock()
    value = refreshed(clock)
    value.refresh(lambda _: 1)
    clock.seconds = 100
    value.refresh(fail)
    clock.seconds = 200
    value.refresh(fail)

    assert value.value == 1
    assert value.stale_since == value.confirmed_at == NOW
    assert isinstance(value.failure, ConnectionError)


def test_is_fresh_again_once_it_could_be_read() -> None:
    clock = FakeClock()
    value = refreshed(clock)
    value.refresh(lambda _: 1)
    value.refresh(fail)
    clock.seconds = 60

    value.refresh(lambda held: (held or 0) + 1)

    assert (value.value, value.stale_since, value.failure) == (2, None, None)
    assert value.confirmed_at == NOW + timedelta(seconds=60)


def test_waits_its_interval_after_a_failure_too() -> None:
    clock = FakeClock()
    value = refreshed(clock)

    value.refresh(fail)

    assert not value.is_due
    assert value.stale_since is None
    assert value.retry_after_seconds == 30


def test_counts_its_interval_from_the_end_of_a_slow_attempt() -> None:
    clock = FakeClock()
    value = refreshed(clock)

    def slow(_held: int | None) -> int:
        clock.seconds += 40
        return 1

    value.refresh(slow)

    assert not value.is_due


def test_never_says_to_come_back_at_once() -> None:
    clock = FakeClock()
    value = refreshed(clock)
    value.refresh(fail)

    clock.seconds = 100

    assert value.retry_after_seconds == 1
