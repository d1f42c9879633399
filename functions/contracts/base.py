"""The one configuration of everything that crosses a border."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

from functions.contracts.naming import MODEL_NAME_PATTERN

ModelName = Annotated[str, StringConstraints(pattern=rf"^{MODEL_NAME_PATTERN}\z")]
"""A model's name, checked."""

DRILL_NAME_PATTERN = r"^[a-z0-9-]{8,64}\z"
"""A fire drill's name, which is a folder of the captures bucket."""

Timestamp = AwareDatetime
"""A moment with its offset; written as UTC."""


class Document(BaseModel):
    """A value read from or written to a file, an event, a table or the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=True)


class StepInput(BaseModel):
    """What a workflow step reads of the execution's state; the rest is other steps' business."""

    model_config = ConfigDict(frozen=True, extra="ignore")
