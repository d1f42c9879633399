"""Names of scores and errors, and the tasks that each fits.

A name carries its direction: of a `*_score` more is better, of an `*_error` less.
"""

from functions.contracts.model_spec import Task

_CLASSIFICATION = frozenset({Task.BINARY_CLASSIFICATION, Task.MULTICLASS_CLASSIFICATION})
_REGRESSION = frozenset({Task.REGRESSION})

SCORE_TASKS: dict[str, frozenset[Task]] = {
    "roc_auc_score": _CLASSIFICATION,
    "average_precision_score": _CLASSIFICATION,
    "log_loss_error": _CLASSIFICATION,
    "brier_error": _CLASSIFICATION,
    "accuracy_score": _CLASSIFICATION,
    "precision_score": _CLASSIFICATION,
    "recall_score": _CLASSIFICATION,
    "f1_score": _CLASSIFICATION,
    "root_mean_squared_error": _REGRESSION,
    "mean_absolute_error": _REGRESSION,
    "r2_score": _REGRESSION,
}


def score_names(task: Task) -> tuple[str, ...]:
    """Return the names that fit a task.

    Examples
    --------
    >>> score_names(Task.REGRESSION)
    ('root_mean_squared_error', 'mean_absolute_error', 'r2_score')
    """
    return tuple(name for name, tasks in SCORE_TASKS.items() if task in tasks)


def more_is_better(name: str) -> bool:
    """Return whether a score is better when it is larger."""
    return name.endswith("_score")
