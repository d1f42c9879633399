"""What a replay comes to: the report and its gates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.drift import ColumnDrift, Verdict
from functions.contracts.model_spec import Label
from functions.contracts.release import GateResult
from functions.contracts.replay import ReplayReport
from functions.contracts.rollout_policy import Guards, ReplayPolicy
from functions.core.drift_column import ColumnRule, compare_column
from functions.core.gates import summarize
from functions.core.labelled_answers import compare_paired, score_both
from functions.core.predictions import class_name
from functions.core.replay import ReplayComparison
from functions.core.scores import is_higher_better

PREDICTION_FALSE_ALARM_RATE = 0.01
"""Of the comparison of predictions, for samples that do not share rows; here it is far less."""

_USUAL_PSI: float = Guards.model_fields["maximum_prediction_psi"].default


@dataclass(frozen=True, slots=True)
class Replay:
    """Which versions were replayed by which execution, and what is watched of them."""

    execution: str
    champion: int
    challenger: int
    metric: str
    at: datetime


def report_replay(
    spec: ArtifactSpec, replay: Replay, comparison: ReplayComparison, policy: ReplayPolicy
) -> ReplayReport:
    """Return the report of a whole replay, judged by the model's policy."""
    champion, challenger = score_both(spec.task, comparison.labelled)
    compared = comparison.compared
    report = ReplayReport(
        model=spec.model,
        task=spec.task,
        execution=replay.execution,
        champion=replay.champion,
        challenger=replay.challenger,
        created_at=replay.at,
        passed=False,
        reason="not judged yet",
        gates=(),
        rows=comparison.rows,
        compared_rows=compared,
        agreement=comparison.agreeing / compared if compared else None,
        tolerance=comparison.tolerance,
        mean_absolute_difference=comparison.absolute_differences / compared if compared else None,
        champion_unanswered=comparison.champion_unanswered,
        challenger_unanswered=comparison.challenger_unanswered,
        unanswered=comparison.unanswered,
        predictions=_compare_predictions(spec.classes, comparison, policy) if compared else None,
        labelled_rows=comparison.labelled.seen,
        scored_rows=comparison.labelled.kept,
        champion_scores=champion,
        challenger_scores=challenger,
        score=compare_paired(replay.metric, spec.task, comparison.labelled),
        differing=comparison.differing,
    )
    gates = judge_replay(policy, report)
    passed, reason = summarize(gates)
    return report.model_copy(update={"gates": gates, "passed": passed, "reason": reason})


def judge_replay(policy: ReplayPolicy, report: ReplayReport) -> tuple[GateResult, ...]:
    """Return the result of every gate that the policy sets on a replay.

    Parameters
    ----------
    policy : ReplayPolicy
        A limit that is None has no gate.
    report : ReplayReport

    Returns
    -------
    tuple of GateResult
        `replay.answers` first, which has no limit to set: a version that cannot answer a row that
        the champion answers fails. Then agreement, predictions and score. A gate without evidence
        passes and says so; loss and shift must be proven, agreement is of the very rows.
    """
    gates = [_answers(report)]
    if policy.minimum_agreement is not None:
        gates.append(_agreement(report, policy.minimum_agreement))
    if policy.maximum_prediction_psi is not None:
        gates.append(_predictions(report, policy.maximum_prediction_psi))
    if policy.maximum_score_loss is not None:
        gates.append(_score(report, policy.maximum_score_loss))
    return tuple(gates)


def _answers(report: ReplayReport) -> GateResult:
    gate, failing = "replay.answers", report.challenger_unanswered
    if not report.rows:
        return _silent(gate, "there was no captured row to replay", 0.0)
    more = max(0, failing - report.champion_unanswered)
    who = f"{report.model}/{report.challenger}"
    return GateResult(
        gate=gate,
        passed=not more,
        reason=(
            f"{who} has no finite answer to {failing:,} of {report.rows:,} rows, the champion to "
            f"{report.champion_unanswered:,}"
            if failing
            else f"{who} answered all {report.rows:,} rows"
        ),
        value=float(failing),
        limit=float(report.champion_unanswered),
    )


def _agreement(report: ReplayReport, least: float) -> GateResult:
    gate = "replay.agreement"
    if report.agreement is None:
        return _silent(gate, "no row was answered by both versions", least)
    near = f" within {report.tolerance:g}" if report.tolerance else ""
    return GateResult(
        gate=gate,
        passed=report.agreement >= least,
        reason=(
            f"the versions agree{near} on {report.agreement:.2%} of {report.compared_rows:,} rows, "
            f"needs at least {least:.2%}"
        ),
        value=report.agreement,
        limit=least,
    )


def _predictions(report: ReplayReport, most: float) -> GateResult:
    gate, found = "replay.predictions", report.predictions
    if found is None:
        return _silent(gate, "no row was answered by both versions", most)
    return GateResult(
        gate=gate,
        passed=found.verdict is not Verdict.DRIFT,
        reason=f"predictions against the champion's: {found.reason}",
        value=found.psi,
        limit=most,
    )


def _score(report: ReplayReport, most: float) -> GateResult:
    gate, found = "replay.score", report.score
    if found is None:
        return _silent(gate, "no captured row with a label determines the score", most)
    higher = is_higher_better(found.metric)
    loss = -found.difference if higher else found.difference
    bound = found.upper if higher else found.lower
    least = None if bound is None else (-bound if higher else bound)
    worse = least is not None and least > most
    verdict = "is proven" if worse else "is not proven"
    return GateResult(
        gate=gate,
        passed=not worse,
        reason=f"{found.reason}: a loss of more than {most:g} {verdict}",
        value=loss,
        limit=most,
    )


def _silent(gate: str, why: str, limit: float) -> GateResult:
    return GateResult(gate=gate, passed=True, reason=f"no evidence yet: {why}", limit=limit)


def _compare_predictions(
    classes: Sequence[Label], comparison: ReplayComparison, policy: ReplayPolicy
) -> ColumnDrift:
    threshold = policy.maximum_prediction_psi or _USUAL_PSI
    rule = ColumnRule(threshold, PREDICTION_FALSE_ALARM_RATE, rows_needed=0)
    names = [class_name(label) for label in classes]
    return compare_column(comparison.champion, comparison.challenger, names=names, rule=rule)
