"""Documents of the retraining ledger: who runs, what ran, what waits, and what was decided."""

from pydantic import Field

from functions.contracts.base import Document, ModelName, Timestamp
from functions.contracts.messages import Decision, Trigger, TriggerKind, WentBack
from functions.contracts.release import Outcome


class Lease(Document):
    """The right of one execution to make a version; `token` is higher with each lease."""

    model: ModelName
    execution: str
    token: int = Field(ge=1)
    trigger: Trigger
    again: bool = False
    taken_at: Timestamp


class RetrainingRun(Document):
    """One start, as budget, cool-down and reconciliation count it."""

    execution: str
    token: int = Field(ge=1)
    kind: TriggerKind
    requested_at: Timestamp
    started_at: Timestamp
    ended_at: Timestamp | None = None
    outcome: Outcome | None = None
    training_seconds: float = Field(default=0.0, ge=0.0)
    champion: int | None = Field(default=None, description="the version that it was to replace")
    since: Timestamp | None = Field(
        default=None, description="since when labels have changed, of a run that is about it"
    )
    labelled_rows: int = Field(default=0, ge=0, description="since then, when it was asked for")
    returned: bool = Field(default=False, description="its candidate learned from an earlier time")
    went_back: WentBack | None = Field(default=None, description="to which, as its rows tell")
    falls_short: bool = Field(
        default=False, description="it was better than the champion, and below an absolute gate"
    )

    @property
    def is_held(self) -> bool:
        """Whether what it learned waits until it is seen to last."""
        return self.went_back is not None and self.went_back.held_until is not None

    def is_held_at(self, moment: Timestamp) -> bool:
        """Return whether that goes on at a moment."""
        held_until = self.went_back.held_until if self.went_back else None
        return held_until is not None and moment < held_until


class WaitingTrigger(Document):
    """A trigger that was declined for a reason that passes; Reconcile takes it up again."""

    trigger: Trigger
    decision: Decision
    since: Timestamp


class Notice(Document):
    """Something that Reconcile told people about, so that they are not told at every look."""

    key: str
    at: Timestamp


class AnnouncedDrill(Document):
    """A fire drill: alarms that are raised in its time are its own and start no retraining."""

    name: str
    announced_by: str
    since: Timestamp
    until: Timestamp


class RetrainingBook(Document):
    """All that retraining of one model is decided upon, in one item; a write raises `revision`."""

    schema_version: int = 1
    model: ModelName
    revision: int = Field(default=0, ge=0)
    newest_token: int = Field(default=0, ge=0)
    lease: Lease | None = None
    runs: tuple[RetrainingRun, ...] = Field(
        default=(), description="newest first, of 30 days; those about changes, of a year"
    )
    rejected_in_a_row: int = Field(default=0, ge=0)
    rejected_champion: int | None = Field(
        default=None, description="who was champion when the last candidate was refused"
    )
    waiting: WaitingTrigger | None = None
    notices: tuple[Notice, ...] = ()
    drill: AnnouncedDrill | None = Field(default=None, description="the last one")

    @property
    def newest_run(self) -> RetrainingRun | None:
        """The run that was started last."""
        return self.runs[0] if self.runs else None


class DecisionRecord(Document):
    """What was decided about one trigger, and why."""

    schema_version: int = 1
    model: ModelName
    trigger: Trigger
    decision: Decision
    reason: str
    execution: str | None = None
    at: Timestamp


class ReconcileInput(Document):
    """What reconcile is invoked with: a model, and the alarms that ask for its retraining."""

    model: ModelName
    alarms: dict[TriggerKind, tuple[str, ...]] = Field(default_factory=dict)


class ReconcileOutput(Document):
    """What a look found and did, in sentences; none if all is well."""

    model: ModelName
    actions: tuple[str, ...] = ()
