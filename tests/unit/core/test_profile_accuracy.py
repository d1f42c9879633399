"""How near the Kolmogorov-Smirnov statistic of profiles is to the exact one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.stats import ks_2samp

from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.core.divergences import ks_statistic
from functions.core.drift_bins import BinnedColumn, bin_columns
from functions.core.float_codes import CodeCounts
from functions.core.profile import NumericProfile, counted_codes, profile_matrix
from tests.bench.ks_error import compare, jumps

ONE_NUMBER = FeatureSchema(features=(Feature(name="amount", type="number"),))


def profiled(a: NDArray[np.float32], b: NDArray[np.float32]) -> BinnedColumn:
    (past,) = profile_matrix(ONE_NUMBER, a.reshape(-1, 1)).features
    (now,) = profile_matrix(ONE_NUMBER, b.reshape(-1, 1)).features
    return bin_columns(past, now)


def profiled_ks(a: NDArray[np.float32], b: NDArray[np.float32]) -> float | None:
    return profiled(a, b).ks


def exact_ks(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    return float(ks_2samp(a, b, method="asymp").statistic)


def ks_over(a: CodeCounts, b: CodeCounts) -> float:
    cells = np.union1d(a.codes, b.codes)
    counts = [
        np.array(
            [
                dict(zip(c.codes.tolist(), c.counts.tolist(), strict=True)).get(x, 0)
                for x in cells.tolist()
            ]
        )
        for c in (a, b)
    ]
    return ks_statistic(*counts)


@pytest.mark.parametrize("shift", [0.0, 0.02, 0.3])
@pytest.mark.parametrize(
    ("shape", "error"),
    [("normal", 1.6e-4), ("lognormal", 1.6e-4), ("uniform", 3e-4)],  # a uniform's ends are jumps
)
def test_keeps_the_ks_statistic_to_the_fourth_digit(shape: str, error: float, shift: float) -> None:
    rng = np.random.default_rng(11)
    a = getattr(rng, shape)(size=200_000).astype(np.float32)
    b = (getattr(rng, shape)(size=200_000) * (1 + shift) + shift).astype(np.float32)

    assert profiled_ks(a, b) == pytest.approx(exact_ks(a, b), abs=error)


@given(st.integers(16, 32), st.integers(0, 2**32), st.floats(0.001, 100.0))
def test_misses_no_more_of_the_ks_statistic_than_a_cell_holds(
    bits: int, seed: int, scale: float
) -> None:
    rng = np.random.default_rng(seed)
    a, b = (rng.choice(rng.normal(5, scale, 40), 300).astype(np.float32) for _ in range(2))
    both = [profile_matrix(ONE_NUMBER, sample.reshape(-1, 1)).features[0] for sample in (a, b)]

    cells = [counted_codes(column, bits) for column in both if isinstance(column, NumericProfile)]
    found = ks_over(cells[0], cells[1])

    assert found <= exact_ks(a, b) + 1e-12
    assert found >= exact_ks(a, b) - max(int(c.counts.max()) for c in cells) / 300 - 1e-12


@given(
    arrays(np.float32, st.integers(3, 50), elements=st.floats(-(2.0**99), 2.0**99, width=32)),
    arrays(np.float32, st.integers(3, 50), elements=st.floats(-(2.0**99), 2.0**99, width=32)),
)
def test_is_exact_while_few_values_are_distinct(
    a: NDArray[np.float32], b: NDArray[np.float32]
) -> None:
    assert profiled_ks(a, b) == pytest.approx(exact_ks(a, b), abs=1e-12)


def test_says_how_much_it_may_miss_wherever_a_density_jumps() -> None:
    missed, said = [], []
    for _, _, a, b in jumps(rows=20_000, places=12):
        found = profiled(a, np.float32(b))
        assert found.ks is not None
        assert found.ks_error is not None
        missed.append(exact_ks(a, np.float32(b)) - found.ks)
        said.append(found.ks_error)

    assert min(missed) >= -1e-12
    assert (np.array(missed) <= np.array(said) + 1e-12).all()
    assert 2e-4 < max(missed) < max(said) <= 2**-8 * 1.2  # what a cell at the top of 0 to 1 holds


@given(st.integers(16, 31), st.integers(0, 2**32), st.floats(0.001, 100.0), st.integers(2, 300))
def test_never_misses_more_than_it_says(bits: int, seed: int, scale: float, rows: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = (rng.choice(rng.normal(5, scale, 40), rows).astype(np.float32) for _ in range(2))

    found, exact = compare(a, b, bits), exact_ks(a, b)

    assert found.ks is not None
    assert found.ks_error is not None
    assert found.ks - 1e-12 <= exact <= found.ks + found.ks_error + 1e-12


def test_says_all_of_what_it_may_miss() -> None:
    apart = compare(np.float32([1.0, 1.001]), np.float32([1.002, 1.003]), bits=16)
    turned = compare(np.float32([1.002, 1.003]), np.float32([1.0, 1.001]), bits=16)

    for found in (apart, turned):
        assert (found.ks, found.ks_error) == (0.0, 1.0)


def test_misses_nothing_while_few_values_are_distinct() -> None:
    a, b = (np.round(np.random.default_rng(s).normal(size=5000) * 50) for s in (1, 2))

    assert profiled(a.astype(np.float32), b.astype(np.float32)).ks_error == 0.0
