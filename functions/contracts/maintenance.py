"""How sure evidence must be before a model is retrained; `alerts` says what it leads to."""

from pydantic import Field

from functions.contracts.base import Document


class Maintenance(Document):
    """How sure evidence must be before a model is retrained, or replaced."""

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
