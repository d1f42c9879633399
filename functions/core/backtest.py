"""A history replayed through a model's policies, window by window, as production would decide.

The decisions are production's own functions: `judge_window` of drift, `find_data_faults`,
`estimate_quality`, `detect_change` on matured labels, the limits of scores, `decide_action`,
`decide_retraining` with its cool-down, budget and breaker, the candidates' row counts, the paired
test and the gates. What is not done again for each run: the search of parameters (the first
version's are kept, unless asked for), the ONNX export with its parity and latency gates, replay on
captured rows and the canary. A run takes no time: its version answers from the next window on.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from functions.contracts.estimates import QualityEstimate
from functions.contracts.messages import (
    ASKING,
    CandidateFindings,
    Decision,
    RetrainingRequest,
    Trigger,
    TriggerKind,
)
from functions.contracts.release import Outcome
from functions.contracts.retraining import RetrainingBook
from functions.core.backtest_evidence import (
    Watched,
    close_change,
    gather_evidence,
    look_at,
    profile_rows,
    stays_open,
)
from functions.core.backtest_history import History
from functions.core.backtest_run import Run, Version, Workshop, first_version, hold_return
from functions.core.backtest_watch import watch_rows, watch_version
from functions.core.drift import WindowDrift
from functions.core.lease import free
from functions.core.policy_evidence import OpenChange, PastChange
from functions.core.retraining import (
    RetrainingState,
    decide_retraining,
    enter,
)
from functions.core.retraining_order import (
    about_change,
    describe_change,
    execution_name,
    order_of,
)
from functions.core.retraining_policy import Action, PolicyDecision, decide_action

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

    `declined` says why a retraining that the policy wanted was not started. `is_left_out`: nobody
    learns from its rows, for a data fault.
    """

    window: int
    version: Version
    drift: WindowDrift
    estimate: QualityEstimate | None
    labelled_rows: int
    decision: PolicyDecision
    declined: str | None = None
    started: Started | None = None
    is_left_out: bool = False


@dataclass(frozen=True, slots=True)
class Keeping:
    """All that is carried from one window to the next.

    `learned` is the history without the windows in which the data were at fault: labels are watched
    and runs learn in it, and places of rows and of labelled windows are counted there.
    """

    watched: Watched
    book: RetrainingBook
    learned: History


