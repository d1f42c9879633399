"""A season is not drift; drift that is slow is found, on a day that can be told beforehand."""

from collections.abc import Callable
from datetime import datetime, timedelta
from statistics import NormalDist

import numpy as np
import pytest

from functions.contracts.drift_method import THRESHOLDS, DriftMethod
from functions.core.reconciling import PERIOD
from tests.simulation.stream import HOUR, RETRAIN_ON_DRIFT, WEEK, Draw, Stream, model_spec
from tests.simulation.world import DAY, World
from tests.unit.core.drift_world import Matrix

pytestmark = pytest.mark.slow

JUDGED_EVERY = 3 * HOUR
"""Of a season: at eight times of the day, each window a day long."""

NORMAL = NormalDist()
BASKET, BASKET_DEVIATION = 100.0, 20.0
REFERENCE_ROWS, DAY_ROWS = 20_000, 10_000
NOISE = 1.0 / REFERENCE_ROWS + 1.0 / DAY_ROWS
CERTAIN = 4.0
"""Standard deviations; one day in 30,000 lies beyond."""


def daylight(hour: datetime) -> float:
    """Return 0 at night, up to 1 at noon."""
    return max(0.0, float(np.sin((hour.hour - 6) / 12.0 * np.pi)))


def draw_season(hour: datetime, rng: np.random.Generator) -> Matrix:
    """Return an hour's rows: by day up to five times as many, of other devices and baskets."""
    light = daylight(hour)
    count = int(rng.poisson(20 + 80 * light))
    columns = (
        rng.normal(BASKET + BASKET_DEVIATION * (1.0 - 2.0 * light), BASKET_DEVIATION, count),
        rng.normal(40.0 - 8.0 * light, 10.0, count),
        rng.choice(3, count, p=[0.7 - 0.5 * light, 0.2 + 0.5 * light, 0.1]),
    )
    return np.stack(columns, axis=1).astype(np.float32)


def season_before(world: World, *, days: int, least_light: float = 0.0) -> Matrix:
    """Return the rows of the days before, or of their light hours alone."""
    rng = np.random.default_rng(world.seed + 1)
    hours = [world.start - ago * HOUR for ago in range(1, 24 * days + 1)]
    return np.concatenate(
        [draw_season(hour, rng) for hour in hours if daylight(hour) >= least_light]
    )


