"""An always-valid test of whether a challenger scores worse than the champion.

Looking often must not mean deciding wrongly. The test is a pair of one-sided confidence sequences:
intervals that all hold the true difference at once, at every look, with the chance asked for.

References
----------
Waudby-Smith, I., Arbour, D., Sinha, R., Kennedy, E. H. and Ramdas, A. (2024). Time-uniform central
limit theory and asymptotic confidence sequences. Annals of Statistics 52(6). arXiv:2103.06476.
Robbins, H. (1970). Statistical methods related to the law of the iterated logarithm. Annals of
Mathematical Statistics 41(5), 1397-1409.
Scharfstein, D. O., Tsiatis, A. A. and Robins, J. M. (1997). Semiparametric efficiency and its
implication on the design and analysis of group-sequential studies. Journal of the American
Statistical Association 92(440), 1342-1350.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from functions.contracts.model_spec import Task
from functions.core.classification_scores import UndefinedScoreError
from functions.core.influence import ScoreEstimate, estimate_score
from functions.core.scores import Truth, is_higher_better

MINIMUM_ROWS = 100
"""Labelled rows that each version needs before anything is decided."""

MINIMUM_EFFECTIVE_ROWS = 30.0
"""How many equally influential rows the two samples must be worth before anything is decided.

The sequence is asymptotic: it stands on sums that are nearly normal. How nearly is said by
``(sum c²)² / sum c⁴`` over the rows' shares c of the difference: a few rows of a rare class
that decide a ROC AUC count as few, however many others there are. Both sums are taken from the
version where they are larger, so that a version without a single error needs no errors to be told
from one with many.
"""

DESIGN_ROWS = 500
"""Rows a version at which the mixture spreads its attention (the sequence's one free parameter).

The boundary is within 5% of its narrowest from 1,500 to 50,000 rows a version, and wide before.
"""

_ENOUGH_STEPS = 50


class Decision(StrEnum):
    """What is known of a loss against the largest that is allowed."""

    WORSE = "worse"
    NOT_WORSE = "not_worse"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class ScoredRows:
    """Rows that came true: `truth` of shape (n,), class codes or values, and the answers to them.

    `outputs` has shape (n, n_classes) or (n, 1).
    """

    truth: Truth
    outputs: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SequentialVerdict:
    """The decision and the sentence an operator will read.

    `difference` is challenger minus champion in the metric's unit, `lower` and `upper` its bounds;
    all three are NaN where the rows do not determine them.
    """

    decision: Decision
    difference: float
    lower: float
    upper: float
    reason: str


@dataclass(frozen=True, slots=True)
class _Difference:
    """Two scores, how sure their difference is, and how much of that rests on few rows."""

    champion: float
    challenger: float
    variance: float
    design_variance: float
    effective_rows: float


def compare_scores(
    metric: str,
    task: Task,
    champion: ScoredRows,
    challenger: ScoredRows,
    *,
    maximum_loss: float,
    false_alarm_rate: float,
) -> SequentialVerdict:
    """Return whether the challenger's score is worse by more than `maximum_loss`.

    Call it as often as rows come in, each time with all rows so far.

    Parameters
    ----------
    metric : str
        A name of `functions.core.scores.METRICS[task]`; its ending says which way is better.
    task : Task
    champion, challenger : ScoredRows
        Independent samples: each row is answered by one version. They may differ in size.
    maximum_loss : float
        In the metric's unit; 0 allows no loss. WORSE says that a larger loss is proven.
    false_alarm_rate : float
        Chance that a version whose loss is at most `maximum_loss` is ever called WORSE, over all
        looks; likewise that one with a larger loss is ever called NOT_WORSE.

    Returns
    -------
    SequentialVerdict
        UNDECIDED where the rows do not determine the metric or are fewer than the burn-in.

    Raises
    ------
    UnknownMetricError, ScoreInputError
        As `estimate_score`.

    Notes
    -----
    With the variance v of the difference d, from the influences of the rows and the larger of both
    versions' variances a row, the score ``d / v`` moves like a Brownian motion at the time
    ``I = 1 / v`` with drift the true difference (Scharfstein et al.), whatever the allocation and
    however it changes, as long as it does not look at the outcomes. The bounds are ``d`` plus and
    minus `mixture_margin`.

    References
    ----------
    See the module.
    """
    rows = (len(champion.truth), len(challenger.truth))
    if min(rows) == 0:
        return _undecided("no evidence yet: a version has no row with a label")
    try:
        estimates = [
            estimate_score(metric, task, sample.truth, sample.outputs)
            for sample in (champion, challenger)
        ]
    except UndefinedScoreError as error:
        return _undecided(f"no evidence yet: {metric} is {error}")
    difference = _difference(*estimates)
    shown = f"{metric} {difference.challenger:.4f} against {difference.champion:.4f}"
    if early := _burn_in(rows, difference):
        return _undecided(f"{shown}, too early to tell: {early}")
    margin = mixture_margin(
        difference.variance,
        design_variance=difference.design_variance,
        error_rate=false_alarm_rate,
    )
    gain = difference.challenger - difference.champion
    loss = -gain if is_higher_better(metric) else gain
    decision, words = _decide(loss, margin, maximum_loss)
    return SequentialVerdict(decision, gain, gain - margin, gain + margin, f"{shown}, {words}")


def mixture_margin(variance: float, *, design_variance: float, error_rate: float) -> float:
    """Return how far an estimate may ever stray to one side of the truth, but for `error_rate`.

    Parameters
    ----------
    variance : float
        Of the estimate at this look; more than zero.
    design_variance : float
        Of the look that the sequence is tuned for; any positive number is valid if it does not
        depend on what was seen. The margin is narrowest, in standard deviations, some five to
        twenty times later.
    error_rate : float
        Chance that the estimate minus the truth exceeds the margin at any look.

    Notes
    -----
    For a Brownian motion S at time I, a mixture of likelihood ratios over drifts that are half
    normal with variance ``1 / r`` is a martingale that starts at 1::

        2 sqrt(r / (I + r)) exp(x² / 2) Phi(x),   x = S / sqrt(I + r)

    By Ville's inequality it ever reaches ``1 / error_rate`` with at most that chance. The margin is
    the S that does, over I; with ``I = 1 / variance`` and ``r = 1 / design_variance``.

    Examples
    --------
    >>> margin = mixture_margin(1.0, design_variance=8.0, error_rate=0.025)
    >>> round(margin, 2)  # in standard deviations; one look at a time known before needs 1.96
    3.04
    """
    time, spread = 1.0 / variance, 1.0 / design_variance
    wanted = math.log(math.sqrt((time + spread) / spread) / (2.0 * error_rate))
    standard = NormalDist()
    x = math.sqrt(2.0 * max(wanted, math.log(2.0)))
    for _ in range(_ENOUGH_STEPS):
        nearer = math.sqrt(2.0 * max(wanted - math.log(standard.cdf(x)), 0.0))
        if abs(nearer - x) < 1e-12:  # noqa: PLR2004 - far below what a float of this size tells apart
            break
        x = nearer
    return x * math.sqrt(time + spread) / time


def _difference(champion: ScoreEstimate, challenger: ScoreEstimate) -> _Difference:
    """Return the difference of two scores, each with the larger of both variances a row.

    A version that happens to have answered all of its few rows alike shows no variance of its own;
    versions that are nearly equal have nearly the same.
    """
    estimates = (champion, challenger)
    second = max(each.variance * len(each.influence) for each in estimates)
    fourth = max(float(np.mean(each.influence**4)) for each in estimates)
    variance = sum(second / len(each.influence) for each in estimates)
    fourths = sum(fourth / len(each.influence) ** 3 for each in estimates)
    return _Difference(
        champion=champion.value,
        challenger=challenger.value,
        variance=variance,
        design_variance=2.0 * second / DESIGN_ROWS,
        effective_rows=variance**2 / fourths if fourths else 0.0,
    )


def _burn_in(rows: tuple[int, int], difference: _Difference) -> str | None:
    """Return what is still missing for a sum to be nearly normal."""
    if min(rows) < MINIMUM_ROWS:
        return f"{min(rows):,} labelled rows of {MINIMUM_ROWS} that each version needs"
    if difference.effective_rows < MINIMUM_EFFECTIVE_ROWS:
        return (
            f"it rests on the weight of {difference.effective_rows:.0f} rows, "
            f"{MINIMUM_EFFECTIVE_ROWS:.0f} needed"
        )
    return None


def _decide(loss: float, margin: float, maximum_loss: float) -> tuple[Decision, str]:
    least, most = loss - margin, loss + margin
    if least > maximum_loss:
        return Decision.WORSE, f"a loss of at least {least:.4f}, {maximum_loss:.4f} is allowed"
    if most <= maximum_loss:
        words = f"a loss of at most {most:.4f}" if most > 0 else f"a gain of at least {-most:.4f}"
        return Decision.NOT_WORSE, f"{words}, {maximum_loss:.4f} of loss is allowed"
    between = f"a loss between {least:+.4f} and {most:+.4f}"
    return Decision.UNDECIDED, f"{between} does not yet prove more than {maximum_loss:.4f}"


def _undecided(reason: str) -> SequentialVerdict:
    nan = math.nan
    return SequentialVerdict(Decision.UNDECIDED, nan, nan, nan, reason)
