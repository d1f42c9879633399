"""What a rollout's captures show of both versions, as the guards want it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.capture import GroundTruthLine
from functions.contracts.log_lines import DEFAULT_VARIANT
from functions.contracts.model_spec import Task
from functions.contracts.rollout import RolloutRecord
from functions.contracts.rollout_check import VersionCounts
from functions.core.encoding import canonical_label, encode_labels
from functions.core.guards import LATENCY_QUANTILE, VariantEvidence
from functions.core.sequential import ScoredRows
from functions.core.traffic import Traffic, VersionTraffic

Truths = Mapping[str, GroundTruthLine]

_MICROSECONDS = 1000.0


@dataclass(frozen=True, slots=True)
class Contest:
    """The champion's traffic and the challenger's, since the rollout began."""

    champion: VersionTraffic
    challenger: VersionTraffic


def contest_of(record: RolloutRecord, traffic: Traffic) -> Contest:
    """Return what each version got of the rollout's split; requests by version are left out."""
    return Contest(
        champion=_part(traffic, record.champion, DEFAULT_VARIANT),
        challenger=_part(traffic, record.challenger, record.split_id),
    )


def evidence_of(part: VersionTraffic, spec: ArtifactSpec, truths: Truths) -> VariantEvidence:
    """Return a version's evidence; `truths` are joined by inference id.

    Answers of another width than the version's own are left out, as is a truth that is none of its
    classes.
    """
    fits = part.outputs.shape[1] == max(1, len(spec.classes))
    outputs = part.outputs if fits else part.outputs[:0]
    return VariantEvidence(
        requests=part.requests + part.failures,
        failed_requests=part.failures,
        latencies_us=part.latency_us,
        outputs=outputs,
        labelled=_labelled(part, spec, truths) if fits else None,
    )


def without_answers(evidence: VariantEvidence) -> VariantEvidence:
    """Return how a version answered, without what: for versions that predict different things."""
    return VariantEvidence(
        requests=evidence.requests,
        failed_requests=evidence.failed_requests,
        latencies_us=evidence.latencies_us,
        outputs=evidence.outputs[:0],
    )


def counts_of(part: VersionTraffic, evidence: VariantEvidence) -> VersionCounts:
    """Return a version's evidence in numbers that people compare."""
    latencies = evidence.latencies_us
    slow = float(np.quantile(latencies, LATENCY_QUANTILE)) if len(latencies) else None
    return VersionCounts(
        version=part.version,
        requests=evidence.requests,
        failed_requests=evidence.failed_requests,
        rows=part.rows,
        labelled_rows=len(evidence.labelled.truth) if evidence.labelled else 0,
        sampled_percent=part.sampled * 100.0,
        latency_ms=round(slow / _MICROSECONDS, 3) if slow is not None else None,
    )


def predict_the_same(spec: ArtifactSpec, other: ArtifactSpec) -> bool:
    """Return whether two versions' answers mean the same, so that they can be compared."""
    return (spec.task, spec.target, spec.classes) == (other.task, other.target, other.classes)


def _part(traffic: Traffic, version: int, variant: str) -> VersionTraffic:
    nothing = VersionTraffic(
        version=version,
        variant=variant,
        requests=0,
        failures=0,
        ids=(),
        outputs=np.empty((0, 1), dtype=np.float32),
        latency_us=np.empty(0, dtype=np.int64),
    )
    return traffic.parts.get((version, variant), nothing)


def _labelled(part: VersionTraffic, spec: ArtifactSpec, truths: Truths) -> ScoredRows | None:
    known = [index for index, name in enumerate(part.ids) if name in truths]
    values = [truths[part.ids[index]].value for index in known]
    if spec.task is not Task.REGRESSION:
        usable = [place for place, value in enumerate(values) if _is_class(value, spec)]
        known, values = [known[place] for place in usable], [values[place] for place in usable]
    if not known:
        return None
    if spec.task is Task.REGRESSION:
        return ScoredRows(np.array(values, dtype=np.float64), part.outputs[known])
    return ScoredRows(encode_labels(spec.classes, values), part.outputs[known])


def _is_class(value: object, spec: ArtifactSpec) -> bool:
    return canonical_label(value) in {canonical_label(label) for label in spec.classes}
