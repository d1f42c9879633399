"""Scores from sums that add up: of labelled rows no more is kept than their scores need.

Sums of an hour's rows are made as their labels come and merged into those that were there before;
a window's are those of its hours. Scores are the same as `functions.core.scores` gives for the rows
themselves, but for two: ROC AUC and average precision are read from counts of probabilities by the
cells of a profile (D18). Up to 2,048 distinct probabilities they are exact too. Beyond that,
probabilities that share a cell (0.8% of their value wide) count as equal: ROC AUC is off by at most
half the share of pairs, one row of each class, that share a cell.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from functions.contracts.labels import LossSums, RankedClass, ScoreSums
from functions.contracts.model_spec import Task
from functions.contracts.profile import NumericProfile
from functions.core.change_detection import Sums
from functions.core.classification_scores import predicted_labels
from functions.core.profile import counted_codes, profile_predictions, sum_columns
from functions.core.scores import Truth
from functions.core.watched_losses import LOSS, watch_losses

LOG_LOSS, BRIER, ABSOLUTE, TRUTH = "log loss", "brier", "absolute error", "truth"

MAXIMUM_RANKED_CLASSES = 32
"""With more classes nothing is ranked: two columns of counts each, up to 12 KB, in every hour."""

_BINARY_CLASSES = 2
_FLAT = 1e-12
"""Of a sum of squares: a variation below that share is rounding."""


def sum_scores(task: Task, truth: Truth, outputs: NDArray[np.float32]) -> ScoreSums:
    """Return the sums of labelled rows, which may be none.

    Parameters
    ----------
    task : Task
    truth : ndarray of shape (n,)
        Class codes, or values for a regression.
    outputs : ndarray of float32, shape (n, n_classes) or (n, 1)

    Raises
    ------
    ScoreInputError
        If truth and outputs do not fit each other or the task.
    """
    if not len(truth):
        return ScoreSums()
    losses = dict(watch_losses(task, truth, outputs))
    if task is Task.REGRESSION:
        wanted = truth.astype(np.float64)
        losses[ABSOLUTE] = Sums.of(np.abs(wanted - outputs[:, 0].astype(np.float64)))
        losses[TRUTH] = Sums.of(wanted)
        return ScoreSums(rows=len(truth), losses=written_sums(losses))
    codes = truth.astype(np.int64)
    losses[LOG_LOSS] = Sums.of(_log_losses(codes, outputs))
    if _is_binary(task):
        losses[BRIER] = Sums.of(np.square(outputs[:, 1].astype(np.float64) - codes))
    return ScoreSums(
        rows=len(truth),
        confusion=_confusion(codes, outputs),
        losses=written_sums(losses),
        ranked=_rank(codes, outputs),
    )


def merge_sums(several: Sequence[ScoreSums]) -> ScoreSums:
    """Return the sums of several disjoint sets of rows of one model."""
    some = [sums for sums in several if sums.rows]
    confusion: dict[tuple[int, int], int] = {}
    losses: dict[str, Sums] = {}
    for sums in some:
        for true, likeliest, rows in sums.confusion:
            confusion[true, likeliest] = confusion.get((true, likeliest), 0) + rows
        for name, sum_ in watched_sums(sums).items():
            losses[name] = losses.get(name, Sums()) + sum_
    return ScoreSums(
        rows=sum(sums.rows for sums in some),
        confusion=tuple((*codes, rows) for codes, rows in sorted(confusion.items())),
        losses=written_sums(losses),
        ranked=_merge_ranked(some),
    )


def watched_sums(sums: ScoreSums) -> dict[str, Sums]:
    """Return the sums of losses as `functions.core.change_detection` takes them, by name."""
    return read_sums(sums.losses)


def read_sums(losses: Mapping[str, LossSums]) -> dict[str, Sums]:
    """Return documents' sums as `functions.core.change_detection` takes them, by name."""
    return {name: Sums(loss.rows, loss.total, loss.squares) for name, loss in losses.items()}


def written_sums(losses: Mapping[str, Sums]) -> dict[str, LossSums]:
    """Return sums as documents hold them, by name."""
    return {
        name: LossSums(rows=sums.rows, total=sums.total, squares=sums.squares)
        for name, sums in losses.items()
    }


def score_sums(task: Task, sums: ScoreSums) -> dict[str, float]:
    """Return every metric of the task that the labelled rows determine, by name; none without rows.

    Parameters
    ----------
    task : Task
    sums : ScoreSums

    Returns
    -------
    dict of str to float
        As `functions.core.scores.score_outputs`, with the bound that this module states.
    """
    if not sums.rows:
        return {}
    if task is Task.REGRESSION:
        return _regression_scores(watched_sums(sums))
    scores = _ranking_scores(task, sums.ranked)
    losses = watched_sums(sums)
    scores["log_loss_error"] = losses[LOG_LOSS].mean
    scores["brier_error"] = losses[BRIER if _is_binary(task) else LOSS].mean
    return scores | _label_scores(task, sums)


def numeric_counts(values: NDArray[np.float32]) -> NumericProfile:
    """Return how often each number occurs, as a profile's column; shape (n,)."""
    column = profile_predictions(Task.REGRESSION, values.reshape(-1, 1))
    assert isinstance(column, NumericProfile)  # noqa: S101 - a regression's answers are numbers
    return column


def merge_counts(several: Sequence[NumericProfile]) -> NumericProfile:
    """Return the counts of several sets of numbers, at least one."""
    merged = sum_columns(several)
    assert isinstance(merged, NumericProfile)  # noqa: S101 - so are the sums of numbers
    return merged


