"""Whether a challenger is better than the champion on the same labelled rows, beyond noise."""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from functions.contracts.model_spec import Task
from functions.core.classification_scores import UndefinedScoreError
from functions.core.influence import estimate_score
from functions.core.scores import Truth, gain


@dataclass(frozen=True, slots=True)
class ChallengeVerdict:
    """Whether the challenger is better, and the sentence an operator will read.

    `gain` is in the metric's unit, above 0 if the challenger is better; `allowance` is what of it
    may be chance. Both are NaN where the rows leave the metric undefined.
    """

    is_better: bool
    gain: float
    allowance: float
    reason: str


def judge_challenge(
    metric: str,
    task: Task,
    truth: Truth,
    champion: NDArray[np.floating],
    challenger: NDArray[np.floating],
    *,
    false_promotion_rate: float,
) -> ChallengeVerdict:
    """Return whether the challenger scores better than the champion on the same rows.

    Parameters
    ----------
    metric : str
        A name of `functions.core.scores.METRICS[task]`.
    task : Task
    truth : ndarray of shape (n,)
    champion, challenger : ndarray of float, shape (n, n_classes) or (n, 1)
        What both answer to the n rows, which neither was trained on.
    false_promotion_rate : float
        The chance that a challenger just as good is called better.

    Raises
    ------
    UnknownMetricError, ScoreInputError
        As `estimate_score`.

    Notes
    -----
    The rows are the same, so their difficulty cancels: the gain's variance is that of the
    difference of the influences of each row on both scores. The gain must exceed so many standard
    errors as the normal distribution exceeds by chance at that rate (DeLong's test, if the metric
    is the ROC AUC).

    References
    ----------
    DeLong, E. R., DeLong, D. M. and Clarke-Pearson, D. L. (1988). Comparing the areas under two or
    more correlated receiver operating characteristic curves. Biometrics 44(3), 837-845.

    Examples
    --------
    >>> truth = np.tile([0, 1], 200)
    >>> sure = np.column_stack([1.0 - truth, truth])
    >>> verdict = judge_challenge(
    ...     "accuracy_score", Task.BINARY_CLASSIFICATION, truth, sure[::-1], sure,
    ...     false_promotion_rate=0.05,
    ... )
    >>> verdict.is_better, verdict.gain
    (True, 1.0)
    """
    try:
        old = estimate_score(metric, task, truth, champion)
        new = estimate_score(metric, task, truth, challenger)
    except UndefinedScoreError as undefined:
        return ChallengeVerdict(False, math.nan, math.nan, f"not judged: {metric} is {undefined}")
    difference = new.influence - old.influence
    rows = len(truth)
    error = math.sqrt(float(difference @ difference) / (rows * max(rows - 1, 1)))
    better_by = gain(metric, new.value, old.value)
    allowance = NormalDist().inv_cdf(1.0 - false_promotion_rate) * error
    is_better = better_by > allowance
    reason = (
        f"{metric} {new.value:.4f} against {old.value:.4f} on the latest {rows:,} labelled rows: "
        f"{'better' if is_better else 'not better'} by more than the noise of {allowance:.4f}"
    )
    return ChallengeVerdict(is_better, better_by, allowance, reason)
