import numpy as np
import pytest

from functions.core.change_detection import Series, Sums, detect_change

RATE = 0.001


def drawn(rng: np.random.Generator, rate: float, rows: int = 500) -> Sums:
    return Sums.of((rng.random(rows) < rate).astype(np.float64))


def series(*windows: Sums, reference: Sums, falls_count: bool = False) -> dict[str, Series]:
    return {"loss": Series(reference, windows, falls_count=falls_count)}


def test_adds_up_as_the_rows_do() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(3.0, 2.0, 1000)

    whole, parts = Sums.of(values), Sums.of(values[:300]) + Sums.of(values[300:])

    assert parts.rows == whole.rows == 1000
    assert parts.mean == pytest.approx(values.mean())
    assert parts.variance == pytest.approx(values.var(ddof=1))


@pytest.mark.slow
def test_keeps_the_false_alarm_rate_it_states() -> None:
    rng = np.random.default_rng(2)
    alarms = looks = 0
    for _ in range(60):
        reference = drawn(rng, 0.1, 2000)
        windows: list[Sums] = []
        for _ in range(50):
            windows.append(drawn(rng, 0.1))
            looks += 1
            found = detect_change(series(*windows, reference=reference), false_alarm_rate=0.01)
            alarms += found.is_found

    # At most 0.01 a look; looks share rows, so alarms come in clusters: three standard errors of
    # sixty histories are granted.
    assert alarms / looks <= 0.02


@pytest.mark.parametrize("cut", [1, 5, 30])
def test_finds_a_rise_and_where_it_began(cut: int) -> None:
    rng = np.random.default_rng(3)
    windows = [drawn(rng, 0.1) for _ in range(cut)] + [drawn(rng, 0.2) for _ in range(4)]

    found = detect_change(series(*windows, reference=drawn(rng, 0.1, 2000)), false_alarm_rate=RATE)

    assert found.since is not None
    assert abs(found.since - cut) <= 1
    assert found.before == pytest.approx(0.1, abs=0.02)
    assert found.after == pytest.approx(0.2, abs=0.03)
    assert "standard deviations" in found.reason


def test_finds_a_slow_rise_by_its_long_parts() -> None:
    rng = np.random.default_rng(4)
    windows = [drawn(rng, 0.1 + 0.001 * step) for step in range(60)]

    assert detect_change(
        series(*windows, reference=drawn(rng, 0.1, 2000)), false_alarm_rate=RATE
    ).is_found


def test_takes_a_fall_for_a_change_only_where_it_counts() -> None:
    rng = np.random.default_rng(5)
    windows = [drawn(rng, 0.05) for _ in range(4)]
    reference = drawn(rng, 0.2, 2000)

    loss = detect_change(series(*windows, reference=reference), false_alarm_rate=RATE)
    bias = detect_change(
        series(*windows, reference=reference, falls_count=True), false_alarm_rate=RATE
    )

    assert not loss.is_found
    assert bias.since == 0


def test_takes_no_scatter_for_a_change_that_the_windows_always_had() -> None:
    rng = np.random.default_rng(6)
    season = [drawn(rng, 0.1 + 0.05 * (step % 2)) for step in range(40)]
    reference = drawn(rng, 0.1, 500)

    calm = detect_change(series(*season, reference=reference), false_alarm_rate=RATE)

    assert not calm.is_found
    assert calm.reason.startswith("no change: loss")


def test_compares_nothing_with_fewer_rows_than_a_hundred() -> None:
    rng = np.random.default_rng(7)

    found = detect_change(
        series(drawn(rng, 1.0, 99), reference=drawn(rng, 0.1, 2000)), false_alarm_rate=RATE
    )

    assert not found.is_found
    assert found.reason == "too few labelled rows to compare"


def test_finds_a_change_of_what_never_varied() -> None:
    calm, changed = Sums(500, 0.0, 0.0), Sums(500, 500.0, 500.0)

    found = detect_change(series(calm, changed, reference=calm), false_alarm_rate=RATE)

    assert found.since == 1


def test_names_the_series_that_changed_most_clearly() -> None:
    rng = np.random.default_rng(8)
    calm, worse = [drawn(rng, 0.1) for _ in range(4)], [drawn(rng, 0.3) for _ in range(4)]
    reference = drawn(rng, 0.1, 2000)

    found = detect_change(
        {"calm": Series(reference, tuple(calm)), "worse": Series(reference, tuple(worse))},
        false_alarm_rate=RATE,
    )

    assert found.series == "worse"
