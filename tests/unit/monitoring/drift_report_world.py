"""Drift reports with everything in them, made up at will."""

from datetime import UTC, datetime, timedelta

import numpy as np

from functions.contracts.alerts import Alerts, Condition, ConditionKind
from functions.contracts.drift import (
    AlertState,
    ColumnDrift,
    DriftReport,
    LabelledScores,
    ScoreLimit,
    ScorePoint,
    Verdict,
)
from functions.contracts.drift_method import DriftMethod
from functions.contracts.estimates import QualityEstimate, QualityVerdict
from functions.contracts.faults import (
    AttributionBasis,
    DataFault,
    FaultKind,
    FeatureAttribution,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
AUC, ACCURACY = "roc_auc_score", "accuracy_score"


def column(name: str, *, psi: float, method: DriftMethod = DriftMethod.PSI) -> ColumnDrift:
    shares = np.random.default_rng(sum(name.encode())).dirichlet(np.full(10, 20.0), size=2)
    return ColumnDrift(
        name=name,
        kind="numeric",
        verdict=Verdict.DRIFT if psi > 0.1 else Verdict.OK,
        reason=f"{method.value} {psi:.3f} against 0.1",
        psi=psi,
        psi_expected_without_drift=0.004,
        threshold=0.1,
        method=method,
        distance=None if method is DriftMethod.PSI else psi / 2,
        jensen_shannon_distance=psi / 3,
        ks_statistic=psi / 4,
        ks_error=0.0038,
        reference_missing_rate=0.01,
        current_missing_rate=0.02,
        current_unseen_rate=0.0,
        bins=tuple(f"{low} to {low + 10}" for low in range(0, 100, 10)),
        reference_shares=tuple(shares[0]),
        current_shares=tuple(shares[1]),
    )


def history(days: int, *, metric: str = AUC, labelled: int = 20) -> tuple[ScorePoint, ...]:
    """A window a day; the version changes on the way and labels are missing of the last days."""
    random = np.random.default_rng(7)
    points = []
    for day in range(days):
        estimated = 0.96 - 0.0012 * day + 0.004 * random.standard_normal()
        end = NOW - (days - 1 - day) * DAY
        has_labels = day < labelled
        points.append(
            ScorePoint(
                metric=metric,
                window_start=end - DAY,
                window_end=end,
                version=6 if day < days // 3 else 7,
                estimated=estimated,
                sampling_error=0.004,
                realized=estimated - 0.001 * day if has_labels else None,
                labelled_rows=1900 if has_labels else 0,
            )
        )
    return tuple(points)


def states() -> tuple[AlertState, ...]:
    listed = Alerts(
        page=("data_fault", "estimated_loss", "accuracy_score < 0.85"),
        retrain=("label_change", "accuracy_score < 0.9"),
    ).conditions
    return tuple(_state(condition) for condition in listed)


def _state(condition: Condition) -> AlertState:
    holds = condition.kind in {ConditionKind.DATA_FAULT, ConditionKind.ESTIMATED_LOSS}
    held_back = condition.kind is ConditionKind.LABEL_CHANGE
    return AlertState(
        condition=condition.text,
        kind=condition.kind,
        severity=condition.severity,
        metric_name=condition.metric_name,
        holds=holds,
        reason="roc_auc_score is estimated 0.918 on 24,000 rows, below 0.951"
        if holds or held_back
        else "nothing of it is seen",
        held_back="a data fault is found" if held_back else None,
    )


def full_report(features: int = 8, *, days: int = 30) -> DriftReport:
    """A report with a value in every part."""
    columns = tuple(
        column(
            f"feature_{number}_with_a_rather_long_name" if number % 7 == 0 else f"income_{number}",
            psi=0.9 / (1 + number),
            method=DriftMethod.KS if number % 5 == 3 else DriftMethod.PSI,
        )
        for number in range(features)
    )
    return DriftReport(
        model="loan_default",
        model_version=7,
        window_start=NOW - DAY,
        window_end=NOW,
        created_at=NOW,
        reference_rows=4000,
        current_rows=24_310,
        rows_needed=410,
        verdict=Verdict.DRIFT,
        reason="income_1 has drifted: PSI 0.45 against 0.1",
        features=columns,
        prediction=column("prediction", psi=0.21),
        faults=(
            DataFault(
                kind=FaultKind.UNIT_CHANGED,
                columns=("income_1",),
                since=NOW - timedelta(hours=7),
                evidence="the median of income_1 went from 41,200 to 41.2, a factor of 1,000",
                action="ask who writes income_1 whether it is in thousands now",
            ),
            DataFault(
                kind=FaultKind.VOLUME_GONE,
                since=NOW - timedelta(hours=2),
                evidence="3 rows in an hour that usually has 1,000",
                action="look whether the caller still calls",
            ),
        ),
        attribution=tuple(
            FeatureAttribution(
                feature=each.name,
                share=share,
                basis=AttributionBasis.ESTIMATED_LOSS,
                shift=each.psi,
                loss=share * 0.03,
                metric=AUC,
                since=since,
                since_earliest=since and since - timedelta(hours=1),
                since_latest=since and since + timedelta(hours=1),
                before_window=share < 0.1,
                evidence=f"{each.name} shifted by {each.psi:.2f}",
            )
            for each, share, since in zip(
                columns,
                (0.62, 0.25, 0.08),
                (NOW - timedelta(hours=7), NOW - timedelta(hours=9), None),
                strict=False,
            )
        ),
        estimates=tuple(
            QualityEstimate(
                metric=metric,
                value=value,
                sampling_error=0.004,
                lower=value - 0.012,
                upper=value + 0.012,
                rows=24_310,
                lower_threshold=0.951,
                upper_threshold=0.98,
                verdict=QualityVerdict.LOSS,
                reason=f"{metric} is estimated {value} on 24,310 rows, below 0.951",
            )
            for metric, value in ((AUC, 0.918), (ACCURACY, 0.881))
        ),
        labelled=LabelledScores(rows=1900, answered_rows=24_000, scores={AUC: 0.905}),
        history=(*history(days), *history(days, metric=ACCURACY)),
        limits=(
            ScoreLimit(metric=ACCURACY, limit=0.85, source="page"),
            ScoreLimit(metric=ACCURACY, limit=0.9, source="retrain"),
            ScoreLimit(metric=AUC, limit=0.95, source="gate"),
        ),
        alerts=states(),
        action="hold",
        action_reason="income_1 changed its unit: a data fault, nothing is learned from it",
    )
