"""What model.toml says of a model's upkeep: which evidence leads to which action."""

from typing import Literal

from pydantic import Field

from functions.contracts.base import Document


class Maintenance(Document):
    """Which evidence leads to a note, a page or a retraining, and how sure it must be."""

    false_alarm_rate: float = Field(
        default=0.001,
        gt=0.0,
        le=0.1,
        description="chance that a window without change is taken for one, by its labels",
    )
    false_promotion_rate: float = Field(
        default=0.05,
        gt=0.0,
        lt=0.5,
        description="chance that a challenger no better than the champion is taken for better",
    )
    follow_up: float = Field(
        default=4.0,
        ge=1.5,
        le=100.0,
        description="retrain again when the rows labelled since a change have grown so many times",
    )
    minimum_rows: int = Field(
        default=200, ge=100, description="labelled since a change, before anything is retrained"
    )
    on_harder_rows: Literal["note", "page"] = Field(
        default="note", description="the loss rose, and the model foretold it"
    )
    on_estimate: Literal["note", "page"] = Field(
        default="page", description="a loss is estimated, and labels give no reason to retrain"
    )
    on_drift: Literal["note", "page"] = Field(
        default="note", description="inputs or predictions drifted, and the quality holds"
    )