@dataclass(frozen=True, slots=True)
class Replay:
    """Replays the windows of a workshop's history.

    A window whose data are found at fault is held, and its rows are left out of all that follows.
    """

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
        learned = self.workshop.history
        watched = self._install(first, learned, first_window=0, labelled=0)
        return Keeping(watched, book, learned)

    def _install(
        self, version: Version, learned: History, *, first_window: int, labelled: int
    ) -> Watched:
        workshop = replace(self.workshop, history=learned)
        held_out = learned.rows[version.cut : version.end]
        return Watched(
            champion=version,
            reference=profile_rows(workshop, version, (version.cut, version.end)),
            estimator=workshop.fitter.estimator(version.fitted, held_out),
            watch=watch_version(workshop.spec.task, learned, version, first=first_window),
            labelled=labelled,
        )

    def _step(self, window: int, keeping: Keeping) -> tuple[Step, Keeping]:
        history, spec = self.workshop.history, self.workshop.spec
        sight = look_at(self.workshop, keeping.watched, window)
        learned = keeping.learned
        if sight.is_left_out:
            learned = learned.without(self._place(learned, window))
        watched = self._mature(keeping.watched, learned, history.ends[window])
        keeping = replace(keeping, watched=watched, learned=learned)

        evidence = gather_evidence(
            replace(self.workshop, history=learned),
            watched,
            sight,
            until=history.ends[window],
            is_scored=self._is_newest_learned(learned, watched.labelled, history.ends[window]),
            runs=keeping.book.runs,
        )
        decision = decide_action(evidence, spec.maintenance, spec.alerts)

        rows = evidence.labelled_rows
        step = Step(
            window,
            watched.champion,
            sight.drift,
            sight.estimate,
            rows,
            decision,
            is_left_out=sight.is_left_out,
        )
        if decision.action is not Action.RETRAIN or decision.about is None:
            return step, keeping
        return self._ask(step, keeping, ASKING[decision.about])

    def _place(self, learned: History, window: int) -> int:
        """Return which window of those that are learned from a window is, or would be."""
        return window - (self.workshop.history.windows - learned.windows)

    def _is_newest_learned(self, learned: History, labelled: int, now: datetime) -> bool:
        """Return whether the newest window with labels is the last of those that are learned."""
        ends = self.workshop.history.ends
        newest = bisect_right(ends, now - self.label_delay)
        return labelled > 0 and newest > 0 and learned.ends[labelled - 1] == ends[newest - 1]

    def _mature(self, watched: Watched, history: History, now: datetime) -> Watched:
        """Take in the windows whose labels have come by now."""
        watch, labelled = watched.watch, watched.labelled
        while labelled < history.windows and history.ends[labelled] + self.label_delay <= now:
            if labelled >= watch.first:
                rows = history.rows_of(labelled)
                watch = watch.adding(
                    watch_rows(self.workshop.spec.task, history, watched.champion, rows)
                )
            labelled += 1
        return replace(watched, watch=watch, labelled=labelled)

    def _ask(self, step: Step, keeping: Keeping, kind: TriggerKind) -> tuple[Step, Keeping]:
        """Ask for a run as an alarm does; budget, cool-down and breaker may decline it."""
        spec, now = self.workshop.spec, self.workshop.history.ends[step.window]
        number = keeping.watched.champion.number
        request = RetrainingRequest(
            model=spec.name,
            kind=kind,
            id=f"window {step.window}",
            reason=step.decision.reason,
            requested_by="backtest",
        )
        change = describe_change(step.decision, model=spec.name, version=number, until=now)
        order = about_change(order_of(request, now), change, number, keeping.book.runs)
        state = RetrainingState(
            execution=execution_name(spec.name, order.trigger, str(number)),
            book=keeping.book,
            newest_status=ENDED if keeping.book.runs else None,
            champion=number,
        )
        decided = decide_retraining(order, spec.retraining, state, now=now)
        book = enter(order, decided, state, now=now) or keeping.book
        if decided.decision is not Decision.STARTED:
            return replace(step, declined=decided.reason), replace(keeping, book=book)
        return self._train(step, replace(keeping, book=book), order.trigger)

    def _train(self, step: Step, keeping: Keeping, trigger: Trigger) -> tuple[Step, Keeping]:
        history, now = keeping.learned, self.workshop.history.ends[step.window]
        watched, decision = keeping.watched, step.decision
        # Of what labels do not say, since when is not known: since the champion was trained.
        start = min(watched.champion.end, step.labelled_rows)
        if decision.since is not None and decision.start is not None:
            start = decision.start
        run = replace(self.workshop, history=history).retrain(
            watched.champion,
            start=start,
            end=step.labelled_rows,
            earlier=[step.labelled_rows - each.rows for each in decision.earlier],
        )
        run = hold_return(run, trigger, now)
        started = Started(step.window, now, decision.reason, history.moment(start), run)
        outcome = Outcome.PROMOTED if run.promoted else Outcome.REJECTED_BY_GATES
        candidate, champion = run.challenger, watched.champion
        book = free(
            keeping.book,
            outcome,
            training_seconds=run.seconds,
            champion=candidate.number if run.promoted and candidate else champion.number,
            now=now,
            found=CandidateFindings(went_back=run.went_back, falls_short=run.falls_short),
        )
        held_until = run.went_back.held_until if run.went_back else None
        tried = OpenChange(
            start,
            step.labelled_rows - start,
            since=decision.since,
            held_until=held_until,
            falls_short=run.falls_short,
        )
        open_change = watched.open_change
        if decision.since is not None:
            change = PastChange(start, decision.since)
            open_change, watched = tried, replace(watched, changes=(*watched.changes, change))
        if run.promoted and run.challenger is not None:
            installed = self._install(
                run.challenger,
                history,
                first_window=self._place(history, step.window) + 1,
                labelled=watched.labelled,
            )
            fresh = replace(installed, open_change=stays_open(open_change), changes=watched.changes)
            return replace(step, started=started), Keeping(fresh, book, history)
        if decision.since is not None:
            watched = close_change(watched, history, tried)
        return replace(step, started=started), Keeping(watched, book, history)


def sound_history(history: History, steps: Sequence[Step]) -> History:
    """Return the history without the windows that a replay has left out."""
    for step in reversed(steps):
        history = history.without(step.window) if step.is_left_out else history
    return history
