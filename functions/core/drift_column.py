"""One column of a window against the same column of the reference."""

from collections.abc import Sequence
from dataclasses import dataclass

from functions.contracts.drift import Breach, BreachKind, ColumnDrift, Verdict
from functions.contracts.drift_method import TITLES, DriftMethod
from functions.core.divergences import (
    chi_square_statistic,
    jensen_shannon_distance,
    population_stability_index,
    shares,
)
from functions.core.drift_bins import BinnedColumn, bin_columns, show_number
from functions.core.drift_methods import ChanceLimit, chance_limit, measure, p_value
from functions.core.profile import CategoricalProfile, ColumnProfile, NumericProfile
from functions.core.significance import (
    expected_psi,
    rate_has_risen,
    rows_needed,
    rows_needed_on_each_side,
)


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """When a column has drifted; `rows_needed` is what the window as a whole needs.

    The method is one that `functions.core.drift_methods.method_for` gives for the column, and the
    threshold is that method's.
    """

    threshold: float
    false_alarm_rate: float
    rows_needed: int
    method: DriftMethod = DriftMethod.PSI


@dataclass(frozen=True, slots=True)
class _Judgement:
    verdict: Verdict
    reason: str
    breaches: tuple[Breach, ...] = ()


def compare_column(
    reference: ColumnProfile, current: ColumnProfile, *, names: Sequence[str], rule: ColumnRule
) -> ColumnDrift:
    """Return how far a column is from its reference, and whether that is drift.

    Parameters
    ----------
    reference, current : ColumnProfile
    names : sequence of str
        Of the categories, in code order.
    rule : ColumnRule

    Raises
    ------
    ProfileMismatchError
        If the two profiles are not of the same column.
    """
    return compare_binned(reference, current, bin_columns(reference, current, names), rule=rule)


def compare_binned(
    reference: ColumnProfile,
    current: ColumnProfile,
    binned: BinnedColumn,
    *,
    rule: ColumnRule,
    limit: ChanceLimit | None = None,
) -> ColumnDrift:
    """Return the same of a column that is binned already; `limit` is what chance gives it."""
    distance = measure(rule.method, reference, current, binned) if binned.is_comparable else 0.0
    limit = limit or chance_limit(
        rule.method, reference, binned, false_alarm_rate=rule.false_alarm_rate
    )
    judgement = _judge(reference, current, binned, measured=(distance, limit), rule=rule)
    return _describe(reference, current, binned, judgement, distance=distance, rule=rule)


def mark_personal(name: str, rule: ColumnRule, reference: ColumnProfile) -> ColumnDrift:
    """Return the entry of a feature that captures do not hold."""
    return ColumnDrift(
        name=name,
        kind=reference.kind,
        verdict=Verdict.NOT_JUDGED,
        reason="personal data, dropped before a capture is written",
        psi=0.0,
        psi_expected_without_drift=0.0,
        threshold=rule.threshold,
        method=rule.method,
        jensen_shannon_distance=0.0,
        reference_missing_rate=missing_rate(reference),
        current_missing_rate=1.0,
        current_unseen_rate=0.0,
        bins=(),
        reference_shares=(),
        current_shares=(),
    )


def missing_rate(profile: ColumnProfile) -> float:
    """Return the share of rows without a value, 0 if there are no rows."""
    return profile.missing / max(profile.rows, 1)


def unseen_rate(profile: ColumnProfile) -> float:
    """Return the share of the values that are no known category, 0 if there are no values."""
    return _unseen(profile) / max(profile.present, 1)


def _judge(
    reference: ColumnProfile,
    current: ColumnProfile,
    binned: BinnedColumn,
    *,
    measured: tuple[float, ChanceLimit],
    rule: ColumnRule,
) -> _Judgement:
    if current.rows < rule.rows_needed:
        return _too_few(f"{current.rows:,} rows in the window, {rule.rows_needed:,} needed")
    shift = _judge_shift(binned, *measured, rule)
    breaches = _rate_breaches(reference, current, rule)
    if shift.verdict is Verdict.DRIFT:
        reason = f"{shift.reason}{_means(reference, current)}"
        breaches.insert(0, Breach(kind=BreachKind.SHARES, reason=reason))
    if not breaches:
        return shift
    return _Judgement(
        Verdict.DRIFT, ", ".join(breach.reason for breach in breaches), tuple(breaches)
    )


