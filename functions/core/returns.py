"""When a world that went back to an earlier time is learned again.

What labels teach of a change comes late: at the first promotion for it. Where that change is over
sooner after the promotion than the promotion came after its beginning, what was learned was wrong
for longer than it was right. Should such a time come back, learning it again at once would lose
the same once more; so it has to last longer than it did.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from functions.contracts.messages import ALARMS, Trigger, WentBack
from functions.contracts.release import Outcome
from functions.contracts.retraining import RetrainingRun
from functions.core.scores import gain

LASTING = 1.5
"""So many times as long as when it was too short has a time to last before it is learned again: the
moments at which changes are seen to begin are off by about a window."""

RECENT_TIMES = 4
"""Over so many of the newest times it is asked whether they last long enough on the average."""

MOST_OF_THE_GAIN = 0.8
"""An earlier time that alone yields this share of the challenger's gain has come back."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A candidate: its score on the rows that judge, and the rows that came after its own."""

    score: float
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class _Time:
    """From one change to the next, and when it was first promoted for, if it was."""

    began: datetime
    over: datetime
    learned: datetime | None

    @property
    def is_too_short(self) -> bool:
        """Whether it was over sooner after it was learned than that took."""
        return self.learned is not None and was_too_short(self.began, self.learned, self.over)


def was_too_short(began: datetime, learned: datetime, over: datetime) -> bool:
    """Return whether a time was over sooner after it was learned of than that took."""
    return over - learned < learned - began


def first_promotions(runs: Iterable[RetrainingRun], until: datetime) -> dict[datetime, datetime]:
    """Return when each change before a moment was first promoted for, by when it began."""
    learned: dict[datetime, datetime] = {}
    for run in runs:
        if run.since is not None and run.since < until and run.outcome is Outcome.PROMOTED:
            learned[run.since] = min(run.started_at, learned.get(run.since, run.started_at))
    return learned


def find_return(tried: Iterable[Tried], metric: str, *, champion: float) -> int | None:
    """Return to which earlier time the world went back, by the rows that came after that time.

    Parameters
    ----------
    tried : iterable of Tried
        The candidates of a run, judged on the same rows.
    metric : str
        Of the scores.
    champion : float
        The champion's score on these rows.

    Returns
    -------
    int or None
        `skipped` of the best candidate that learned from an earlier time, if it yields most of what
        the best of all gains; None if none does, or nothing is gained.

    Examples
    --------
    >>> candidates = [Tried(0.84), Tried(0.83, skipped=500), Tried(0.4, skipped=900)]
    >>> find_return(candidates, "roc_auc_score", champion=0.5)
    500
    """
    gains = [
        (gain(metric, each.score, champion), each.skipped)
        for each in tried
        if not math.isnan(each.score)
    ]
    whole = max((each for each, _ in gains), default=0.0)
    of_earlier, skipped = max((each for each in gains if each[1]), default=(0.0, 0))
    return skipped if whole > 0.0 and of_earlier > MOST_OF_THE_GAIN * whole else None


def describe_return(
    trigger: Trigger, rows_since: int | None, *, learned: bool, passed: bool, now: datetime
) -> WentBack | None:
    """Return to which time the world went back, and until when the candidate is held for it.

    Parameters
    ----------
    trigger : Trigger
        Of the run; tells of its earlier times. What a person or a schedule asks for is not held:
        a person may know more, and a schedule asks for what is newest, come what may.
    rows_since : int or None
        The rows labelled since the change that ended that time, one of `trigger.earlier`.
    learned : bool
        Whether the best candidate learned from an earlier time.
    passed : bool
        Whether the candidate would be promoted otherwise; what is refused needs no holding.
    now : datetime

    Returns
    -------
    WentBack or None
        None if it went back to no time that is known.
    """
    known = dict(zip(trigger.earlier, trigger.earlier_since, strict=False))
    if rows_since is None or rows_since not in known:
        return None
    releases = dict(zip(trigger.earlier, trigger.releases, strict=False))
    release = releases.get(rows_since)
    may_be_held = passed and trigger.kind in ALARMS
    is_held = may_be_held and release is not None and now < release
    return WentBack(to=known[rows_since], learned=learned, held_until=release if is_held else None)


def explain_hold(back: WentBack) -> str:
    """Return the sentence that an operator will read of a candidate that is held."""
    return (
        f"labels come out again as they did before {back.to:%Y-%m-%d %H:%M} UTC, and the last such "
        "time was over before what was learned of it was of use: it is learned from "
        f"{back.held_until:%Y-%m-%d %H:%M} UTC on, if it lasts"
    )


def find_releases(
    runs: Sequence[RetrainingRun], earlier: Sequence[datetime], since: datetime
) -> tuple[datetime | None, ...]:
    """Return from when on each earlier time is learned again, should it have come back.

    Parameters
    ----------
    runs : sequence of RetrainingRun
        Of the model, in any order; those about no change count for nothing.
    earlier : sequence of datetime
        When changes began, each of which ended a time.
    since : datetime
        When the change began that is asked about.

    Returns
    -------
    tuple of (datetime or None)
        One for each of `earlier`. None: at once. So is a time of which no run knows when it began,
        which is the first of all, and any while times last on the average twice as long as takes to
        learn them, or once a run was promoted for the change: then it is learned already.
    """
    if any(run.since == since and run.outcome is Outcome.PROMOTED for run in runs):
        return (None,) * len(earlier)
    times = _list_times(runs, since)
    recent = times[-RECENT_TIMES:]
    took = [each.learned - each.began for each in recent if each.learned is not None]
    if took:
        life = sum((each.over - each.began for each in recent), timedelta()) / len(recent)
        if life >= 2 * (sum(took, timedelta()) / len(took)):
            return (None,) * len(earlier)
    return tuple(_release(_visits(times, runs, ended), since) for ended in earlier)


def _list_times(runs: Sequence[RetrainingRun], until: datetime) -> list[_Time]:
    """Return the times between changes that runs were about, the oldest first."""
    begins = sorted({run.since for run in runs if run.since is not None and run.since < until})
    learned = first_promotions(runs, until)
    return [_Time(began, over, learned.get(began)) for began, over in pairwise([*begins, until])]


def _visits(times: list[_Time], runs: Sequence[RetrainingRun], ended: datetime) -> list[_Time]:
    """Return the time that a change ended, and those that a run learned from it again."""
    again = {
        run.since
        for run in runs
        if run.outcome is Outcome.PROMOTED and run.went_back and run.went_back.to == ended
    }
    return [each for each in times if each.over == ended or each.began in again]


def _release(visits: list[_Time], since: datetime) -> datetime | None:
    if not visits or not visits[-1].is_too_short:
        return None
    last = visits[-1]
    took = last.learned - last.began if last.learned else timedelta()
    return since + LASTING * (last.over - last.began) + took
