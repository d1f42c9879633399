"""Scores and errors of a regressor's values, in numpy alone."""

import numpy as np
from numpy.typing import NDArray


def root_mean_squared_error(truth: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    """Return the root of the mean squared difference, in the target's unit; 0 is best."""
    return float(np.sqrt(np.square(values - truth).mean()))


def mean_absolute_error(truth: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    """Return the mean absolute difference, in the target's unit; 0 is best."""
    return float(np.abs(values - truth).mean())


def r2_score(truth: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    """Return the share of the truth's variance that the values explain.

    Parameters
    ----------
    truth, values : ndarray of float64, shape (n,)

    Returns
    -------
    float
        ``1 - sum((truth - values)^2) / sum((truth - mean(truth))^2)``: 1 is best, 0 is what the
        mean achieves, and there is no lower limit. Of a constant truth, which has no variance, 1
        if every value is exact and else 0.

    References
    ----------
    Draper, N. R., & Smith, H. (1998). Applied Regression Analysis (3rd ed.). Wiley.

    Examples
    --------
    >>> r2_score(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 2.0]))
    0.5
    """
    variation = float(np.square(truth - truth.mean()).sum())
    residual = float(np.square(truth - values).sum())
    if variation == 0.0:
        return 1.0 if residual == 0.0 else 0.0
    return 1.0 - residual / variation
