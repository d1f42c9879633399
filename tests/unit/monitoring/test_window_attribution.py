"""What a window's shift is made of, by its hours' records and rows kept with the version."""

from dataclasses import replace

import pytest

from functions.contracts.estimates import Estimator, QualityVerdict
from functions.contracts.faults import AttributionBasis, FeatureAttribution
from functions.monitoring.capture_reader import count_window, read_hours
from functions.monitoring.window_attribution import JudgedVersion, find_attribution, lost_metric
from functions.monitoring.window_findings import Compared, WindowFindings
from tests.fakes.documents import artifact
from tests.unit.core.drift_world import Matrix, rows
from tests.unit.monitoring.test_window_findings import (
    ESTIMATOR,
    HOUR,
    REFERENCE,
    deliver,
    find,
    window,
)
from tests.unit.monitoring.window_world import NOW, WindowWorld


def test_attributes_a_real_shift_and_none_of_a_fault() -> None:
    world = WindowWorld()
    for number in range(6):
        shift = 1.0 if number >= 3 else 0.0
        deliver(world, rows(500, seed=number, shift=shift), NOW - (6 - number) * HOUR)

    found = find(world, window())
    (feature,) = attribute(world, found)

    assert found.faults == ()
    assert (feature.feature, feature.basis) == ("amount", AttributionBasis.STANDARDIZED_SHIFT)
    assert feature.since == NOW - 3 * HOUR
    faulty = WindowFindings((), (faulty_hour(),), found.hours)
    assert attribute(world, faulty) == ()


def test_attributes_a_shift_by_the_loss_that_kept_rows_say_it_costs() -> None:
    world = WindowWorld()
    for number in range(6):
        matrix = rows(1500, seed=number)
        matrix[::2, 1] = rows(750, seed=number + 50)[:, 2]  # another mix, as hard as before
        matrix[:, 0] **= 0.5  # nearer to 1, where an answer is nearer to a half
        deliver(world, matrix, NOW - (6 - number) * HOUR)
    found = find(world, window())

    before = attribute(world, found)
    features = attribute(world, found, kept=rows(4000, seed=1))

    assert {each.feature: each.basis for each in before} == {
        "amount": AttributionBasis.STANDARDIZED_SHIFT,
        "fuel": AttributionBasis.STANDARDIZED_SHIFT,
    }
    assert [(each.feature, each.share) for each in features] == [("amount", 1.0), ("fuel", 0.0)]
    assert {each.basis for each in features} == {AttributionBasis.ESTIMATED_LOSS}
    assert features[0].metric == "accuracy_score"
    assert features[0].loss is not None
    assert features[0].loss > 0.01
    assert "amount explains 100% of the estimated loss" in features[0].evidence


def test_attributes_by_the_shift_where_the_quality_is_as_usual() -> None:
    world = WindowWorld()
    matrix = rows(3000, seed=5)
    matrix[:, 0] **= 0.5  # nearer to 1, where an answer is nearer to a half
    deliver(world, matrix, NOW - HOUR)
    found = find(world, window())
    usual = [one.model_copy(update={"verdict": QualityVerdict.OK}) for one in found.estimates]

    (lost,) = attribute(world, found, kept=rows(4000, seed=1))
    (calm,) = attribute(world, replace(found, estimates=tuple(usual)), kept=rows(4000, seed=1))

    assert lost.basis is AttributionBasis.ESTIMATED_LOSS
    assert (calm.basis, calm.loss) == (AttributionBasis.STANDARDIZED_SHIFT, None)


@pytest.mark.parametrize(
    ("verdicts", "metric"),
    [
        ({"brier_error": "loss", "roc_auc_score": "loss"}, "roc_auc_score"),
        ({"brier_error": "loss", "roc_auc_score": "ok"}, "brier_error"),
        ({"brier_error": "gain", "roc_auc_score": "ok"}, None),
        ({}, None),
    ],
)
def test_a_loss_is_told_in_the_model_s_metric_if_that_is_lost(
    verdicts: dict[str, str], metric: str | None
) -> None:
    world = WindowWorld()
    deliver(world, rows(3000, seed=5), NOW - HOUR)
    (made,) = find(world, window()).estimates
    estimates = [
        made.model_copy(update={"metric": name, "verdict": QualityVerdict(verdict)})
        for name, verdict in verdicts.items()
    ]

    assert lost_metric(estimates, "roc_auc_score") == metric


def test_attributes_by_the_shift_where_nothing_can_be_estimated() -> None:
    world = WindowWorld()
    deliver(world, rows(3000, seed=5, shift=1.0), NOW - HOUR)
    found = find(world, window())

    (feature,) = attribute(world, found, kept=rows(4000, seed=1), estimator=None)

    assert feature.basis is AttributionBasis.STANDARDIZED_SHIFT


def attribute(
    world: WindowWorld,
    found: WindowFindings,
    *,
    kept: Matrix | None = None,
    estimator: Estimator | None = ESTIMATOR,
) -> tuple[FeatureAttribution, ...]:
    """Attribute what was found of a version whose metric, R², nobody can estimate."""
    records = read_hours(world.captures, window(), ESTIMATOR)
    current, _ = count_window(world.captures, window(), records)
    rows_kept = None if kept is None else world.keep_rows(kept)
    version = JudgedVersion(
        artifact().model_copy(update={"reference_rows": rows_kept}), estimator, "r2_score"
    )
    return find_attribution(
        window(), Compared(REFERENCE, current, 500), found, version, world.models
    )


def faulty_hour() -> object:
    world = WindowWorld()
    broken = rows(400, seed=3)
    broken[:, 0] *= 1000
    deliver(world, broken, NOW - HOUR)
    return find(world, window(1)).faults[0]
