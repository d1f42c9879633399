"""The replay report: a new version over captured rows, beside the champion's answers."""

from typing import TypeAlias

from pydantic import Field

from functions.contracts.base import Document, ModelName, Timestamp
from functions.contracts.drift import ColumnDrift
from functions.contracts.model_spec import Label, Task
from functions.contracts.release import GateResult

FeatureValue: TypeAlias = bool | int | float | str | None
Prediction: TypeAlias = dict[str, Label | float | dict[str, float]]
"""As callers read it: label and probability, or value."""


class ReplayRow(Document):
    """One row that the two versions answer differently; features marked pii are left out."""

    inference_id: str
    difference: float = Field(ge=0.0, description="as the report's mean_absolute_difference")
    features: dict[str, FeatureValue]
    champion: Prediction
    challenger: Prediction


class ScoreComparison(Document):
    """One score of both versions on the same rows, and what their difference proves."""

    metric: str
    rows: int
    champion: float
    challenger: float
    difference: float = Field(description="challenger minus champion")
    lower: float | None = Field(description="95% sure that the difference is not below")
    upper: float | None = Field(description="95% sure that the difference is not above")
    reason: str


class ReplayReport(Document):
    """What a replay showed, and whether it is enough."""

    schema_version: int = 1
    model: ModelName
    task: Task
    execution: str
    champion: int = Field(ge=1)
    challenger: int = Field(ge=1)
    created_at: Timestamp
    passed: bool
    reason: str
    gates: tuple[GateResult, ...]
    rows: int
    compared_rows: int = Field(description="that both versions answered with finite numbers")
    agreement: float | None = Field(
        description="share of the compared rows with the same label, or a value within `tolerance`"
    )
    tolerance: float = Field(description="of a regression's values, 0 for classes")
    mean_absolute_difference: float | None = Field(
        description=(
            "of the positive class's probabilities, of the values, or half the sum over the classes"
        )
    )
    champion_unanswered: int
    challenger_unanswered: int
    unanswered: tuple[str, ...] = Field(description="inference ids, the first of them")
    predictions: ColumnDrift | None = Field(description="the challenger's against the champion's")
    labelled_rows: int
    scored_rows: int = Field(description="of the labelled rows, those that were kept and scored")
    champion_scores: dict[str, float]
    challenger_scores: dict[str, float]
    score: ScoreComparison | None = Field(description="of the metric that is watched")
    differing: tuple[ReplayRow, ...] = Field(description="the rows that differ most, most first")
