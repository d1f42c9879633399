"""Quality without labels: what a version brings with it, what an hour adds up, what is estimated.

A version's `Estimator` (estimator.json, beside its profile) is fitted once, on the held-out rows.
Each hour's answers are summed: a binary classifier needs no more than the profile of its
predictions, the others have `EstimateSums`, which merge by addition as profiles do. From the sums
of any window `functions.core.estimates.estimate_quality` says what the labels would have said.
"""

from enum import StrEnum
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveInt, model_validator

from functions.contracts.base import Document
from functions.contracts.served import Task

Probability = Annotated[float, Field(ge=0.0, le=1.0)]

MAXIMUM_LEAVES = 32
"""Of a loss tree: its leaves are the bits of one machine word."""

LEAF = -1
"""Instead of a feature's index: the node is a leaf."""


class QualityVerdict(StrEnum):
    """What an estimate came to, against the quality on the held-out rows."""

    OK = "ok"
    LOSS = "loss"
    GAIN = "gain"
    NOT_JUDGED = "not_judged"


class QualityEstimate(Document):
    """One score or error of a window, estimated without its labels."""

    metric: str = Field(description="a score's or error's name, which says its direction")
    value: float = Field(allow_inf_nan=False)
    sampling_error: float = Field(
        ge=0.0,
        allow_inf_nan=False,
        description="standard deviation of what labels would say, from the number of rows alone",
    )
    lower: float = Field(description="value less three sampling errors, within the possible")
    upper: float = Field(description="value and three sampling errors, within the possible")
    rows: NonNegativeInt
    lower_threshold: float | None = Field(default=None, description="below it: out of the usual")
    upper_threshold: float | None = Field(default=None, description="above it: out of the usual")
    verdict: QualityVerdict
    reason: str


class Calibration(Document):
    """A non-decreasing line through points, flat beyond the ends; none: scores are as they are."""

    scores: tuple[float, ...] = ()
    probabilities: tuple[Probability, ...] = ()
    error_before: NonNegativeFloat = Field(default=0.0, description="of scores, cross-validated")
    error_after: NonNegativeFloat = Field(default=0.0, description="of what they would become")

    @model_validator(mode="after")
    def _points_ascend(self) -> Self:
        if len(self.scores) != len(self.probabilities):
            msg = f"{len(self.scores)} scores do not fit {len(self.probabilities)} probabilities"
            raise ValueError(msg)
        if sorted(set(self.scores)) != list(self.scores):
            msg = "scores must ascend"
            raise ValueError(msg)
        if sorted(self.probabilities) != list(self.probabilities):
            msg = "probabilities must not descend"
            raise ValueError(msg)
        return self


class MetricReference(Document):
    """How one metric came out on the held-out rows, chunk by chunk."""

    metric: str
    mean: float = Field(allow_inf_nan=False, description="over the chunks")
    deviation: NonNegativeFloat = Field(description="standard deviation over the chunks")
    chunk_rows: PositiveInt
    row_deviation: NonNegativeFloat = Field(
        description="of one row's influence; over the root of the rows it is the sampling error"
    )


class LossTree(Document):
    """A regression tree in preorder: a node, then its left part, then its right part."""

    features: tuple[int, ...] = Field(description="column of the split, -1 of a leaf")
    bins: tuple[NonNegativeInt, ...] = Field(description="rows of this bin and below go left")
    missing_left: tuple[bool, ...] = Field(description="where rows without the value go")
    values: tuple[float, ...] = Field(description="of the leaves, from left to right")

    @model_validator(mode="after")
    def _is_a_tree(self) -> Self:
        inner = sum(feature != LEAF for feature in self.features)
        fits = (
            len(self.features) == 2 * inner + 1
            and len(self.bins) == len(self.missing_left) == inner
            and len(self.values) == inner + 1 <= MAXIMUM_LEAVES
        )
        open_parts = 1
        for feature in self.features:
            fits = fits and open_parts > 0 and feature >= LEAF
            open_parts += -1 if feature == LEAF else 1
        if not fits or open_parts:
            msg = f"{len(self.features)} nodes and {len(self.values)} values are no tree"
            raise ValueError(msg)
        return self


class LossTrees(Document):
    """One kind of loss, learned: a sum of trees."""

    baseline: float = Field(allow_inf_nan=False)
    trees: tuple[LossTree, ...]


class LossModel(Document):
    """Expected losses of a row, from its features and its prediction (the last column)."""

    edges: tuple[tuple[float, ...], ...] = Field(description="of each column's bins, ascending")
    absolute: LossTrees
    squared: LossTrees


class Estimator(Document):
    """estimator.json: all that estimating a version's quality without labels needs."""

    schema_version: Literal[1] = 1
    task: Task
    rows: PositiveInt = Field(description="held-out rows that it was fitted on")
    references: tuple[MetricReference, ...]
    calibrations: tuple[Calibration, ...] = Field(
        default=(), description="binary: of the positive class; multiclass: of each class"
    )
    loss_model: LossModel | None = None

    @model_validator(mode="after")
    def _fits_the_task(self) -> Self:
        count = len(self.calibrations)
        fits = {
            Task.BINARY_CLASSIFICATION: count == 1 and self.loss_model is None,
            Task.MULTICLASS_CLASSIFICATION: count > 1 and self.loss_model is None,
            Task.REGRESSION: count == 0 and self.loss_model is not None,
        }[self.task]
        if not fits:
            learned = "no" if self.loss_model is None else "a"
            msg = f"{count} calibrations and {learned} loss model do not fit {self.task}"
            raise ValueError(msg)
        return self


class ClassCells(Document):
    """One class of several: rows by cells of its probability, and their calibrated probability."""

    cells: tuple[NonNegativeInt, ...] = Field(description="that occur, ascending")
    rows: tuple[PositiveInt, ...]
    expected: tuple[NonNegativeFloat, ...] = Field(description="rows of the class, per cell")


class ClassSums(Document):
    """What estimating a multiclass model's quality needs of some rows; adds up."""

    kind: Literal["classes"] = "classes"
    rows: NonNegativeInt
    missing: NonNegativeInt = Field(default=0, description="rows without a whole answer")
    classes: tuple[ClassCells, ...]
    confusion: tuple[tuple[NonNegativeFloat, ...], ...] = Field(
        description="rows called i (line) that are expected to be j (column)"
    )
    log_loss: NonNegativeFloat = Field(description="expected, summed over the rows")
    brier: NonNegativeFloat = Field(description="expected, summed over the rows")


class LossSums(Document):
    """What estimating a regression's quality needs of some rows; adds up."""

    kind: Literal["losses"] = "losses"
    rows: NonNegativeInt
    missing: NonNegativeInt = Field(default=0, description="rows without an answer")
    absolute: NonNegativeFloat = Field(description="expected absolute error, summed")
    absolute_squares: NonNegativeFloat = Field(description="its squares, summed")
    squared: NonNegativeFloat = Field(description="expected squared error, summed")
    squared_squares: NonNegativeFloat = Field(description="its squares, summed")


EstimateSums: TypeAlias = Annotated[ClassSums | LossSums, Field(discriminator="kind")]
