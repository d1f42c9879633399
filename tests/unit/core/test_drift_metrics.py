from functions.contracts.estimates import QualityEstimate, QualityVerdict
from functions.contracts.metrics import Metric
from functions.contracts.model_spec import DriftPolicy
from functions.core.drift import judge_window
from functions.core.drift_metrics import drift_metrics, window_metrics
from functions.core.ports import MetricValue
from functions.core.score_points import window_points
from tests.unit.core.drift_world import Matrix, model_spec, personal, profile, report, rows, spec

NOT_OF_DRIFT = {
    Metric.DAYS_WITHOUT_LABELS,
    Metric.JOINED_LABELS,
    Metric.REFUSED_LABELS,
    Metric.DATA_FAULTS,
    Metric.ESTIMATED_SCORE,
    Metric.REALIZED_SCORE,
    Metric.HEARTBEAT,
}

REFERENCE = profile(rows(4000, seed=1))


def metrics_of(matrix: Matrix, answered: Matrix | None = None) -> dict[str, MetricValue]:
    drift = judge_window(
        spec(),
        DriftPolicy(),
        reference=REFERENCE,
        current=profile(matrix, answered=answered),
    )
    values = drift_metrics(drift, len(matrix))
    return {value.metric: value for value in values}


def test_emits_a_zero_where_nothing_drifted() -> None:
    found = metrics_of(rows(2000, seed=2))

    assert set(found) == set(Metric) - NOT_OF_DRIFT
    assert found[Metric.DATA_DRIFT_BREACH].value == 0.0
    assert found[Metric.PREDICTION_DRIFT_BREACH].value == 0.0
    assert found[Metric.DRIFTED_FEATURES].value == 0.0
    assert found[Metric.WINDOW_ROWS].value == 2000


def test_emits_a_one_where_something_drifted() -> None:
    found = metrics_of(rows(2000, seed=2, shift=1.0))

    assert found[Metric.DATA_DRIFT_BREACH].value == 1.0
    assert found[Metric.PREDICTION_DRIFT_BREACH].value == 1.0
    assert found[Metric.DRIFTED_FEATURES].value == 1.0
    assert found[Metric.MAX_FEATURE_PSI].value > 0.5


def test_emits_the_rows_alone_where_they_are_too_few() -> None:
    assert set(metrics_of(rows(50, seed=2))) == {Metric.WINDOW_ROWS}


def test_emits_nothing_of_a_prediction_that_was_not_judged() -> None:
    found = metrics_of(rows(2000, seed=2), answered=rows(20, seed=2))

    assert Metric.DATA_DRIFT_BREACH in found
    assert not {Metric.PREDICTION_DRIFT_BREACH, Metric.PREDICTION_PSI} & set(found)


def test_emits_the_psi_of_each_judged_feature() -> None:
    drift = judge_window(
        spec(personal("fuel")),
        DriftPolicy(),
        reference=REFERENCE,
        current=profile(rows(2000, seed=2)),
    )

    values = drift_metrics(drift, 2000)

    assert [v.feature for v in values if v.metric is Metric.FEATURE_PSI] == ["amount", "is_new"]


def test_emits_an_estimate_where_its_rows_are_enough() -> None:
    drift = judge_window(
        spec(), DriftPolicy(), reference=REFERENCE, current=profile(rows(2000, seed=2))
    )
    judged, few = (
        report(rows(2000, seed=2)).model_copy(update={"estimates": (estimated(verdict),)})
        for verdict in (QualityVerdict.OK, QualityVerdict.NOT_JUDGED)
    )

    told = [
        {value.metric for value in window_metrics(drift, each, model_spec())}
        for each in (judged, few)
    ]

    assert [Metric.ESTIMATED_SCORE in each for each in told] == [True, False]


def test_keeps_no_estimate_of_too_few_rows_in_the_history() -> None:
    few = report(rows(2000, seed=2)).model_copy(
        update={"estimates": (estimated(QualityVerdict.NOT_JUDGED),)}
    )

    (point,) = window_points(few, ["roc_auc_score"])

    assert (point.estimated, point.sampling_error) == (None, None)


def estimated(verdict: QualityVerdict) -> QualityEstimate:
    return QualityEstimate(
        metric="roc_auc_score",
        value=0.5,
        sampling_error=0.2,
        lower=0.0,
        upper=1.0,
        rows=2000,
        verdict=verdict,
        reason="so",
    )
