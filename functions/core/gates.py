"""What a candidate must show before it is registered, and the sentence for each demand."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from functions.contracts.artifact import ParityReport
from functions.contracts.model_spec import Bound, ChampionGate, Gates
from functions.contracts.release import GateResult
from functions.core.scores import gain, is_higher_better

_FEWEST_DECIMALS, _MOST_DECIMALS = 4, 12


@dataclass(frozen=True, slots=True)
class ChampionEvidence:
    """What the champion answers on the candidate's held-out rows, or why it cannot answer them.

    `allowance` is the gain that chance gives, where the gate asks for it (`core.challenge`).
    """

    number: int
    scores: Mapping[str, float] = field(default_factory=dict)
    incomparable: str | None = None
    allowance: float = 0.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was measured of a candidate's graph on the held-out rows."""

    scores: Mapping[str, float]
    champion: ChampionEvidence | None
    parity: ParityReport
    latency_ms: float


def judge(gates: Gates, evidence: Evidence) -> tuple[GateResult, ...]:
    """Return the result of every gate.

    Parameters
    ----------
    gates : Gates
        What model.toml demands.
    evidence : Evidence
        What was measured.

    Returns
    -------
    tuple of GateResult
        Absolute gates first, then champion, parity and latency. Parity is asked of every
        candidate. A score that is missing or no finite number fails its gate.

    Notes
    -----
    Where there is no champion, the champion gate passes and says so. Where the champion cannot
    answer the held-out rows (it needs a feature that they lack, or predicts something else), the
    gate passes only if an absolute gate on the same metric passes: a model that may change its
    features must have a bar of its own, and one that has none is not released unseen.
    """
    results = [
        result
        for metric, bound in gates.absolute.items()
        for result in _absolute(metric, bound, evidence.scores.get(metric))
    ]
    if gates.champion is not None:
        absolute = [each for each in results if each.gate == f"absolute.{gates.champion.metric}"]
        results.append(_champion(gates.champion, evidence, absolute))
    results.append(_parity(evidence.parity))
    if gates.maximum_latency_ms is not None:
        results.append(_latency(evidence.latency_ms, gates.maximum_latency_ms))
    return tuple(results)


def summarize(results: tuple[GateResult, ...]) -> tuple[bool, str]:
    """Return whether all gates passed, and one sentence that names those that did not."""
    failed = [result for result in results if not result.passed]
    if not failed:
        return True, f"all {len(results)} gates passed" if len(results) > 1 else "its gate passed"
    reasons = "; ".join(result.reason for result in failed)
    return False, f"{len(failed)} of {len(results)} gates failed: {reasons}"


def fail_absolute_alone(results: tuple[GateResult, ...]) -> bool:
    """Return whether some gates failed, and each of them is an absolute one.

    Examples
    --------
    >>> fail_absolute_alone((GateResult(gate="absolute.r2_score", passed=False, reason="0.4"),))
    True
    >>> fail_absolute_alone((GateResult(gate="latency", passed=False, reason="9 ms"),))
    False
    """
    failed = [result for result in results if not result.passed]
    return bool(failed) and all(result.gate.startswith("absolute.") for result in failed)


def _absolute(metric: str, bound: Bound, value: float | None) -> Iterator[GateResult]:
    gate = f"absolute.{metric}"
    limits = (("at least", bound.minimum, 1), ("at most", bound.maximum, -1))
    for words, limit, sign in limits:
        if limit is None:
            continue
        if value is None or not math.isfinite(value):
            reason = f"{metric} is {_absence(value)}, needs {words} {limit:.4f}"
            yield GateResult(gate=gate, passed=False, reason=reason, limit=limit)
            continue
        shown, shown_limit = _pair(value, limit)
        yield GateResult(
            gate=gate,
            passed=sign * value >= sign * limit,
            reason=f"{metric} {shown}, needs {words} {shown_limit}",
            value=value,
            limit=limit,
        )


def _champion(gate: ChampionGate, evidence: Evidence, absolute: list[GateResult]) -> GateResult:
    name, metric, champion = f"champion.{gate.metric}", gate.metric, evidence.champion
    if champion is None:
        reason = f"{metric} needs no comparison: this is the first version, there is no champion"
        return GateResult(gate=name, passed=True, reason=reason)
    if champion.incomparable is not None:
        return _incomparable(name, metric, champion, absolute)
    value, reference = evidence.scores.get(metric), champion.scores.get(metric)
    for whose, score in (("", value), (f" of version {champion.number}", reference)):
        if score is None or not math.isfinite(score):
            reason = f"{metric}{whose} is {_absence(score)}, needs a comparison"
            return GateResult(gate=name, passed=False, reason=reason, limit=gate.minimum_gain)
    better_by = gain(metric, value or 0.0, reference or 0.0)
    sign = 1.0 if is_higher_better(metric) else -1.0
    limit = max(gate.minimum_gain, champion.allowance)
    shown, needed = _pair(sign * better_by, sign * limit, signed=True)
    noise = ", the noise" if champion.allowance > gate.minimum_gain else ""
    return GateResult(
        gate=name,
        passed=better_by >= limit,
        reason=f"{metric} {shown} against version {champion.number}, needs {needed}{noise}",
        value=better_by,
        limit=limit,
    )


def _incomparable(
    name: str, metric: str, champion: ChampionEvidence, absolute: list[GateResult]
) -> GateResult:
    passed = bool(absolute) and all(result.passed for result in absolute)
    verdict = f"its absolute gate {'passed' if passed else 'failed'} and decides"
    if not absolute:
        verdict = f"set gates.absolute.{metric} in model.toml to release without a comparison"
    reason = (
        f"{metric} cannot be compared with version {champion.number}, {champion.incomparable}: "
        f"{verdict}"
    )
    return GateResult(gate=name, passed=passed, reason=reason)


def _parity(report: ParityReport) -> GateResult:
    return GateResult(
        gate="parity",
        passed=report.passed,
        reason=f"parity with scikit-learn: {report.reason}",
        value=report.maximum_absolute_error,
        limit=report.tolerance,
    )


def _latency(latency_ms: float, limit: float) -> GateResult:
    shown, shown_limit = _pair(latency_ms, limit)
    return GateResult(
        gate="latency",
        passed=latency_ms <= limit,
        reason=f"one row takes {shown} ms, needs at most {shown_limit} ms",
        value=latency_ms,
        limit=limit,
    )


def _absence(value: float | None) -> str:
    return "missing" if value is None else f"{value}, no finite number"


def _pair(value: float, limit: float, *, signed: bool = False) -> tuple[str, str]:
    """Return both numbers with as many decimals as it takes to tell them apart."""
    decimals = _FEWEST_DECIMALS
    sign = "+" if signed else ""
    while True:
        shown, shown_limit = f"{value:{sign}.{decimals}f}", f"{limit:{sign}.{decimals}f}"
        if shown != shown_limit or value == limit or decimals >= _MOST_DECIMALS:
            return shown, shown_limit
        decimals += 1
