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
from functions.core.drift_bins import bin_columns
from functions.core.float_codes import CodeCounts
from functions.core.profile import NumericProfile, counted_codes, profile_matrix

ONE_NUMBER = FeatureSchema(features=(Feature(name="amount", type="number"),))


def profiled_ks(a: NDArray[np.float32], b: NDArray[np.float32]) -> float | None:
    (past,) = profile_matrix(ONE_NUMBER, a.reshape(-1, 1)).features
    (now,) = profile_matrix(ONE_NUMBER, b.reshape(-1, 1)).features
    return bin_columns(past, now).ks


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
