"""Whether a window of rows differs from the reference, and by how much."""

from collections.abc import Sequence
from dataclasses import dataclass

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.drift import ColumnDrift, Verdict
from functions.contracts.feature_schema import Feature
from functions.contracts.model_spec import DriftPolicy
from functions.core.drift_bins import bin_columns
from functions.core.drift_column import ColumnRule, compare_column, mark_personal
from functions.core.profile import (
    CategoricalProfile,
    ColumnProfile,
    Profile,
    ProfileMismatchError,
)
from functions.core.significance import psi_rows_needed, psi_rows_needed_on_each_side


@dataclass(frozen=True, slots=True)
class WindowDrift:
    """The verdict on a window and the sentence an operator will read.

    A breach is None where too few rows were there to tell.
    """

    verdict: Verdict
    reason: str
    rows_needed: int
    data_breach: bool | None
    prediction_breach: bool | None
    features: tuple[ColumnDrift, ...]
    prediction: ColumnDrift

    @property
    def drifted(self) -> tuple[ColumnDrift, ...]:
        """The features that have drifted, the most drifted first."""
        found = [column for column in self.features if column.verdict is Verdict.DRIFT]
        return tuple(sorted(found, key=lambda column: column.psi, reverse=True))


def judge_window(
    spec: ArtifactSpec, policy: DriftPolicy, *, reference: Profile, current: Profile
) -> WindowDrift:
    """Return whether the rows of a window differ from those of the reference.

    Every judged column is tested for its PSI, its missing rate and, where it has categories, its
    unseen rate. The policy's false alarm rate is divided by the number of these tests.

    Parameters
    ----------
    spec : ArtifactSpec
        Of the version that the reference belongs to.
    policy : DriftPolicy
    reference, current : Profile
        With predictions. Features marked `pii` are missing in captures and are not judged.

    Raises
    ------
    ProfileMismatchError
        If the profiles are not of the spec's columns, or lack the predictions.
    """
    if reference.prediction is None or current.prediction is None:
        msg = f"the profiles of {spec.model} must both have predictions"
        raise ProfileMismatchError(msg)
    pairs = _pair_columns(spec, reference, current)
    alarm_rate = policy.false_alarm_rate / _count_tests(pairs)
    rows_needed = _rows_needed(pairs, policy.threshold, alarm_rate)
    rule = ColumnRule(policy.threshold, alarm_rate, rows_needed)
    features = tuple(
        mark_personal(feature.name, rule, past)
        if feature.pii
        else compare_column(past, now, names=feature.categories, rule=rule)
        for feature, past, now in pairs
    )
    prediction = compare_column(
        reference.prediction,
        current.prediction,
        names=[str(label) for label in spec.classes],
        rule=ColumnRule(policy.prediction_threshold, alarm_rate, rows_needed=0),
    )
    return _conclude(policy, features, prediction, rows=(current.rows, rows_needed))


_Pair = tuple[Feature, ColumnProfile, ColumnProfile]


def _pair_columns(spec: ArtifactSpec, reference: Profile, current: Profile) -> tuple[_Pair, ...]:
    features = spec.feature_schema.features
    if not len(features) == len(reference.features) == len(current.features):
        msg = (
            f"{spec.model} has {len(features)} features, its reference profile "
            f"{len(reference.features)} and the window {len(current.features)}"
        )
        raise ProfileMismatchError(msg)
    return tuple(zip(features, reference.features, current.features, strict=True))


def _count_tests(pairs: Sequence[_Pair]) -> int:
    """Return how many tests share the false alarm rate; the prediction has one."""
    tests = [
        3 if isinstance(past, CategoricalProfile) else 2
        for feature, past, _ in pairs
        if not feature.pii
    ]
    return 1 + sum(tests)


def _rows_needed(pairs: Sequence[_Pair], threshold: float, alarm_rate: float) -> int:
    """Return how many rows a window needs, by the features that mostly have a value."""
    needed, on_each_side = [0], [0]
    for feature, past, now in pairs:
        if feature.pii or past.present * 2 < past.rows:
            continue
        bins = len(bin_columns(past, now, feature.categories).labels)
        rows = psi_rows_needed(bins, past.present, threshold=threshold, false_alarm_rate=alarm_rate)
        needed.append(rows or 0)
        on_each_side.append(
            psi_rows_needed_on_each_side(bins, threshold=threshold, false_alarm_rate=alarm_rate)
        )
    return max(needed) or max(on_each_side)


def _conclude(
    policy: DriftPolicy,
    features: tuple[ColumnDrift, ...],
    prediction: ColumnDrift,
    *,
    rows: tuple[int, int],
) -> WindowDrift:
    drifted = [column for column in features if column.verdict is Verdict.DRIFT]
    data_breach = (
        len(drifted) >= policy.minimum_drifted_features
        if any(column.verdict in (Verdict.OK, Verdict.DRIFT) for column in features)
        else None
    )
    prediction_breach = (
        None
        if prediction.verdict is Verdict.NOT_ENOUGH_ROWS
        else prediction.verdict is Verdict.DRIFT
    )
    return WindowDrift(
        verdict=_window_verdict(features, data_breach, prediction_breach),
        reason="; ".join(
            [
                _data_reason(policy, features, data_breach, rows),
                f"the prediction: {prediction.reason}",
            ]
        ),
        rows_needed=rows[1],
        data_breach=data_breach,
        prediction_breach=prediction_breach,
        features=features,
        prediction=prediction,
    )


def _window_verdict(
    features: Sequence[ColumnDrift], data_breach: bool | None, prediction_breach: bool | None
) -> Verdict:
    if data_breach or prediction_breach:
        return Verdict.DRIFT
    only_prediction = all(column.verdict is Verdict.NOT_JUDGED for column in features)
    decisive = prediction_breach if only_prediction else data_breach
    return Verdict.NOT_ENOUGH_ROWS if decisive is None else Verdict.OK


def _data_reason(
    policy: DriftPolicy,
    features: Sequence[ColumnDrift],
    data_breach: bool | None,
    rows: tuple[int, int],
) -> str:
    if data_breach is None:
        return f"no feature could be judged: {rows[0]:,} rows in the window, {rows[1]:,} needed"
    drifted = sorted(
        (column for column in features if column.verdict is Verdict.DRIFT),
        key=lambda column: column.psi,
        reverse=True,
    )
    judged = sum(column.verdict in (Verdict.OK, Verdict.DRIFT) for column in features)
    if not drifted:
        most = max(features, key=lambda column: column.psi)
        return (
            f"none of {judged} features drifted, the largest PSI is {most.psi:.3f} "
            f"({most.name}), {policy.threshold:g} would be drift"
        )
    few = "" if data_breach else f", fewer than the {policy.minimum_drifted_features} that count"
    told = ", ".join(f"{column.name} ({column.reason})" for column in drifted)
    return f"{len(drifted)} of {judged} features drifted{few}: {told}"
