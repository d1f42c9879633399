"""What production would know after a window of a backtest: the evidence that decides."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.drift import LabelledScores
from functions.contracts.estimates import Estimator, QualityEstimate
from functions.contracts.faults import DataFault, FaultKind
from functions.contracts.maintenance import Maintenance
from functions.contracts.model_spec import ModelSpec
from functions.contracts.retraining import RetrainingRun
from functions.core.alert_states import complete_evidence
from functions.core.backtest_history import History
from functions.core.backtest_run import Version, Workshop
from functions.core.backtest_watch import finding_of
from functions.core.data_faults import find_data_faults
from functions.core.data_faults_traffic import ObservedHour
from functions.core.drift import WindowDrift, judge_window
from functions.core.estimates import estimate_quality, summarize_answers
from functions.core.fault_book import WRONG_ROWS
from functions.core.label_findings import find_broken_limits
from functions.core.label_watch import Watch, find_both, is_confirmed, tell_in_vain
from functions.core.policy_evidence import Evidence, OpenChange, PastChange
from functions.core.profile import Profile, profile_matrix, profile_predictions
from functions.core.scores import score_outputs

_OF_TRAFFIC = frozenset(
    {FaultKind.VOLUME_GONE, FaultKind.VOLUME_TRIPLED, FaultKind.ROWS_DUPLICATED}
)
"""A history has rows, and nobody knows how they were sent."""


@dataclass(frozen=True, slots=True)
class Watched:
    """The champion as it is watched; `reference` and `estimator` are of its held-out rows.

    Labels of the windows before `labelled` have matured. `changes` are those that runs
    were about, whoever was champion.
    """

    champion: Version
    reference: Profile
    estimator: Estimator
    watch: Watch
    labelled: int
    open_change: OpenChange | None = None
    changes: tuple[PastChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen of a window without labels."""

    drift: WindowDrift
    estimate: QualityEstimate | None
    faults: tuple[DataFault, ...]

    @property
    def is_left_out(self) -> bool:
        """Whether its rows are no training data, for a data fault."""
        return any(fault.kind in WRONG_ROWS for fault in self.faults)


def look_at(workshop: Workshop, watched: Watched, window: int) -> Sight:
    """Return what is seen of a window: its drift, its quality as it is estimated, its faults."""
    spec, history = workshop.spec, workshop.history
    rows = history.rows_of(window)
    current = profile_rows(workshop, watched.champion, rows)
    drift = judge_window(
        artifact_spec(spec), spec.drift, reference=watched.reference, current=current
    )
    answers = watched.champion.fitted.answer(history.rows[rows[0] : rows[1]])
    sums = summarize_answers(watched.estimator, history.x[rows[0] : rows[1]], answers)
    found = estimate_quality(watched.estimator, current.prediction, sums)
    estimate = next((each for each in found if each.metric == spec.training.metric), None)
    begin, needed = history.moment(rows[0]), drift.rows_needed
    faults = _find_faults(spec, watched.reference, current, begin, rows_needed=needed)
    return Sight(drift, estimate, faults)


def gather_evidence(
    workshop: Workshop,
    watched: Watched,
    sight: Sight,
    *,
    until: datetime,
    is_scored: bool = True,
    runs: Sequence[RetrainingRun] = (),
) -> Evidence:
    """Return what labels say by now, with what was seen without them.

    `until` is the moment of the question, `runs` are those that the book knows by then: as in
    production, changes that older runs were about are known no more.

    `is_scored`: the newest window that has labels is one of the workshop's history, whose score is
    held against limits; no other is, where that one was left out.
    """
    policy, history, watch = workshop.spec.maintenance, workshop.history, watched.watch
    rows = int(history.bounds[watched.labelled])
    change, loss = find_both(watch, policy)
    known = {run.since for run in runs}
    of_labels = Evidence(
        labelled_rows=rows,
        change=finding_of(change, watch, history, rows),
        loss=finding_of(loss, watch, history, rows),
        open_change=_open_change(watched, policy, until=until),
        changes=tuple(each for each in watched.changes if each.since in known),
        in_vain=tell_in_vain(runs, watched.champion.number),
    )
    return complete_evidence(
        _hold_scores(workshop, watched, of_labels) if is_scored else of_labels,
        drift=sight.drift,
        faults=sight.faults,
        estimate=sight.estimate,
    )


