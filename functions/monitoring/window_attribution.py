"""What a window's real shift is made of, by the loss that it costs where that can be estimated."""

from dataclasses import dataclass

from functions.contracts.artifact import Artifact
from functions.contracts.estimates import Estimator
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
    """Return which features a real shift is made of; none of a window with data faults."""
    if findings.faults:
        return ()
    schema = window.spec.feature_schema
    losses = explain_window_loss(schema, compared.current, version, models)
    return attribute_shift(schema, compared.reference, findings.hours, losses=losses)


def explain_window_loss(
    schema: FeatureSchema, current: Profile, version: JudgedVersion, models: ObjectReader
) -> FeatureLosses | None:
    """Return what each feature's shift costs of the version's metric.

    Of one that cannot be estimated (R²), it is the first that can. None of a version that keeps no
    rows, or whose quality cannot be estimated feature by feature.
    """
    estimator = version.estimator
    if estimator is None:
        return None
    metrics = [reference.metric for reference in estimator.references]
    rows = read_reference_rows(version.artifact, schema, models)
    if rows is None or not metrics:
        return None
    metric = version.metric if version.metric in metrics else metrics[0]
    return explain_loss(estimator, schema, rows, current, metric=metric)
