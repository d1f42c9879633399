"""What the versions of an A/B test achieved, on the captured rows that something came true of."""

from collections.abc import Mapping
from datetime import datetime

import numpy as np

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.capture import GroundTruthLine
from functions.contracts.experiment import ArmResult, Comparison, Experiment, ExperimentResult
from functions.contracts.log_lines import DEFAULT_VARIANT
from functions.contracts.model_spec import Task
from functions.contracts.naming import format_version
from functions.core.rollout_evidence import evidence_of
from functions.core.scores import score_outputs
from functions.core.sequential import Decision, ScoredRows, compare_scores
from functions.core.traffic import Traffic

FALSE_ALARM_RATE = 0.05
"""Chance that a test of equal versions ever calls one better or worse, however often it is asked;
divided among the comparisons and their two directions (Bonferroni's inequality)."""

Truths = Mapping[str, GroundTruthLine]


def join_arms(
    experiment: Experiment, traffic: Traffic, truths: Truths, specs: Mapping[int, ArtifactSpec]
) -> dict[int, ScoredRows]:
    """Return each version's rows that something came true of.

    Parameters
    ----------
    experiment : Experiment
    traffic : Traffic
        Of the test's time.
    truths : mapping of str to GroundTruthLine
        By inference id.
    specs : mapping of int to ArtifactSpec
        Of every version in the allocation.

    Returns
    -------
    dict of int to ScoredRows
        The champion's rows are those that it answered as champion, a challenger's those of its
        share: what a caller asked of a version by its number is no part of the test. A truth that
        is none of the version's classes is left out.
    """
    arms: dict[int, ScoredRows] = {}
    for number in experiment.allocation:
        variant = DEFAULT_VARIANT if number == experiment.champion else experiment.split_id
        part, spec = traffic.parts.get((number, variant)), specs[number]
        labelled = evidence_of(part, spec, truths).labelled if part else None
        nothing = np.empty((0, max(1, len(spec.classes))), dtype=np.float32)
        arms[number] = labelled or ScoredRows(np.empty(0, dtype=np.int64), nothing)
    return arms


def compare_arms(
    experiment: Experiment, task: Task, arms: Mapping[int, ScoredRows], *, at: datetime
) -> ExperimentResult:
    """Return the versions' scores, and each challenger against the champion.

    Parameters
    ----------
    experiment : Experiment
        Its metric, and how many rows each version needs before anything is said.
    task : Task
    arms : mapping of int to ScoredRows
        Of every version in the allocation.
    at : datetime
        The moment of the result.

    Returns
    -------
    ExperimentResult
        A verdict other than `no_difference_proven` and `too_few_rows` is proven by an always-valid
        test: to look every day and to stop at the first such verdict is allowed.
    """
    challengers = [number for number in experiment.allocation if number != experiment.champion]
    return ExperimentResult(
        at=at,
        metric=experiment.metric,
        arms=tuple(
            ArmResult(
                number=number,
                percent=percent,
                labelled_rows=len(arms[number].truth),
                score=_score(experiment.metric, task, arms[number]),
            )
            for number, percent in experiment.allocation.items()
        ),
        comparisons=tuple(
            _compare(experiment, task, arms, number, rate=FALSE_ALARM_RATE / 2 / len(challengers))
            for number in challengers
        ),
    )


def _score(metric: str, task: Task, rows: ScoredRows) -> float | None:
    if not len(rows.truth):
        return None
    return score_outputs(task, rows.truth, rows.outputs).get(metric)


def _compare(
    experiment: Experiment,
    task: Task,
    arms: Mapping[int, ScoredRows],
    number: int,
    *,
    rate: float,
) -> Comparison:
    champion, challenger = arms[experiment.champion], arms[number]
    name = format_version(experiment.model, number)
    rows = min(len(champion.truth), len(challenger.truth))
    if rows < experiment.minimum_rows:
        fewest = format_version(
            experiment.model, experiment.champion if rows < len(challenger.truth) else number
        )
        reason = (
            f"too few rows yet: {fewest} has {rows:,} with ground truth of the "
            f"{experiment.minimum_rows:,} that each version needs"
        )
        return Comparison(number=number, verdict="too_few_rows", reason=reason)
    found = compare_scores(
        experiment.metric, task, champion, challenger, maximum_loss=0.0, false_alarm_rate=rate
    )
    if found.decision is Decision.UNDECIDED:
        reason = f"no difference is proven: {found.reason}"
        return Comparison(number=number, verdict="no_difference_proven", reason=reason)
    verdict = "worse" if found.decision is Decision.WORSE else "better"
    champion_name = format_version(experiment.model, experiment.champion)
    reason = f"{name} is {verdict} than {champion_name}: {found.reason}"
    return Comparison(
        number=number, verdict="worse" if verdict == "worse" else "better", reason=reason
    )
