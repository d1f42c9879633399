"""What is known after a window, of which the policy decides (`core.retraining_policy`)."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a detector found: the sentence, and the rows labelled since it began.

    `start` numbers the first labelled row that belongs to it, counted as the caller does; `since`
    is that row's moment, where it is known.
    """

    reason: str
    start: int = 0
    rows: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class PastChange:
    """A change that a run was about: the first labelled row that belongs to it, and its moment."""

    start: int
    since: datetime


@dataclass(frozen=True, slots=True)
class EarlierChange:
    """A change before the one that a run is about: its moment, and the rows labelled since."""

    since: datetime
    rows: int


@dataclass(frozen=True, slots=True)
class OpenChange:
    """A change that the last run was about: where it starts, and how many rows that run had.

    `is_confirmed` is False if the rows since show no change any more: it was chance. `held_until`:
    it went back to a time that was too short to be learned, and has to last until then.
    `falls_short`: the candidate was better than the champion, and gates asked for more.
    """

    start: int
    rows_tried: int
    is_confirmed: bool = True
    since: datetime | None = None
    held_until: datetime | None = None
    falls_short: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known after a window; None: looked for and not found, or not looked for.

    Parameters
    ----------
    fault : Finding or None
        A data fault: a broken table, not a changed world.
    change : Finding or None
        The model's labels no longer come out as it says (`core.watched_losses`: excess and bias).
    loss : Finding or None
        Its loss rose against its own past, and its labels come out as it says: it foretold so.
    below_target : Finding or None
        A score of labelled rows is beyond a limit that `[alerts]` lists under retrain.
    critical : Finding or None
        A score of labelled rows is beyond a limit that `[alerts]` lists under page.
    estimate, drift, prediction_drift : Finding or None
        A loss estimated without labels; drift of the inputs, and of the predictions.
    unsettled, in_vain : str or None
        Why drift (and of `in_vain` all that is seen without labels) asks for no retraining, though
        it is found; pages and notes are told.
    open_change : OpenChange or None
        Of the last run, until its champion's rows change again.
    labelled_rows : int
        Rows whose labels have matured, all of them.
    changes : tuple of PastChange
        Those that runs were about, in any order.
    """

    labelled_rows: int
    fault: Finding | None = None
    change: Finding | None = None
    loss: Finding | None = None
    below_target: Finding | None = None
    critical: Finding | None = None
    estimate: Finding | None = None
    drift: Finding | None = None
    prediction_drift: Finding | None = None
    unsettled: str | None = None
    in_vain: str | None = None
    open_change: OpenChange | None = None
    changes: tuple[PastChange, ...] = ()
