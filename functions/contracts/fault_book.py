"""The record of a model's data faults: of which hours, and what a person decided about them."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from functions.contracts.base import Document, ModelName, Timestamp
from functions.contracts.faults import FaultKind


class FaultDecision(Document):
    """A person says that a fault is the new world, or that it is none after all."""

    accepted: bool
    by: str
    reason: str
    at: Timestamp


class RecordedFault(Document):
    """A data fault for as long as it lasted, whole hours."""

    name: str = Field(description="what commands call it: kind, columns, first hour")
    kind: FaultKind
    columns: tuple[str, ...] = Field(default=(), description="none: all rows are concerned")
    start: Timestamp = Field(description="inclusive; the earliest hour that may show it")
    end: Timestamp = Field(description="exclusive; of one that is not over: judged so far")
    is_over: bool = Field(default=False, description="later hours were judged and are sound")
    evidence: str = Field(description="of the last window that showed it")
    action: str = Field(description="what a person should do")
    model_version: int = Field(description="whose reference it was found by")
    found_at: Timestamp
    decisions: tuple[FaultDecision, ...] = Field(default=(), description="the last one holds")

    @property
    def is_accepted(self) -> bool:
        """Whether a person says that it is the new world."""
        return bool(self.decisions) and self.decisions[-1].accepted

    def covers(self, moment: datetime) -> bool:
        """Return whether a moment is in its hours; one that is not over may last until now."""
        return self.start <= moment and (moment < self.end or not self.is_over)


class FaultBook(Document):
    """faults/<model>.json: all data faults of a model, in the order in which they were found."""

    schema_version: Literal[1] = 1
    model: ModelName
    faults: tuple[RecordedFault, ...] = ()


class LeftOutRows(Document):
    """Labelled rows that are no training data, for a data fault of their hours."""

    fault: str
    kind: FaultKind
    columns: tuple[str, ...] = ()
    start: Timestamp
    end: Timestamp | None = Field(description="exclusive; None: the fault is not over")
    rows: int = Field(ge=1, description="each row counts once, under the first fault of its hour")
