"""What of a model's matured labels is watched for a change: sums that add up per window.

Three questions, each of rows whose labels have come:

- *loss*: has the model become worse? (Brier's squared distance, or a regression's squared error.)
- *excess*: worse than it said itself? A classifier's probabilities foretell its own loss, row by
  row. Where loss rises and excess does not, the rows have become harder, and the model knows: to
  learn the same features again gives nothing. Where excess rises, the relation it learned no
  longer holds.
- *bias*: are outcomes more frequent, or values higher, than it said?
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from functions.contracts.model_spec import Task
from functions.core.change_detection import Series, Sums
from functions.core.scores import Truth, check_scored_rows

LOSS, EXCESS, BIAS = "loss", "excess loss", "bias"


def watch_losses(task: Task, truth: Truth, outputs: NDArray[np.floating]) -> dict[str, Sums]:
    """Return the sums of what is watched.

    Parameters
    ----------
    task : Task
    truth : ndarray of shape (n,)
        Class codes, or values for a regression.
    outputs : ndarray of float, shape (n, n_classes) or (n, 1)

    Returns
    -------
    dict of str to Sums
        `loss`; `excess loss` of a classifier; `bias` (binary and regression) or one for each class.

    Raises
    ------
    ScoreInputError
        If truth and outputs do not fit each other or the task.

    Notes
    -----
    With outcomes y of 0 and 1 and probabilities p, summed over the classes, the loss is
    ``sum (y - p)²``. If p is right its expectation, given the row, is ``sum p (1 - p)``; the excess
    is the difference, ``sum (y - p)(1 - 2 p)``. Its expectation is zero whatever the rows are, so
    a shift of the inputs alone leaves it there (as far as the model is calibrated).

    References
    ----------
    Gneiting, T. and Raftery, A. E. (2007). Strictly proper scoring rules, prediction, and
    estimation. Journal of the American Statistical Association 102(477), 359-378.

    Examples
    --------
    >>> sums = watch_losses(
    ...     Task.BINARY_CLASSIFICATION, np.array([0, 1]), np.array([[0.5, 0.5], [0.0, 1.0]])
    ... )
    >>> sums["loss"].total, sums["excess loss"].total, sums["bias"].total
    (0.5, 0.0, -0.5)
    """
    check_scored_rows(task, truth, outputs)
    if task is Task.REGRESSION:
        residual = truth.astype(np.float64) - outputs[:, 0].astype(np.float64)
        return {LOSS: Sums.of(residual**2), BIAS: Sums.of(residual)}
    given = outputs.astype(np.float64)
    residuals = -given
    residuals[np.arange(len(truth)), truth.astype(np.int64)] += 1.0
    loss = (residuals**2).sum(axis=1)
    watched = {
        LOSS: Sums.of(loss),
        EXCESS: Sums.of(loss - (given * (1.0 - given)).sum(axis=1)),
    }
    if task is Task.BINARY_CLASSIFICATION:
        return {**watched, BIAS: Sums.of(residuals[:, 1])}
    biases = {f"{BIAS} of class {k}": Sums.of(residuals[:, k]) for k in range(given.shape[1])}
    return {**watched, **biases}


def is_watched(name: str) -> bool:
    """Return whether sums of that name are what is watched.

    Examples
    --------
    >>> [is_watched(name) for name in (LOSS, EXCESS, "bias of class 2", "log loss")]
    [True, True, True, False]
    """
    return name in {LOSS, EXCESS} or name.startswith(BIAS)


def series_of(
    reference: Mapping[str, Sums], windows: list[Mapping[str, Sums]]
) -> dict[str, Series]:
    """Return each watched quantity as a series; a bias may change either way."""
    return {
        name: Series(
            sums,
            tuple(window.get(name, Sums()) for window in windows),
            falls_count=name.startswith(BIAS),
        )
        for name, sums in reference.items()
    }
