"""One retraining of a backtest: candidates, the challenge on the latest labels, the gates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from functions.contracts.artifact import ParityReport
from functions.contracts.estimates import Estimator
from functions.contracts.messages import Trigger, WentBack
from functions.contracts.model_spec import ModelSpec, ParameterValue
from functions.core.backtest_history import History, HistoryError
from functions.core.challenge import judge_challenge
from functions.core.gates import ChampionEvidence, Evidence, fail_absolute_alone, judge, summarize
from functions.core.returns import Tried, describe_return, explain_hold, find_return
from functions.core.row_counts import RowSpan, count_judged_rows, plan_row_spans
from functions.core.scores import is_better, score_outputs

Parameters = Mapping[str, ParameterValue]

_NOT_RUN = ParityReport(
    rows=0, maximum_absolute_error=0.0, tolerance=0.0, flipped_labels=0, passed=True, reason=""
)
"""A backtest exports nothing, so parity and latency are not asked for."""


class Fitted(Protocol):
    """A fitted pipeline; it knows rows by `History.rows`."""

    @property
    def seconds(self) -> float:
        """How long the fit took."""
        ...

    def answer(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return what it answers to rows, by their numbers, ascending."""
        ...


class Fitter(Protocol):
    """Fits the model folder's pipeline to rows, by their numbers in `History.rows`."""

    def fit(self, parameters: Parameters, rows: NDArray[np.int64]) -> Fitted | None:
        """Return the pipeline fitted to some rows; None if a class lacks."""
        ...

    def estimator(self, fitted: Fitted, rows: NDArray[np.int64]) -> Estimator:
        """Return what estimates its quality without labels, from held-out rows."""
        ...


@dataclass(frozen=True, slots=True)
class Version:
    """A fitted candidate, judged on the rows from `cut` to before `end`.

    It was trained on `rows` rows before `cut`, or before the `skipped` ones that precede it.
    """

    number: int
    fitted: Fitted
    parameters: Parameters
    rows: int
    cut: int
    end: int
    scores: Mapping[str, float]
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """What a retraining came to; `challenger` is None if nothing could be fitted.

    `returned_to` is how many rows came since the earlier time to which the world went back;
    `went_back` says when that was, and whether the challenger is held for it.
    """

    challenger: Version | None
    promoted: bool
    reason: str
    candidates: int
    seconds: float
    returned_to: int | None = None
    went_back: WentBack | None = None
    falls_short: bool = False


@dataclass(frozen=True, slots=True)
class Workshop:
    """What every retraining of a backtest shares; `points` are the parameters that are tried.

    `history` is what a run may learn from.
    """

    spec: ModelSpec
    history: History
    fitter: Fitter
    points: Sequence[Parameters]

    def retrain(
        self, champion: Version, *, start: int, end: int, earlier: Sequence[int] = ()
    ) -> Run:
        """Return the run on the labelled rows before `end`, about what began at row `start`.

        `earlier` numbers the rows at which earlier changes began. The latest rows judge
        (`count_judged_rows`); the rows before them are tried as `plan_row_spans` says. The best
        candidate is the challenger, and becomes champion if it passes the paired test
        (`judge_challenge`) and the gates of model.toml.
        """
        held_out = count_judged_rows(end - start, labelled_rows=end)
        cut = end - held_out
        spans = plan_row_spans(
            self.spec.training,
            available=cut,
            since_change=max(cut - start, 0),
            held_out=held_out,
            earlier=[cut - first for first in earlier if first < min(start, cut)],
        )
        tried = self._try_all(spans, cut, end, number=champion.number + 1)
        seconds = sum(version.fitted.seconds for version in tried)
        if not tried:
            return Run(None, False, "no candidate could be fitted: a class has no row", 0, 0.0)
        best = self._best(tried)
        answers = champion.fitted.answer(self.history.rows[cut:end])
        scores = score_outputs(self.spec.task, self.history.y[cut:end], answers)
        incumbent = ChampionEvidence(champion.number, scores)
        run = self._judge(best, answers, incumbent, Run(best, False, "", len(tried), seconds))
        return replace(run, returned_to=self._find_return(tried, incumbent))

    def first_version(self, end: int) -> Version | None:
        """Return the first champion, of the rows before `end`; None if a class is absent."""
        held_out = max(1, round(end * self.spec.training.holdout.fraction))
        most = self.spec.training.most_rows or end
        spans = (RowSpan(min(end - held_out, max(most - held_out, 1))),)
        tried = self._try_all(spans, end - held_out, end, number=1)
        return self._best(tried) if tried else None

    def _try_all(
        self, spans: Sequence[RowSpan], cut: int, end: int, *, number: int
    ) -> list[Version]:
        history, task, truth = self.history, self.spec.task, self.history.y[cut:end]
        versions = []
        for span in spans:
            last = cut - span.skipped
            for parameters in self.points:
                fitted = self.fitter.fit(parameters, history.rows[last - span.rows : last])
                if fitted is not None:
                    scores = score_outputs(task, truth, fitted.answer(history.rows[cut:end]))
                    version = Version(number, fitted, parameters, span.rows, cut, end, scores)
                    versions.append(replace(version, skipped=span.skipped))
        return versions

    def _best(self, tried: Sequence[Version]) -> Version:
        metric = self.spec.training.metric
        best = tried[0]
        for version in tried[1:]:
            value, best_value = (each.scores.get(metric, np.nan) for each in (version, best))
            if is_better(metric, value, best_value):
                best = version
        return best

    def _find_return(self, tried: Sequence[Version], champion: ChampionEvidence) -> int | None:
        metric, held_out = self.spec.training.metric, tried[0].end - tried[0].cut
        skipped = find_return(
            [Tried(version.scores.get(metric, np.nan), version.skipped) for version in tried],
            metric,
            champion=champion.scores.get(metric, np.nan),
        )
        return None if skipped is None else skipped + held_out

    def _judge(
        self,
        challenger: Version,
        champions: NDArray[np.float32],
        champion: ChampionEvidence,
        run: Run,
    ) -> Run:
        """Return the run with what the paired test and the gates say; `champions` are answers."""
        spec, cut, end = self.spec, challenger.cut, challenger.end
        rows, truth = self.history.rows[cut:end], self.history.y[cut:end]
        verdict = judge_challenge(
            spec.training.metric,
            spec.task,
            truth,
            champions,
            challenger.fitted.answer(rows),
            false_promotion_rate=spec.maintenance.false_promotion_rate,
        )
        if not verdict.is_better:
            return replace(run, reason=verdict.reason)
        evidence = Evidence(
            scores=challenger.scores,
            champion=champion,
            parity=_NOT_RUN,
            latency_ms=0.0,
        )
        results = judge(spec.gates, evidence)
        passed, reason = summarize(results)
        return replace(
            run,
            promoted=passed,
            reason=verdict.reason if passed else f"{verdict.reason}; but {reason}",
            falls_short=fail_absolute_alone(results),
        )


def hold_return(run: Run, trigger: Trigger, now: datetime) -> Run:
    """Return the run as it is concluded: nobody is promoted for a time that may be too short."""
    learned = run.challenger is not None and run.challenger.skipped > 0
    back = describe_return(trigger, run.returned_to, learned=learned, passed=run.promoted, now=now)
    if back is None or back.held_until is None:
        return replace(run, went_back=back)
    return replace(run, promoted=False, reason=explain_hold(back), went_back=back)


def with_best_parameters(workshop: Workshop, version: Version) -> Workshop:
    """Return the workshop that tries no other parameters than a version's."""
    return replace(workshop, points=(version.parameters,))


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
