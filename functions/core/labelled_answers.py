"""What two versions answered to the same labelled rows, and what the difference proves."""

import base64
import math
from statistics import NormalDist
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from functions.contracts.base import Document
from functions.contracts.model_spec import Task
from functions.contracts.replay import ScoreComparison
from functions.core.capture_encoding import decode_floats, encode_floats
from functions.core.classification_scores import UndefinedScoreError
from functions.core.influence import estimate_score
from functions.core.scores import score_outputs
from functions.core.sequential import MINIMUM_ROWS

MAXIMUM_LABELLED_ROWS = 20_000
"""Labelled answers that are kept to be scored together: 0.6 MB of JSON for a binary classifier."""

CONFIDENCE = 0.95
"""Of each bound of a paired comparison. A replay is looked at once, so this is a plain test."""


class LabelledAnswers(Document):
    """The first labelled rows of a replay; `seen` counts those beyond the bound too.

    `truth` is base64 of little-endian float64, codes or values; the outputs as in a capture.
    """

    seen: int = Field(default=0, ge=0)
    kept: int = Field(default=0, ge=0, le=MAXIMUM_LABELLED_ROWS)
    truth: str = ""
    champion: str = ""
    challenger: str = ""

    @classmethod
    def of(
        cls,
        truth: NDArray[np.float64],
        champion: NDArray[np.float32],
        challenger: NDArray[np.float32],
    ) -> Self:
        """Return the rows of arrays of equal length, which may be none."""
        kept = min(len(truth), MAXIMUM_LABELLED_ROWS)
        return cls(
            seen=len(truth),
            kept=kept,
            truth=base64.b64encode(truth[:kept].astype("<f8", copy=False).tobytes()).decode(),
            champion=encode_floats(champion[:kept]),
            challenger=encode_floats(challenger[:kept]),
        )

    def arrays(self) -> tuple[NDArray[np.float64], NDArray[np.float32], NDArray[np.float32]]:
        """Return truth, the champion's outputs and the challenger's; there must be rows."""
        truth = np.frombuffer(base64.b64decode(self.truth, validate=True), dtype="<f8")
        champion = decode_floats(self.champion, self.kept)
        challenger = decode_floats(self.challenger, self.kept)
        return truth.astype(np.float64), champion, challenger

    def followed_by(self, other: Self) -> Self:
        """Return the rows of both, these first."""
        if not self.kept or not other.kept:
            rows = self if self.kept else other
            return rows.model_copy(update={"seen": self.seen + other.seen})
        truth, champion, challenger = self.arrays()
        more_truth, more_champion, more_challenger = other.arrays()
        joined = self.of(
            np.concatenate([truth, more_truth]),
            np.concatenate([champion, more_champion]),
            np.concatenate([challenger, more_challenger]),
        )
        return joined.model_copy(update={"seen": self.seen + other.seen})


def score_both(task: Task, answers: LabelledAnswers) -> tuple[dict[str, float], dict[str, float]]:
    """Return the champion's and the challenger's scores; none where there are no rows."""
    if not answers.kept:
        return {}, {}
    truth, champion, challenger = answers.arrays()
    return score_outputs(task, truth, champion), score_outputs(task, truth, challenger)


def compare_paired(metric: str, task: Task, answers: LabelledAnswers) -> ScoreComparison | None:
    """Return a score of both versions on the same rows; None if the rows do not determine it.

    Parameters
    ----------
    metric : str
        A name of `functions.core.scores.METRICS[task]`.
    task : Task
    answers : LabelledAnswers

    Returns
    -------
    ScoreComparison or None
        With fewer than MINIMUM_ROWS rows there are no bounds.

    Notes
    -----
    The difference of two scores of the same rows has the mean square of the difference of the
    rows' influences as its variance. Of ROC AUC this is DeLong's test. What both versions find
    hard cancels out, so that a few hundred rows show what takes thousands in two separate samples.

    References
    ----------
    DeLong, E. R., DeLong, D. M. and Clarke-Pearson, D. L. (1988). Comparing the areas under two or
    more correlated receiver operating characteristic curves. Biometrics 44(3), 837-845.
    """
    if not answers.kept:
        return None
    truth, *outputs = answers.arrays()
    try:
        champion, challenger = (estimate_score(metric, task, truth, each) for each in outputs)
    except UndefinedScoreError:
        return None
    difference = challenger.value - champion.value
    shown = f"{metric} {challenger.value:.4f} against {champion.value:.4f}"
    if answers.kept < MINIMUM_ROWS:
        lower = upper = None
        reason = f"{shown} of {answers.kept:,} labelled rows, {MINIMUM_ROWS} needed to tell"
    else:
        spread = challenger.influence - champion.influence
        deviation = math.sqrt(float(spread @ spread)) / answers.kept
        margin = NormalDist().inv_cdf(CONFIDENCE) * deviation
        lower, upper = difference - margin, difference + margin
        reason = (
            f"{shown} on the same {answers.kept:,} rows, "
            f"a difference between {lower:+.4f} and {upper:+.4f}"
        )
    return ScoreComparison(
        metric=metric,
        rows=answers.kept,
        champion=champion.value,
        challenger=challenger.value,
        difference=difference,
        lower=lower,
        upper=upper,
        reason=reason,
    )
