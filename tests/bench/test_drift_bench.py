"""How long drift takes; `make bench` measures, `make test` runs each once."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from functions.contracts.drift import DriftReport, WindowCounts
from functions.contracts.feature_schema import Feature, FeatureSchema
from functions.contracts.hourly import CompactCapturesOutput
from functions.contracts.model_spec import DriftPolicy
from functions.core.drift import WindowDrift, judge_window
from functions.core.profile import Profile, merge_profiles, profile_matrix
from functions.monitoring.capture_reader import Window, read_window
from functions.monitoring.drift_report_html import render_report
from tests.fakes.object_store import InMemoryObjectStore
from tests.unit.core.drift_world import Matrix, profile, rows, spec
from tests.unit.monitoring.world import END, START, capture, compact, put

TEN_NUMBERS = FeatureSchema(
    features=tuple(Feature(name=f"x{index}", type="number") for index in range(10))
)


@pytest.fixture(scope="module")
def numbers() -> Matrix:
    return np.random.default_rng(1).normal(size=(100_000, 10)).astype(np.float32)


def test_profiles_a_million_values(benchmark: Any, numbers: Matrix) -> None:
    found: Profile = benchmark(profile_matrix, TEN_NUMBERS, numbers)

    assert found.rows == 100_000


def test_merges_two_profiles_of_ten_features(benchmark: Any, numbers: Matrix) -> None:
    half = len(numbers) // 2
    parts = [profile_matrix(TEN_NUMBERS, part) for part in (numbers[:half], numbers[half:])]

    merged: Profile = benchmark(merge_profiles, *parts)

    assert merged.rows == 100_000


def test_reads_a_profile(benchmark: Any, numbers: Matrix) -> None:
    text = profile_matrix(TEN_NUMBERS, numbers).model_dump_json()

    found: Profile = benchmark(Profile.model_validate_json, text)

    assert found.rows == 100_000


@pytest.mark.parametrize(("requests", "rows_each"), [(2_000, 1), (20, 5_000)])
def test_compacts_captures(benchmark: Any, requests: int, rows_each: int) -> None:
    matrix = rows(rows_each, seed=1)
    lines = [capture(matrix, inference_id=f"r{index}") for index in range(requests)]

    def arrived() -> tuple[tuple[InMemoryObjectStore], dict[str, Any]]:
        store = InMemoryObjectStore()
        put(store, b"".join(lines))
        return (store,), {}

    output: CompactCapturesOutput = benchmark.pedantic(compact, setup=arrived, rounds=5)

    assert output.rows == requests * rows_each


def test_reads_a_window(benchmark: Any) -> None:
    store = InMemoryObjectStore()
    put(store, capture(rows(5_000, seed=1)))
    compact(store)

    found, counts = benchmark(read_window, store, Window(spec(), 1, START, END))

    assert isinstance(counts, WindowCounts)
    assert found.rows == 5_000


def judgement() -> Callable[[], WindowDrift]:
    reference, current = profile(rows(10_000, seed=1)), profile(rows(100_000, seed=2, shift=0.3))
    return lambda: judge_window(spec(), DriftPolicy(), reference=reference, current=current)


def test_judges_a_window(benchmark: Any) -> None:
    drift: WindowDrift = benchmark(judgement())

    assert drift.data_breach is not None


def test_renders_a_report(benchmark: Any) -> None:
    drift, moment = judgement()(), datetime(2026, 3, 1, tzinfo=UTC)
    report = DriftReport(
        model="car",
        model_version=1,
        window_start=moment,
        window_end=moment,
        created_at=moment,
        reference_rows=10_000,
        current_rows=100_000,
        rows_needed=drift.rows_needed,
        verdict=drift.verdict,
        reason=drift.reason,
        features=drift.features,
        prediction=drift.prediction,
    )

    page: str = benchmark(render_report, report)

    assert "amount" in page