def _judge_shift(
    binned: BinnedColumn, distance: float, limit: ChanceLimit, rule: ColumnRule
) -> _Judgement:
    """Judge the shares of the known values alone."""
    n_ref, n_cur = int(binned.reference.sum()), int(binned.current.sum())
    allowed = limit.allowed_noise(rule.threshold)
    needed = rows_needed(allowed, n_ref)
    if needed is None:
        each = rows_needed_on_each_side(allowed)
        return _too_few(
            f"{n_ref:,} rows with a value in the reference, {each:,} needed on each side"
        )
    if n_cur < needed:
        return _too_few(f"{n_cur:,} rows with a value in the window, {needed:,} needed")
    named = f"{TITLES[rule.method]} {distance:.3f}"
    if distance >= rule.threshold:
        return _Judgement(Verdict.DRIFT, f"{named} reaches {rule.threshold:g}")
    if rule.method is DriftMethod.PSI:
        chance = f"about {expected_psi(len(binned.labels), n_ref, n_cur):.3f} is chance"
    else:
        chance = f"up to {limit.at(1.0 / n_ref + 1.0 / n_cur):.3f} may be chance"
    return _Judgement(Verdict.OK, f"{named} is below {rule.threshold:g}, {chance}")


def _too_few(reason: str) -> _Judgement:
    return _Judgement(Verdict.NOT_ENOUGH_ROWS, reason)


def _rate_breaches(
    reference: ColumnProfile, current: ColumnProfile, rule: ColumnRule
) -> list[Breach]:
    """Return an entry for each of the missing and the unseen rate that has risen.

    The prediction has no rates of its own: `rule.rows_needed` is 0, and an answer is never missing.
    """
    if reference.rows == 0 or rule.rows_needed == 0:
        return []
    breaches = []
    if rate_has_risen(
        (reference.missing, reference.rows),
        (current.missing, current.rows),
        false_alarm_rate=rule.false_alarm_rate,
    ):
        reason = (
            f"missing in {missing_rate(current):.1%} of the rows, {missing_rate(reference):.1%} "
            "in the reference"
        )
        breaches.append(Breach(kind=BreachKind.MISSING, reason=reason))
    if _unseen_has_risen(reference, current, rule):
        reason = (
            f"{unseen_rate(current):.1%} of the values are in no known category, "
            f"{unseen_rate(reference):.1%} in the reference"
        )
        breaches.append(Breach(kind=BreachKind.UNSEEN, reason=reason))
    return breaches


def _unseen_has_risen(reference: ColumnProfile, current: ColumnProfile, rule: ColumnRule) -> bool:
    if not reference.present or current.present < rule.rows_needed:
        return False
    return rate_has_risen(
        (_unseen(reference), reference.present),
        (_unseen(current), current.present),
        false_alarm_rate=rule.false_alarm_rate,
    )


def _unseen(profile: ColumnProfile) -> int:
    return profile.unseen if isinstance(profile, CategoricalProfile) else 0


def _means(reference: ColumnProfile, current: ColumnProfile) -> str:
    """Return the two means of a numeric column, which say most about what happened."""
    if not isinstance(reference, NumericProfile) or not isinstance(current, NumericProfile):
        return ""
    past, now = (profile.total / profile.present for profile in (reference, current))
    return f" with a mean of {show_number(now)} against {show_number(past)}"


def _describe(
    reference: ColumnProfile,
    current: ColumnProfile,
    binned: BinnedColumn,
    judgement: _Judgement,
    *,
    distance: float,
    rule: ColumnRule,
) -> ColumnDrift:
    comparable, is_numeric = binned.is_comparable, isinstance(reference, NumericProfile)
    samples = (binned.reference, binned.current)
    psi = distance
    if comparable and rule.method is not DriftMethod.PSI:
        psi = population_stability_index(*samples)
    return ColumnDrift(
        name=reference.name,
        kind=reference.kind,
        verdict=judgement.verdict,
        reason=judgement.reason,
        psi=psi,
        psi_expected_without_drift=(
            expected_psi(len(binned.labels), *(int(counts.sum()) for counts in samples))
            if comparable
            else 0.0
        ),
        threshold=rule.threshold,
        method=rule.method,
        distance=distance,
        p_value=p_value(rule.method, binned) if comparable else None,
        jensen_shannon_distance=jensen_shannon_distance(*samples) if comparable else 0.0,
        ks_statistic=binned.ks,
        ks_error=binned.ks_error,
        chi_square=chi_square_statistic(*samples) if comparable and not is_numeric else None,
        reference_missing_rate=missing_rate(reference),
        current_missing_rate=missing_rate(current),
        current_unseen_rate=unseen_rate(current),
        bins=binned.labels,
        reference_shares=tuple(shares(binned.reference).tolist()),
        current_shares=tuple(shares(binned.current).tolist()),
        breaches=judgement.breaches,
    )