def _open_change(watched: Watched, policy: Maintenance, *, until: datetime) -> OpenChange | None:
    """Return the change that the last run was about; none that is held no longer."""
    tried = watched.open_change
    if tried is None or (tried.held_until is not None and until >= tried.held_until):
        return None
    return replace(tried, is_confirmed=is_confirmed(watched.watch, policy))


def close_change(watched: Watched, history: History, tried: OpenChange) -> Watched:
    """Return what is watched after a run about a change found nothing better.

    What the windows since show is the champion's usual from then on, unless what it found is held.
    A run that followed up a change that was learned before, and found nothing more, was the last
    about it.
    """
    watch = watched.watch
    if tried.held_until is not None:
        return replace(watched, open_change=tried)
    later = [
        number
        for number in range(len(watch.windows))
        if history.bounds[watch.first + number] >= tried.start
    ]
    begins_before = tried.start < history.bounds[watch.first]
    if later and not begins_before:
        watch = watch.accepting(later[0])
    return replace(watched, watch=watch, open_change=None if watch.earlier is None else tried)


def stays_open(tried: OpenChange | None) -> OpenChange | None:
    """Return what stays open of the last change under another champion: nothing that waits.

    What waits was judged against the champion that was replaced.
    """
    if tried is None or tried.held_until is not None:
        return None
    return replace(tried, falls_short=False)


def profile_rows(workshop: Workshop, version: Version, rows: tuple[int, int]) -> Profile:
    """Return the profile of some rows and a version's answers to them."""
    spec, history = workshop.spec, workshop.history
    answers = version.fitted.answer(history.rows[rows[0] : rows[1]])
    return profile_matrix(spec.schema_, history.x[rows[0] : rows[1]]).model_copy(
        update={"prediction": profile_predictions(spec.task, answers)}
    )


def artifact_spec(spec: ModelSpec) -> ArtifactSpec:
    """Return what judging drift needs to know of a version."""
    return ArtifactSpec(
        model=spec.name,
        task=spec.task,
        feature_schema=spec.schema_,
        target=spec.target.name,
        classes=spec.target.classes,
        maximum_rows=spec.serving.maximum_rows,
        model_sha256="",
    )


def _find_faults(
    spec: ModelSpec, reference: Profile, current: Profile, begin: datetime, *, rows_needed: int
) -> tuple[DataFault, ...]:
    """Return the faults of a window's values; the window is judged as if it were one hour."""
    seen = ObservedHour(begin, current, rows=current.rows, lines=current.rows)
    found = find_data_faults(spec.schema_, reference, (seen,), rows_needed=rows_needed)
    return tuple(fault for fault in found if fault.kind not in _OF_TRAFFIC)


def _hold_scores(workshop: Workshop, watched: Watched, evidence: Evidence) -> Evidence:
    """Return the evidence with the scores of the champion's newest window that has labels."""
    newest = watched.labelled - 1
    if newest < watched.watch.first or not watched.watch.windows:
        return evidence
    spec, history = workshop.spec, workshop.history
    first, last = history.rows_of(newest)
    if not any(condition.score for condition in spec.alerts.conditions):
        return evidence
    answers = watched.champion.fitted.answer(history.rows[first:last])
    scores = score_outputs(spec.task, history.y[first:last], answers)
    scored = LabelledScores(
        rows=last - first,
        answered_rows=last - first,
        scores=scores,
        window_start=history.moment(first),
    )
    return find_broken_limits(evidence, scored, spec.alerts, start=first)
