"""A history replayed through a model's policies, window by window, as production would decide.

The decisions are production's own functions: `judge_window` of drift, `estimate_quality`,
`detect_change` on matured labels, `decide_action`, `decide_retraining` with its cool-down, budget
and breaker, the candidates' row counts, the paired test and the gates. What is not done again for
each run: the search of parameters (the first version's are kept, unless asked for), the ONNX
export with its parity and latency gates, replay on captured rows and the canary. A run takes no
time: its version answers from the next window on.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.estimates import Estimator, QualityEstimate, QualityVerdict
from functions.contracts.messages import Decision, RetrainingRequest, TriggerKind
from functions.contracts.model_spec import ModelSpec
from functions.contracts.release import Outcome
from functions.contracts.retraining import RetrainingBook
from functions.core.backtest_history import HistoryError
from functions.core.backtest_run import Run, Version, Workshop, with_best_parameters
from functions.core.backtest_watch import finding_of, watch_rows, watch_version
from functions.core.drift import WindowDrift, judge_window
from functions.core.estimates import estimate_quality, summarize_answers
from functions.core.label_watch import Watch, find_change, find_loss, is_confirmed
from functions.core.lease import free
from functions.core.profile import Profile, profile_matrix, profile_predictions
from functions.core.retraining import (
    RetrainingState,
    decide_retraining,
    enter,
)
from functions.core.retraining_order import execution_name, order_of
from functions.core.retraining_policy import (
    Action,
    Evidence,
    Finding,
    OpenChange,
    PolicyDecision,
    decide_action,
)

ENDED = "SUCCEEDED"
"""Step Functions' word for the last run: in a backtest it has always ended."""


@dataclass(frozen=True, slots=True)
class Started:
    """A run, the window after which it was started, what for, and since when that was."""

    window: int
    at: datetime
    cause: str
    since: datetime
    run: Run


@dataclass(frozen=True, slots=True)
class Step:
    """One window: who answered, what was seen, what was decided.

    `declined` says why a retraining that the policy wanted was not started.
    """

    window: int
    version: Version
    drift: WindowDrift
    estimate: QualityEstimate | None
    labelled_rows: int
    decision: PolicyDecision
    declined: str | None = None
    started: Started | None = None


@dataclass(frozen=True, slots=True)
class Keeping:
    """All that is carried from one window to the next.

    `champion` answers; `reference` and `estimator` are of its held-out rows. Labels of the windows
    before `labelled` have matured.
    """

    champion: Version
    reference: Profile
    estimator: Estimator
    watch: Watch
    labelled: int
    book: RetrainingBook
    open_change: OpenChange | None = None