def _is_binary(task: Task) -> bool:
    return task is Task.BINARY_CLASSIFICATION


def _log_losses(codes: NDArray[np.int64], outputs: NDArray[np.float32]) -> NDArray[np.float64]:
    epsilon = float(np.finfo(outputs.dtype).eps)
    given = outputs[np.arange(len(codes)), codes].astype(np.float64)
    losses: NDArray[np.float64] = -np.log(np.clip(given, epsilon, 1.0 - epsilon))
    return losses


def _confusion(
    codes: NDArray[np.int64], outputs: NDArray[np.float32]
) -> tuple[tuple[int, int, int], ...]:
    pairs, counts = np.unique(
        codes * outputs.shape[1] + predicted_labels(outputs), return_counts=True
    )
    return tuple(
        (*divmod(int(pair), outputs.shape[1]), int(count))
        for pair, count in zip(pairs, counts, strict=True)
    )


def _rank(codes: NDArray[np.int64], outputs: NDArray[np.float32]) -> tuple[RankedClass, ...]:
    classes = outputs.shape[1]
    if classes > MAXIMUM_RANKED_CLASSES:
        return ()
    ranked = [1] if classes == _BINARY_CLASSES else range(classes)
    return tuple(
        RankedClass(
            code=code,
            positive=numeric_counts(outputs[codes == code, code]),
            negative=numeric_counts(outputs[codes != code, code]),
        )
        for code in ranked
    )


def _merge_ranked(some: Sequence[ScoreSums]) -> tuple[RankedClass, ...]:
    by_code: dict[int, list[RankedClass]] = {}
    for sums in some:
        for ranked in sums.ranked:
            by_code.setdefault(ranked.code, []).append(ranked)
    return tuple(
        RankedClass(
            code=code,
            positive=merge_counts([each.positive for each in ranked]),
            negative=merge_counts([each.negative for each in ranked]),
        )
        for code, ranked in sorted(by_code.items())
    )


def _regression_scores(losses: Mapping[str, Sums]) -> dict[str, float]:
    loss, truth = losses[LOSS], losses[TRUTH]
    variation = truth.squares - truth.total * truth.total / truth.rows
    if variation <= _FLAT * truth.squares:
        explained = 1.0 if loss.total == 0.0 else 0.0
    else:
        explained = 1.0 - loss.total / variation
    return {
        "root_mean_squared_error": math.sqrt(loss.mean),
        "mean_absolute_error": losses[ABSOLUTE].mean,
        "r2_score": explained,
    }


def _ranking_scores(task: Task, ranked: Sequence[RankedClass]) -> dict[str, float]:
    """Return what depends on the order of probabilities; nothing if a class decides it alone."""
    counted = [_aligned_counts(each) for each in ranked]
    if not counted or any(not hits.sum() or not misses.sum() for hits, misses in counted):
        return {}
    if _is_binary(task):
        counted = counted[:1]
    return {
        "roc_auc_score": float(np.mean([_roc_auc(*counts) for counts in counted])),
        "average_precision_score": float(np.mean([_average_precision(*c) for c in counted])),
    }


def _aligned_counts(ranked: RankedClass) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how many rows of the class, and of the others, have each probability, ascending."""
    bits = min(ranked.positive.bits, ranked.negative.bits)
    hits, misses = (counted_codes(each, bits) for each in (ranked.positive, ranked.negative))
    codes = np.union1d(hits.codes, misses.codes)
    aligned = []
    for counted in (hits, misses):
        rows = np.zeros(len(codes))
        rows[np.searchsorted(codes, counted.codes)] = counted.counts
        aligned.append(rows)
    return aligned[0], aligned[1]


def _roc_auc(hits: NDArray[np.float64], misses: NDArray[np.float64]) -> float:
    below = np.cumsum(misses) - misses
    return float((hits * (below + misses / 2)).sum() / (hits.sum() * misses.sum()))


def _average_precision(hits: NDArray[np.float64], misses: NDArray[np.float64]) -> float:
    found = np.cumsum(hits[::-1])
    called = np.cumsum((hits + misses)[::-1])
    return float((hits[::-1] / hits.sum() * found / called).sum())


def _label_scores(task: Task, sums: ScoreSums) -> dict[str, float]:
    """Return what depends on the likeliest class alone; see `classification_scores`."""
    table = np.array(sums.confusion, dtype=np.int64).reshape(-1, 3)
    classes = max(int(table[:, :2].max()) + 1, _BINARY_CLASSES)
    is_hit = table[:, 0] == table[:, 1]
    rows = table[:, 2].astype(np.float64)
    hits = np.bincount(table[is_hit, 0], weights=rows[is_hit], minlength=classes)
    actual = np.bincount(table[:, 0], weights=rows, minlength=classes)
    called = np.bincount(table[:, 1], weights=rows, minlength=classes)
    kept = np.arange(classes) == 1 if _is_binary(task) else (called + actual) > 0
    hits_of, called_of, actual_of = hits[kept], called[kept], actual[kept]
    return {
        "accuracy_score": float(hits.sum() / rows.sum()),
        "precision_score": _mean_ratio(hits_of, called_of),
        "recall_score": _mean_ratio(hits_of, actual_of),
        "f1_score": _mean_ratio(2 * hits_of, called_of + actual_of),
    }


def _mean_ratio(part: NDArray[Any], whole: NDArray[Any]) -> float:
    """Return the mean of the ratios, 0 where the whole is."""
    ratios = np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
    return float(ratios.mean())
