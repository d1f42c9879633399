"""What a real shift is made of: which features, since which hour, and how much of it is each one's.

Where rows of the reference are at hand, a feature's share is its share of the estimated loss, by
`functions.core.attribution_loss`. Else it is its share of the standardized shift: PSI above what
chance explains. That says how far a feature has moved, and nothing of harm; so it is named.
"""

from collections.abc import Sequence
from datetime import datetime

from functions.contracts.faults import AttributionBasis, FeatureAttribution
from functions.contracts.feature_schema import FeatureSchema
from functions.contracts.profile import ColumnProfile, Profile
from functions.core.attribution_hour import ChangeHour, count_hours, find_change_hour
from functions.core.attribution_loss import FeatureLosses
from functions.core.data_faults_traffic import ObservedHour
from functions.core.divergences import population_stability_index
from functions.core.significance import TAIL_MARGIN, chi_square_quantile, expected_psi

FALSE_SHIFT_RATE = 0.01
"""The chance that any feature is named though none has shifted; divided among them."""


def attribute_shift(
    schema: FeatureSchema,
    reference: Profile,
    hours: Sequence[ObservedHour],
    *,
    losses: FeatureLosses | None = None,
) -> tuple[FeatureAttribution, ...]:
    """Return the features that have shifted, the largest share first.

    Parameters
    ----------
    schema : FeatureSchema
        Features marked `pii` are not judged.
    reference : Profile
    hours : sequence of ObservedHour
        Of the window, in order.
    losses : FeatureLosses, optional
        What each feature's shift costs. Without, or if nothing is lost by them, shares are those
        of the standardized shift.
    """
    shifts = _shifts(schema, reference, hours)
    lost = {name: max(losses.by_feature.get(name, 0.0), 0.0) for name in shifts} if losses else {}
    by_loss = any(value > 0.0 for value in lost.values())
    sizes = lost if by_loss else shifts
    total = sum(sizes.values())
    found = [
        _attribute(
            name,
            (shift, sizes[name] / total),
            losses if by_loss else None,
            (hours, find_change_hour(*_column(schema, reference, hours, name))),
        )
        for name, shift in shifts.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.share, -one.shift)))


def _shifts(
    schema: FeatureSchema, reference: Profile, hours: Sequence[ObservedHour]
) -> dict[str, float]:
    """Return by how much PSI exceeds its mean without a shift, of features that have shifted."""
    error = FALSE_SHIFT_RATE / len(schema.features)
    found = {}
    for feature in schema.features:
        if feature.pii:
            continue
        counts = count_hours(*_column(schema, reference, hours, feature.name))
        before, after = counts[0], counts[1:].sum(axis=0)
        bins = int(((before + after) > 0).sum())
        rows = int(before.sum()), int(after.sum())
        if not all(rows):
            continue
        psi = population_stability_index(before, after)
        noise = TAIL_MARGIN * chi_square_quantile(1.0 - error, bins - 1)
        if psi > noise * (1.0 / rows[0] + 1.0 / rows[1]):
            found[feature.name] = psi - expected_psi(bins, *rows)
    return found


def _column(
    schema: FeatureSchema, reference: Profile, hours: Sequence[ObservedHour], name: str
) -> tuple[ColumnProfile, list[ColumnProfile | None]]:
    index = schema.names.index(name)
    columns = [None if h.profile is None else h.profile.features[index] for h in hours]
    return reference.features[index], columns


def _attribute(
    name: str,
    sizes: tuple[float, float],
    losses: FeatureLosses | None,
    change: tuple[Sequence[ObservedHour], ChangeHour | None],
) -> FeatureAttribution:
    shift, share = sizes
    hours, found = change
    since = None if found is None else hours[found.likeliest].hour
    earliest, latest = (
        (None, None) if found is None else (hours[i].hour for i in (found.earliest, found.latest))
    )
    before_window = found is not None and found.earliest == 0
    loss = None if losses is None else losses.by_feature.get(name, 0.0)
    if losses is None:
        told = (
            f"{name} has {share:.0%} of the total standardized shift (PSI {shift:.2f} above chance)"
        )
    else:
        told = (
            f"{name} explains {share:.0%} of the estimated loss ({loss:+.4g} in {losses.metric} by "
            "its own shift alone)"
        )
    return FeatureAttribution(
        feature=name,
        share=share,
        basis=(
            AttributionBasis.STANDARDIZED_SHIFT
            if losses is None
            else AttributionBasis.ESTIMATED_LOSS
        ),
        shift=shift,
        loss=loss,
        metric=None if losses is None else losses.metric,
        since=since,
        since_earliest=earliest,
        since_latest=latest,
        before_window=before_window,
        evidence=told + _when(since, earliest, latest, before_window=before_window),
    )


def _when(
    since: datetime | None,
    earliest: datetime | None,
    latest: datetime | None,
    *,
    before_window: bool,
) -> str:
    if since is None or earliest is None or latest is None:
        return ""
    if before_window and earliest == latest:
        return ", from the window's first hour on or longer"
    between = "" if earliest == latest else f" (between {earliest:%d %H:%M} and {latest:%d %H:%M})"
    return f", since {since:%Y-%m-%dT%H:%MZ}{between}"
