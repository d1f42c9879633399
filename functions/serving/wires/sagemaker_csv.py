"""Predictions as CSV without a header, a line a row."""

import csv
import io

from functions.contracts.served import Task
from functions.core.predictions import describe_predictions
from functions.serving.bodies import check_answer_size
from functions.serving.prediction import Answer


def write_csv(answer: Answer) -> bytes:
    """Return the lines of an answer; raise BodyTooLargeError for more than an invocation carries.

    A line is the value of a regression; label and probability of a binary classifier; label, its
    probability and the probabilities of all classes, in their order, of a multiclass classifier.
    """
    spec = answer.version.spec
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\n")
    for row in describe_predictions(spec.task, spec.classes, answer.outputs):
        writer.writerow(_cells(spec.task, row))
    return check_answer_size(lines.getvalue().encode())


def _cells(task: Task, row: dict[str, object]) -> list[object]:
    match task:
        case Task.REGRESSION:
            return [row["value"]]
        case Task.BINARY_CLASSIFICATION:
            return [row["label"], row["probability"]]
        case Task.MULTICLASS_CLASSIFICATION:
            probabilities = row["probabilities"]
            every = probabilities.values() if isinstance(probabilities, dict) else ()
            return [row["label"], row["probability"], *every]
