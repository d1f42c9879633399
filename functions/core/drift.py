"""Whether a window of rows differs from the reference, and by how much."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.drift import ColumnDrift, Verdict
from functions.contracts.drift_method import TITLES, DriftMethod
from functions.contracts.feature_schema import Feature
from functions.contracts.model_spec import DriftPolicy
from functions.core.drift_bins import BinnedColumn, bin_columns
from functions.core.drift_column import (
    ColumnRule,
    compare_binned,
    compare_column,
    mark_personal,
)
from functions.core.drift_methods import ChanceLimit, chance_limit, method_for
from functions.core.profile import (
    CategoricalProfile,
    ColumnProfile,
    Profile,
    ProfileMismatchError,
)
from functions.core.significance import rows_needed, rows_needed_on_each_side


@dataclass(frozen=True, slots=True)
class WindowDrift:
    """The verdict on a window and the sentence an operator will read.

    A breach is None where too few rows were there to tell.
    """

    verdict: Verdict
    data_reason: str
    rows_needed: int
    data_breach: bool | None
    prediction_breach: bool | None
    features: tuple[ColumnDrift, ...]
    prediction: ColumnDrift

    @property
    def reason(self) -> str:
        """What was found of the features and of the prediction."""
        return f"{self.data_reason}; the prediction: {self.prediction.reason}"

    @property
    def drifted(self) -> tuple[ColumnDrift, ...]:
        """The features that have drifted, the most drifted first."""
        found = [column for column in self.features if column.verdict is Verdict.DRIFT]
        return tuple(sorted(found, key=lambda column: column.measured, reverse=True))


def judge_window(
    spec: ArtifactSpec, policy: DriftPolicy, *, reference: Profile, current: Profile
) -> WindowDrift:
    """Return whether the rows of a window differ from those of the reference.

    Every judged column is tested by its method, for its missing rate and, where it has categories,
    for its unseen rate. The policy's false alarm rate is divided by the number of these tests.

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
    columns = [_prepare(pair, policy, alarm_rate) for pair in pairs]
    needed = _rows_needed(columns)
    features = tuple(_judge_feature(column, needed) for column in columns)
    prediction = compare_column(
        reference.prediction,
        current.prediction,
        names=[str(label) for label in spec.classes],
        rule=_rule(policy, None, reference.prediction, alarm_rate),
    )
    return _conclude(policy, features, prediction, rows=(current.rows, needed))


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


@dataclass(frozen=True, slots=True)
class _Binned:
    """A feature that is judged, over its bins, and what chance alone gives it."""

    counts: BinnedColumn
    limit: ChanceLimit


@dataclass(frozen=True, slots=True)
class _Column:
    """A feature on both sides; one that is not judged has no bins."""

    feature: Feature
    reference: ColumnProfile
    current: ColumnProfile
    rule: ColumnRule
    binned: _Binned | None


def _prepare(pair: _Pair, policy: DriftPolicy, alarm_rate: float) -> _Column:
    feature, past, now = pair
    rule = _rule(policy, feature.name, past, alarm_rate)
    if feature.pii:
        return _Column(feature, past, now, rule, None)
    counts = bin_columns(past, now, feature.categories)
    limit = chance_limit(rule.method, past, counts, false_alarm_rate=alarm_rate)
    return _Column(feature, past, now, rule, _Binned(counts, limit))


def _rule(
    policy: DriftPolicy, feature: str | None, past: ColumnProfile, alarm_rate: float
) -> ColumnRule:
    """Return the rule of a feature, or of the prediction if there is no name, of any rows."""
    named = policy.method if feature is None else policy.methods.get(feature, policy.method)
    method = method_for(past, named)
    psi = policy.prediction_threshold if feature is None else policy.threshold
    threshold = psi if method is DriftMethod.PSI else policy.threshold_of(method)
    return ColumnRule(threshold, alarm_rate, 0, method)


def _judge_feature(column: _Column, needed: int) -> ColumnDrift:
    rule = replace(column.rule, rows_needed=needed)
    if column.binned is None:
        return mark_personal(column.feature.name, rule, column.reference)
    return compare_binned(
        column.reference,
        column.current,
        column.binned.counts,
        rule=rule,
        limit=column.binned.limit,
    )


def _count_tests(pairs: Sequence[_Pair]) -> int:
    """Return how many tests share the false alarm rate; the prediction has one."""
    tests = [
        3 if isinstance(past, CategoricalProfile) else 2
        for feature, past, _ in pairs
        if not feature.pii
    ]
    return 1 + sum(tests)


def _rows_needed(columns: Sequence[_Column]) -> int:
    """Return how many rows a window needs, by the features that mostly have a value."""
    needed, on_each_side = [0], [0]
    for column in columns:
        past = column.reference
        if column.binned is None or past.present * 2 < past.rows:
            continue
        allowed = column.binned.limit.allowed_noise(column.rule.threshold)
        needed.append(rows_needed(allowed, int(column.binned.counts.reference.sum())) or 0)
        on_each_side.append(rows_needed_on_each_side(allowed))
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
        data_reason=_data_reason(policy, features, data_breach, rows),
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
        key=lambda column: column.measured,
        reverse=True,
    )
    judged = sum(column.verdict in (Verdict.OK, Verdict.DRIFT) for column in features)
    if not drifted:
        most = max(features, key=lambda column: column.measured / column.threshold)
        return (
            f"none of {judged} features drifted, the largest {TITLES[most.method]} is "
            f"{most.measured:.3f} ({most.name}), {most.threshold:g} would be drift"
        )
    few = "" if data_breach else f", fewer than the {policy.minimum_drifted_features} that count"
    told = ", ".join(f"{column.name} ({column.reason})" for column in drifted)
    return f"{len(drifted)} of {judged} features drifted{few}: {told}"
