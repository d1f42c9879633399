"""What a model's outputs mean, as the values that callers read."""

import json
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from functions.contracts.errors import WindvaneError
from functions.contracts.served import Label, Task
from functions.core.short_numbers import shortest_numbers

POSITIVE_FROM = 0.5
"""The probability of the positive class from which a binary classifier says that class."""


class NotFiniteError(WindvaneError):
    """A model answers some rows with an infinity or with no number at all."""

    def __init__(self, rows: Sequence[int]) -> None:
        self.rows = tuple(rows)
        super().__init__(f"the model has no finite answer for row {rows[0]}")


def describe_predictions(
    task: Task, classes: Sequence[Label], outputs: NDArray[np.float32]
) -> list[dict[str, object]]:
    """Return one prediction a row.

    Parameters
    ----------
    task : Task
        What the model predicts.
    classes : sequence of labels
        In code order; the last of two is the positive class. Empty for a regression.
    outputs : ndarray of float32, shape (n, n_classes) or (n, 1)
        Probabilities, or values.

    Returns
    -------
    list of dict
        `label` and `probability` (of the positive class) for a binary classifier; `label`, its
        `probability` and the `probabilities` of all classes for a multiclass classifier, where the
        first of equals wins; `value` for a regression. Numbers are the shortest that stand for the
        same float32.

    Raises
    ------
    NotFiniteError
        If an output is not finite.

    Examples
    --------
    >>> describe_predictions(Task.BINARY_CLASSIFICATION, (0, 1), np.float32([[0.9, 0.1]]))
    [{'label': 0, 'probability': 0.1}]
    """
    finite = np.isfinite(outputs).all(axis=1)
    if not finite.all():
        raise NotFiniteError(np.flatnonzero(~finite).tolist())
    if task is Task.REGRESSION:
        return [{"value": value} for value in shortest_numbers(outputs[:, 0])]
    if task is Task.BINARY_CLASSIFICATION:
        codes = predicted_classes(task, outputs).tolist()
        return [
            {"label": classes[code], "probability": probability}
            for code, probability in zip(codes, shortest_numbers(outputs[:, 1]), strict=True)
        ]
    names = [class_name(label) for label in classes]
    return [
        {
            "label": classes[best],
            "probability": shortest_number(row[best]),
            "probabilities": dict(zip(names, map(shortest_number, row), strict=True)),
        }
        for row, best in zip(outputs, outputs.argmax(axis=1).tolist(), strict=True)
    ]


def predicted_classes(task: Task, outputs: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the index of the class that a classifier says of each row.

    Examples
    --------
    >>> predicted_classes(Task.MULTICLASS_CLASSIFICATION, np.float32([[0.1, 0.5, 0.4]])).tolist()
    [1]
    """
    if task is Task.BINARY_CLASSIFICATION:
        return (outputs[:, 1] >= POSITIVE_FROM).astype(np.int64)
    best: NDArray[np.int64] = outputs.argmax(axis=1)
    return best


def shortest_number(value: np.float32) -> float:
    """Return the number with the fewest digits that reads back as the same float32.

    Examples
    --------
    >>> float(np.float32(0.1)), shortest_number(np.float32(0.1))
    (0.10000000149011612, 0.1)
    """
    return float(str(value))


def class_name(label: Label) -> str:
    """Return a class as a key of `probabilities`: a text as it is, others as JSON.

    Examples
    --------
    >>> class_name("gold"), class_name(2), class_name(True)
    ('gold', '2', 'true')
    """
    return label if isinstance(label, str) else json.dumps(label)
