"""A new version over captured rows: what it answers, beside what the champion answers.

A part of the rows becomes a ReplayComparison; comparisons add up to the comparison of all rows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, NonNegativeInt

from functions.contracts.artifact import ArtifactSpec
from functions.contracts.base import Document
from functions.contracts.errors import WindvaneError
from functions.contracts.feature_schema import UNSEEN_CATEGORY, FeatureSchema
from functions.contracts.model_spec import Task
from functions.contracts.replay import FeatureValue, Prediction, ReplayRow
from functions.core.encoding import decode_columns
from functions.core.labelled_answers import LabelledAnswers
from functions.core.labelled_captures import UNSEEN_TEXT
from functions.core.predictions import POSITIVE_FROM, describe_predictions
from functions.core.profile import ColumnProfile, merge_columns, profile_predictions

DIFFERING_ROWS = 20
"""Rows that a report shows in full; more is a table that nobody reads."""


class ReplayMismatchError(WindvaneError):
    """Rows, answers and ids of a replay differ in number, or there is nothing to merge."""


@dataclass(frozen=True, slots=True)
class ReplayedRows:
    """Captured rows and the answers of both versions' graphs to them.

    `matrix` has shape (n, n_features); outputs (n, n_classes) or (n, 1), a row that a version
    cannot answer NaN; `truth` (n,), class codes or values, NaN where nothing came true yet.
    """

    ids: Sequence[str]
    matrix: NDArray[np.float32]
    champion: NDArray[np.float32]
    challenger: NDArray[np.float32]
    truth: NDArray[np.float64] | None = None


class ReplayComparison(Document):
    """Rows compared: counts and sums that merge by addition, and the rows that differ most."""

    schema_version: int = 1
    rows: NonNegativeInt
    compared: NonNegativeInt = Field(description="rows that both versions answered")
    agreeing: NonNegativeInt
    tolerance: float = Field(ge=0.0)
    absolute_differences: float = Field(ge=0.0, description="summed over the compared rows")
    champion_unanswered: NonNegativeInt
    challenger_unanswered: NonNegativeInt
    unanswered: tuple[str, ...]
    champion: ColumnProfile
    challenger: ColumnProfile
    labelled: LabelledAnswers
    differing: tuple[ReplayRow, ...]


def compare_replay(
    spec: ArtifactSpec, rows: ReplayedRows, *, tolerance: float = 0.0
) -> ReplayComparison:
    """Return how two versions answer the same rows.

    Parameters
    ----------
    spec : ArtifactSpec
        Its schema decodes the matrix, its task and classes the outputs of both versions.
    rows : ReplayedRows
    tolerance : float, default 0
        How far apart a regression's values may be and still agree, such as the champion's mean
        absolute error on held-out rows; of no meaning for classes.

    Raises
    ------
    ReplayMismatchError
        If ids, matrix, answers and truth differ in number or the outputs in columns.
    """
    _require_fit(rows)
    answered = [np.isfinite(outputs).all(axis=1) for outputs in (rows.champion, rows.challenger)]
    both = np.flatnonzero(answered[0] & answered[1])
    champion, challenger = rows.champion[both], rows.challenger[both]
    differences = _differences(spec.task, champion, challenger)
    agreeing = _agreeing(spec.task, champion, challenger, tolerance)
    first = np.lexsort((np.array(rows.ids, dtype=object)[both].astype(str), -differences))
    shown = first[:DIFFERING_ROWS]
    shown = shown[differences[shown] > 0.0]
    neither = np.flatnonzero(~(answered[0] & answered[1]))
    return ReplayComparison(
        rows=len(rows.ids),
        compared=len(both),
        agreeing=int(agreeing.sum()),
        tolerance=tolerance if spec.task is Task.REGRESSION else 0.0,
        absolute_differences=float(differences.sum()),
        champion_unanswered=int((~answered[0]).sum()),
        challenger_unanswered=int((~answered[1]).sum()),
        unanswered=tuple(sorted(rows.ids[row] for row in neither.tolist())[:DIFFERING_ROWS]),
        champion=profile_predictions(spec.task, champion),
        challenger=profile_predictions(spec.task, challenger),
        labelled=_labelled(rows, both),
        differing=_describe(spec, rows, both[shown], differences[shown]),
    )


def merge_replay(comparisons: Iterable[ReplayComparison]) -> ReplayComparison:
    """Return the comparison of all parts' rows; of labelled rows the first parts' are kept.

    Raises
    ------
    ReplayMismatchError
        If there is no part.
    ProfileMismatchError
        If the parts are not of the same model.
    """
    parts = tuple(comparisons)
    if not parts:
        msg = "there are no parts of a replay to merge; replay at least one part"
        raise ReplayMismatchError(msg)
    return reduce(_merge_two, parts)


def _merge_two(first: ReplayComparison, second: ReplayComparison) -> ReplayComparison:
    summed = {
        name: getattr(first, name) + getattr(second, name)
        for name in (
            "rows",
            "compared",
            "agreeing",
            "absolute_differences",
            "champion_unanswered",
            "challenger_unanswered",
        )
    }
    differing = sorted(
        (*first.differing, *second.differing), key=lambda row: (-row.difference, row.inference_id)
    )
    return ReplayComparison(
        **summed,
        tolerance=max(first.tolerance, second.tolerance),
        unanswered=tuple(sorted((*first.unanswered, *second.unanswered))[:DIFFERING_ROWS]),
        champion=merge_columns(first.champion, second.champion),
        challenger=merge_columns(first.challenger, second.challenger),
        labelled=first.labelled.followed_by(second.labelled),
        differing=tuple(differing[:DIFFERING_ROWS]),
    )


def _require_fit(rows: ReplayedRows) -> None:
    counts = {len(rows.ids), len(rows.matrix), len(rows.champion), len(rows.challenger)}
    if rows.truth is not None:
        counts.add(len(rows.truth))
    if len(counts) > 1 or rows.champion.shape != rows.challenger.shape:
        msg = (
            f"{len(rows.ids)} ids, a matrix of {len(rows.matrix)} rows and outputs of shapes "
            f"{rows.champion.shape} and {rows.challenger.shape} are not of the same rows; "
            "replay versions of one task with the same classes"
        )
        raise ReplayMismatchError(msg)


def _differences(
    task: Task, champion: NDArray[np.float32], challenger: NDArray[np.float32]
) -> NDArray[np.float64]:
    distance = np.abs(challenger.astype(np.float64) - champion)
    if task is Task.MULTICLASS_CLASSIFICATION:
        total: NDArray[np.float64] = distance.sum(axis=1) / 2.0
        return total
    last: NDArray[np.float64] = distance[:, -1]
    return last


def _agreeing(
    task: Task, champion: NDArray[np.float32], challenger: NDArray[np.float32], tolerance: float
) -> NDArray[np.bool_]:
    if task is Task.REGRESSION:
        return _differences(task, champion, challenger) <= tolerance
    if task is Task.BINARY_CLASSIFICATION:
        positive = champion[:, 1] >= POSITIVE_FROM
        same: NDArray[np.bool_] = positive == (challenger[:, 1] >= POSITIVE_FROM)
        return same
    likeliest: NDArray[np.bool_] = champion.argmax(axis=1) == challenger.argmax(axis=1)
    return likeliest


def _labelled(rows: ReplayedRows, both: NDArray[np.int64]) -> LabelledAnswers:
    if rows.truth is None:
        return LabelledAnswers()
    known = both[np.isfinite(rows.truth[both])]
    return LabelledAnswers.of(rows.truth[known], rows.champion[known], rows.challenger[known])


def _describe(
    spec: ArtifactSpec,
    rows: ReplayedRows,
    places: NDArray[np.int64],
    differences: NDArray[np.float64],
) -> tuple[ReplayRow, ...]:
    features = _decode(spec.feature_schema, rows.matrix[places])
    champion, challenger = (
        describe_predictions(spec.task, spec.classes, outputs[places])
        for outputs in (rows.champion, rows.challenger)
    )
    return tuple(
        ReplayRow(
            inference_id=rows.ids[place],
            difference=float(differences[index]),
            features={name: values[index] for name, values in features.items()},
            champion=_prediction(champion[index]),
            challenger=_prediction(challenger[index]),
        )
        for index, place in enumerate(places.tolist())
    )


def _prediction(described: dict[str, object]) -> Prediction:
    return described  # type: ignore[return-value]  # labels, numbers and a table of numbers


def _decode(schema: FeatureSchema, matrix: NDArray[np.float32]) -> dict[str, list[FeatureValue]]:
    """Return the values of the features that may be shown."""
    columns = decode_columns(schema, matrix)
    for index in schema.categorical:
        for row in np.flatnonzero(matrix[:, index] == UNSEEN_CATEGORY):
            columns[schema.names[index]][row] = UNSEEN_TEXT
    shown = [feature.name for feature in schema.features if not feature.pii]
    return {name: columns[name] for name in shown}  # type: ignore[misc]  # what decoding gives back