@dataclass(frozen=True, slots=True)
class Replay:
    """Replays the windows of a workshop's history."""

    workshop: Workshop
    label_delay: timedelta

    def run(self, *, told: Callable[[Step], None]) -> tuple[Step, ...]:
        """Return every window's step; `told` hears of each as it is made.

        Raises
        ------
        HistoryError
            If the first champion cannot be trained.
        """
        keeping = self._begin()
        steps = []
        for window in range(self.workshop.history.windows):
            step, keeping = self._step(window, keeping)
            told(step)
            steps.append(step)
        return tuple(steps)

    def _begin(self) -> Keeping:
        first = first_version(self.workshop)
        book = RetrainingBook(model=self.workshop.spec.name)
        return self._install(first, book, first_window=0, labelled=0)

    def _install(
        self, version: Version, book: RetrainingBook, *, first_window: int, labelled: int
    ) -> Keeping:
        workshop = self.workshop
        return Keeping(
            champion=version,
            reference=profile_rows(workshop, version, (version.cut, version.end)),
            estimator=workshop.fitter.estimator(version.fitted, version.cut, version.end),
            watch=watch_version(workshop.spec.task, workshop.history, version, first=first_window),
            labelled=labelled,
            book=book,
        )

    def _step(self, window: int, keeping: Keeping) -> tuple[Step, Keeping]:
        history, spec = self.workshop.history, self.workshop.spec
        keeping = self._mature(keeping, history.ends[window])
        current = profile_rows(self.workshop, keeping.champion, history.rows_of(window))
        drift = judge_window(
            artifact_spec(spec), spec.drift, reference=keeping.reference, current=current
        )
        estimate = self._estimate(window, keeping, current)
        labelled_rows = int(history.bounds[keeping.labelled])

        evidence = self._evidence(keeping, drift, estimate, labelled_rows)
        decision = decide_action(evidence, spec.maintenance, spec.alerts)

        step = Step(window, keeping.champion, drift, estimate, labelled_rows, decision)
        if decision.action is not Action.RETRAIN or decision.start is None:
            return step, keeping
        return self._ask(step, keeping, start=decision.start)

    def _mature(self, keeping: Keeping, now: datetime) -> Keeping:
        """Take in the windows whose labels have come by now."""
        history, watch, labelled = self.workshop.history, keeping.watch, keeping.labelled
        while labelled < history.windows and history.ends[labelled] + self.label_delay <= now:
            if labelled >= watch.first:
                rows = history.rows_of(labelled)
                watch = watch.adding(
                    watch_rows(self.workshop.spec.task, history, keeping.champion, rows)
                )
            labelled += 1
        return replace(keeping, watch=watch, labelled=labelled)

    def _estimate(self, window: int, keeping: Keeping, current: Profile) -> QualityEstimate | None:
        history = self.workshop.history
        first, last = history.rows_of(window)
        answers = keeping.champion.fitted.answer(first, last)
        sums = summarize_answers(keeping.estimator, history.x[first:last], answers)
        found = estimate_quality(keeping.estimator, current.prediction, sums)
        metric = self.workshop.spec.training.metric
        return next((each for each in found if each.metric == metric), None)

    def _evidence(
        self,
        keeping: Keeping,
        drift: WindowDrift,
        estimate: QualityEstimate | None,
        labelled_rows: int,
    ) -> Evidence:
        policy, history, watch = (
            self.workshop.spec.maintenance,
            self.workshop.history,
            keeping.watch,
        )
        lost = estimate is not None and estimate.verdict is QualityVerdict.LOSS
        # Of what labels do not say, since when is not known: since the champion was trained.
        fresh = min(keeping.champion.end, labelled_rows)
        change, loss = find_change(watch, policy), find_loss(watch, policy)
        return Evidence(
            labelled_rows=labelled_rows,
            change=finding_of(change, watch, history, labelled_rows),
            loss=finding_of(loss, watch, history, labelled_rows),
            estimate=Finding(estimate.reason, fresh) if lost and estimate else None,
            drift=Finding(drift.reason, fresh) if drift.data_breach else None,
            prediction_drift=Finding(drift.reason, fresh) if drift.prediction_breach else None,
            open_change=keeping.open_change
            and replace(keeping.open_change, is_confirmed=is_confirmed(watch, policy)),
        )

    def _ask(self, step: Step, keeping: Keeping, *, start: int) -> tuple[Step, Keeping]:
        """Ask for a run as an alarm does; budget, cool-down and breaker may decline it."""
        spec, now = self.workshop.spec, self.workshop.history.ends[step.window]
        request = RetrainingRequest(
            model=spec.name,
            kind=TriggerKind.DRIFT_ALARM,
            id=f"window {step.window}",
            reason=step.decision.reason,
            requested_by="backtest",
        )
        order = order_of(request, now)
        state = RetrainingState(
            execution=execution_name(spec.name, order.trigger, str(keeping.champion.number)),
            book=keeping.book,
            newest_status=ENDED if keeping.book.runs else None,
            champion=keeping.champion.number,
        )
        decided = decide_retraining(order, spec.retraining, state, now=now)
        book = enter(order, decided, state, now=now) or keeping.book
        if decided.decision is not Decision.STARTED:
            return replace(step, declined=decided.reason), replace(keeping, book=book)
        return self._train(step, replace(keeping, book=book), start=start)

    def _train(self, step: Step, keeping: Keeping, *, start: int) -> tuple[Step, Keeping]:
        history, now = self.workshop.history, self.workshop.history.ends[step.window]
        run = self.workshop.retrain(keeping.champion, start=start, end=step.labelled_rows)
        started = Started(step.window, now, step.decision.reason, history.moment(start), run)
        outcome = Outcome.PROMOTED if run.promoted else Outcome.REJECTED_BY_GATES
        book = free(
            keeping.book,
            outcome,
            training_seconds=run.seconds,
            champion=keeping.champion.number,
            now=now,
        )
        open_change = OpenChange(start, step.labelled_rows - start)
        if run.promoted and run.challenger is not None:
            installed = self._install(
                run.challenger, book, first_window=step.window + 1, labelled=keeping.labelled
            )
            return replace(step, started=started), replace(installed, open_change=open_change)
        change = find_change(keeping.watch, self.workshop.spec.maintenance)
        watch = keeping.watch if change.since is None else keeping.watch.accepting(change.since)
        learned_out = change.since is None and keeping.watch.earlier is None
        kept = replace(
            keeping,
            watch=watch,
            book=book,
            open_change=None if learned_out else open_change,
        )
        return replace(step, started=started), kept


def first_version(workshop: Workshop) -> Version:
    """Return the first champion; raise HistoryError if a class has no row before the windows."""
    version = workshop.first_version(workshop.history.first_rows)
    if version is None:
        msg = (
            f"the first {workshop.history.first_rows:,} rows have not every class of "
            f"{workshop.spec.target.name}: nothing can be trained on them; write a larger --first"
        )
        raise HistoryError(msg)
    return version


def keep_parameters(workshop: Workshop) -> Workshop:
    """Return the workshop that searches no parameters but those that the first version chose."""
    return with_best_parameters(workshop, first_version(workshop))


def profile_rows(workshop: Workshop, version: Version, rows: tuple[int, int]) -> Profile:
    """Return the profile of some rows and a version's answers to them."""
    spec, matrix = workshop.spec, workshop.history.x[rows[0] : rows[1]]
    return profile_matrix(spec.schema_, matrix).model_copy(
        update={"prediction": profile_predictions(spec.task, version.fitted.answer(*rows))}
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