def test_two_weeks_of_night_and_day_start_at_most_one_retraining(seed: int) -> None:
    world = World(seed)
    spec = model_spec(alerts=RETRAIN_ON_DRIFT)
    stream = Stream(
        world, draw_season, season_before(world, days=10), spec, judged_every=JUDGED_EVERY
    )
    stream.begin(earlier=DAY)

    world.pass_time(14 * DAY)

    judged = len(stream.reports)
    world.require(judged == 14 * DAY // JUDGED_EVERY, f"{judged} windows were judged")
    world.require(len(world.starts()) <= 1, f"{len(world.starts())} runs for night and day")
    world.require(stream.first_drift() is None, f"drift was seen at {stream.first_drift()}")


@pytest.mark.parametrize("begins_at", [6, 12, 18])
def test_an_endpoint_that_begins_within_a_day_is_not_retrained_for_the_rest_of_it(
    seed: int, begins_at: int
) -> None:
    world = World(seed, start=World(seed).start + begins_at * HOUR)
    spec = model_spec(alerts=RETRAIN_ON_DRIFT)
    stream = Stream(
        world, draw_season, season_before(world, days=10), spec, judged_every=JUDGED_EVERY
    )
    stream.begin()

    world.pass_time(2 * DAY)

    seen = stream.first_drift()
    world.require(seen is not None and seen < world.start + DAY, f"a part of the day: {seen}")
    world.require(world.starts() == [], f"{len(world.starts())} runs for a part of the day")


def test_drift_of_the_first_day_is_retrained_for_when_the_day_is_whole(seed: int) -> None:
    world = World(seed, start=World(seed).start + 6 * HOUR)
    changes_at, is_whole = world.start + 3 * HOUR, world.start + DAY
    before = season_before(world, days=10)

    def draw(hour: datetime, rng: np.random.Generator) -> Matrix:
        matrix = draw_season(hour, rng)
        matrix[:, 1] += 25.0 if hour >= changes_at else 0.0
        return matrix

    stream = Stream(
        world, draw, before, model_spec(alerts=RETRAIN_ON_DRIFT), judged_every=JUDGED_EVERY
    )
    stream.begin()

    world.pass_time(is_whole - world.start - timedelta(minutes=1))
    world.require(stream.first_drift() is not None, "the change was no drift")
    world.require(world.starts() == [], "a part of a day was retrained for")
    world.pass_time(PERIOD)
    world.require(len(world.starts()) == 1, f"{len(world.starts())} runs when the day was whole")


def test_a_reference_without_nights_is_learned_anew_once(seed: int) -> None:
    world = World(seed)
    days = season_before(world, days=10, least_light=0.3)
    stream = Stream(
        world, draw_season, days, model_spec(alerts=RETRAIN_ON_DRIFT), judged_every=JUDGED_EVERY
    )
    stream.begin(earlier=WEEK)

    world.pass_time(6 * DAY)

    world.require(stream.first_drift() is not None, "nights were no drift to a model of days")
    world.require(len(world.starts()) == 1, f"{len(world.starts())} runs to learn of the nights")


def draw_moving(start: datetime, daily: float) -> Draw:
    """Return rows whose basket grows by so many standard deviations a day."""

    def draw(since: datetime, rng: np.random.Generator) -> Matrix:
        middle = (since - start) / DAY + 0.5
        columns = (
            rng.normal(BASKET + BASKET_DEVIATION * daily * middle, BASKET_DEVIATION, DAY_ROWS),
            rng.normal(40.0, 10.0, DAY_ROWS),
            rng.choice(3, DAY_ROWS, p=[0.6, 0.3, 0.1]),
        )
        return np.stack(columns, axis=1).astype(np.float32)

    return draw


def psi_of_shift(shift: float) -> tuple[float, float]:
    """Return PSI's mean and deviation over the deciles of a normal column that moved.

    Times the noise it is about non-central chi-square with nine degrees of freedom.
    """
    edges = [NORMAL.inv_cdf(place / 10.0) for place in range(1, 10)]
    moved = np.diff([0.0, *(NORMAL.cdf(edge - shift) for edge in edges), 1.0])
    psi = float(((moved - 0.1) * np.log(moved / 0.1)).sum())
    return psi + 9.0 * NOISE, NOISE * (2.0 * (9.0 + 2.0 * psi / NOISE)) ** 0.5


def ks_of_shift(shift: float) -> tuple[float, float]:
    return 2.0 * NORMAL.cdf(shift / 2.0) - 1.0, 0.5 * NOISE**0.5


def wasserstein_of_shift(shift: float) -> tuple[float, float]:
    return shift, NOISE**0.5


def expected_days(
    of_shift: Callable[[float], tuple[float, float]], *, threshold: float, daily: float
) -> tuple[int, int]:
    """Return the first day on which drift can be found but by a rare chance, and the last."""
    found = []
    for deviations in (CERTAIN, -CERTAIN):
        day = 1
        while True:
            mean, deviation = of_shift(daily * (day - 0.5))
            if mean + deviations * deviation >= threshold:
                break
            day += 1
        found.append(day)
    return found[0], found[1]


HALF_A_PERCENT_OF_THE_MEAN = 0.005 * BASKET / BASKET_DEVIATION
HALF_A_PERCENT_OF_A_DEVIATION = 0.005


@pytest.mark.parametrize(
    ("method", "of_shift", "daily"),
    [
        pytest.param(method, of_shift, daily, id=f"{method}, {daily:g} sd a day")
        for method, of_shift in (
            (DriftMethod.PSI, psi_of_shift),
            (DriftMethod.KS, ks_of_shift),
            (DriftMethod.WASSERSTEIN, wasserstein_of_shift),
        )
        for daily in (HALF_A_PERCENT_OF_THE_MEAN, HALF_A_PERCENT_OF_A_DEVIATION)
    ],
)
def test_half_a_percent_a_day_is_found_on_the_day_that_theory_names(
    seed: int,
    method: DriftMethod,
    of_shift: Callable[[float], tuple[float, float]],
    daily: float,
) -> None:
    world = World(seed)
    still = draw_moving(world.start, 0.0)(world.start, np.random.default_rng(seed + 1))
    again = draw_moving(world.start, 0.0)(world.start, np.random.default_rng(seed + 2))
    stream = Stream(
        world,
        draw_moving(world.start, daily),
        np.concatenate([still, again]),
        model_spec(alerts=RETRAIN_ON_DRIFT, drift={"method": method}),
        period=DAY,
        judged_every=DAY,
    )
    first, last = expected_days(of_shift, threshold=THRESHOLDS[method], daily=daily)
    stream.begin()

    world.pass_time((first - 1) * DAY)
    world.require(stream.first_drift() is None, f"drift was seen before day {first}")
    while stream.first_drift() is None and world.clock.now < world.start + last * DAY:
        world.pass_time(DAY)

    world.require(stream.first_drift() is not None, f"no drift was seen until day {last}")
    world.pass_time(PERIOD + timedelta(minutes=1))
    world.require(len(world.starts()) == 1, f"{len(world.starts())} runs for drift that was found")
