"""What a window's real shift is made of, by the loss that it costs where one is estimated."""

from collections.abc import Sequence
from dataclasses import dataclass

from functions.contracts.artifact import Artifact
from functions.contracts.estimates import Estimator, QualityEstimate, QualityVerdict
from functions.contracts.faults import FeatureAttribution
from functions.contracts.feature_schema import FeatureSchema
from functions.core.attribution import attribute_shift
from functions.core.attribution_loss import FeatureLosses, explain_loss
from functions.core.ports import ObjectReader
from functions.core.profile import Profile
from functions.core.stored_specs import read_reference_rows
from functions.monitoring.capture_reader import Window
from functions.monitoring.window_findings import Compared, WindowFindings


@dataclass(frozen=True, slots=True)
class JudgedVersion:
    """The window's version: its files, what estimates its quality, and what it is judged by."""

    artifact: Artifact
    estimator: Estimator | None
    metric: str


def find_attribution(
    window: Window,
    compared: Compared,
    findings: WindowFindings,
    version: JudgedVersion,
    models: ObjectReader,
) -> tuple[FeatureAttribution, ...]:
    """Return which features a real shift is made of; none of a window with data faults.

    Shares are of a loss only where one is estimated: of a metric that is as usual, what a feature
    seems to cost is noise.
    """
    if findings.faults:
        return ()
    schema = window.spec.feature_schema
    metric = lost_metric(findings.estimates, version.metric)
    losses = explain_window_loss(schema, compared.current, version, models, metric=metric)
    return attribute_shift(schema, compared.reference, findings.hours, losses=losses)


def lost_metric(estimates: Sequence[QualityEstimate], wanted: str) -> str | None:
    """Return the metric whose estimate is a loss: the wanted one if it is, else the first."""
    lost = [each.metric for each in estimates if each.verdict is QualityVerdict.LOSS]
    return wanted if wanted in lost else next(iter(lost), None)


def explain_window_loss(
    schema: FeatureSchema,
    current: Profile,
    version: JudgedVersion,
    models: ObjectReader,
    *,
    metric: str | None,
) -> FeatureLosses | None:
    """Return what each feature's shift costs of a metric; None where none is lost.

    None, too, of a version that keeps no rows, or whose quality cannot be estimated feature by
    feature.
    """
    if version.estimator is None or metric is None:
        return None
    rows = read_reference_rows(version.artifact, schema, models)
    if rows is None:
        return None
    return explain_loss(version.estimator, schema, rows, current, metric=metric)
