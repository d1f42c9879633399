"""What a policy is measured against: never retraining, and a schedule with as many runs."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from functions.core.backtest_history import History
from functions.core.backtest_run import Version, Workshop
from functions.core.classification_scores import UndefinedScoreError
from functions.core.influence import estimate_score

MOST_PHASES, FEWEST_PHASES = 4, 2
"""A schedule is begun at so many moments of its period, and the mean of them is told."""

SCHEDULED_RUNS = 24
"""Of all phases together, where that allows more than the fewest: each run takes its time."""

Scores = NDArray[np.float64]


def score_windows(workshop: Workshop, versions: Sequence[Version]) -> Scores:
    """Return the training metric of each window, answered by one version each.

    NaN where the window's rows do not determine it.
    """
    spec, history = workshop.spec, workshop.history
    scores = np.full(history.windows, np.nan)
    for window, version in enumerate(versions):
        first, last = history.rows_of(window)
        truth, answers = history.y[first:last], version.fitted.answer(history.rows[first:last])
        try:
            scores[window] = estimate_score(spec.training.metric, spec.task, truth, answers).value
        except UndefinedScoreError:
            continue
    return scores


def count_phases(runs: int) -> int:
    """Return how many phases of a schedule with so many runs are replayed.

    Examples
    --------
    >>> [count_phases(runs) for runs in (1, 6, 8, 30)]
    [4, 4, 3, 2]
    """
    return max(FEWEST_PHASES, min(MOST_PHASES, SCHEDULED_RUNS // runs))


def schedule_windows(windows: int, runs: int, phase: float) -> tuple[int, ...]:
    """Return after which windows a schedule runs; `phase` is the part of a period before the first.

    Examples
    --------
    >>> schedule_windows(100, 4, 0.5)
    (12, 37, 62, 87)
    """
    period = windows / runs
    return tuple(int((run + phase) * period) for run in range(runs))


def replay_schedule(
    workshop: Workshop,
    first: Version,
    *,
    runs: int,
    label_delay: timedelta,
    told: Callable[[int], None],
    learned: History | None = None,
) -> Scores:
    """Return the mean score of each window over the phases of a schedule with so many runs.

    The schedule's runs are the policy's in all but their moments: the same candidates, judged in
    the same way, about the rows labelled since the schedule's last run; the times between its runs
    are its earlier times. `told` hears how many runs are done. `learned` is what they learn from,
    the history without the windows in which the data were at fault; None: all of it.
    """
    scores = []
    phases = count_phases(runs)
    for phase in range(phases):
        moments = schedule_windows(workshop.history.windows, runs, (phase + 0.5) / phases)
        versions = _replay_phase(workshop, first, moments, label_delay, learned or workshop.history)
        scores.append(score_windows(workshop, versions))
        told((phase + 1) * runs)
    found: Scores = np.mean(scores, axis=0)
    return found


def _replay_phase(
    workshop: Workshop,
    champion: Version,
    moments: Sequence[int],
    label_delay: timedelta,
    learned: History,
) -> list[Version]:
    history, versions = workshop.history, []
    learning = replace(workshop, history=learned)
    tried_until, earlier = champion.end, list[int]()
    for window in range(history.windows):
        versions.append(champion)
        if window not in moments:
            continue
        now = history.ends[window]
        labelled = sum(end + label_delay <= now for end in learned.ends)
        end = int(learned.bounds[labelled])
        if end <= tried_until:
            continue
        run = learning.retrain(champion, start=tried_until, end=end, earlier=earlier)
        earlier.append(tried_until)
        tried_until = end
        if run.promoted and run.challenger is not None:
            champion = run.challenger
    return versions
