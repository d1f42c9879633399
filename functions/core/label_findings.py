"""What the label ledger says of a champion: whether its labels changed, and what they score.

A window's labels are late, each by another time, and who answers late may differ from who answers
soon. So a window is compared with others only once its labels have mostly come: when it ended
longer ago than nine of ten of the model's labels took to come (`find_delay`). Windows are counted
from 1970 on, so that every look at the same day sees the same windows, and a false alarm rate of a
window stays one, however often it is looked at.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from functions.contracts.alerts import Alerts, Condition, ConditionKind, Severity
from functions.contracts.drift import LabelledScores
from functions.contracts.labels import HeldOutLosses, WatchedHour
from functions.contracts.maintenance import Maintenance
from functions.contracts.retraining import RetrainingRun
from functions.core.change_detection import Change
from functions.core.label_ledger_status import MOST, quantile
from functions.core.label_watch import (
    MaturedWindow,
    Watch,
    Watched,
    added,
    find_both,
    make_watch,
    open_change,
    runs_about_changes,
    tell_in_vain,
)
from functions.core.labelled_sums import merge_counts, read_sums
from functions.core.policy_evidence import Evidence, Finding, OpenChange, PastChange

MINIMUM_SCORED_ROWS = 200
"""Of fewer labelled rows a score is not held against a limit: an accuracy of 0.9 is off by 0.02."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class WatchedModel:
    """A champion, how it is watched, and the runs of its model, the newest first.

    `held_out` is None of a version that was made before such were kept.
    """

    version: int
    held_out: HeldOutLosses | None
    runs: tuple[RetrainingRun, ...]
    maintenance: Maintenance
    window: timedelta


@dataclass(frozen=True, slots=True)
class LabelledHours:
    """Hours of predictions of a model, ascending, and how many labelled rows are before each.

    Rows of all versions count. `before` has one entry more than `hours`: the last counts all.
    """

    hours: tuple[WatchedHour, ...]
    before: tuple[int, ...]

    @classmethod
    def of(cls, hours: Sequence[WatchedHour], *, until: datetime) -> "LabelledHours":
        """Return the hours that begin before a moment."""
        kept = tuple(sorted((hour for hour in hours if hour.hour < until), key=_begin))
        before = [0]
        for hour in kept:
            before.append(before[-1] + sum(group.labelled for group in hour.groups))
        return cls(kept, tuple(before))

    @property
    def rows(self) -> int:
        """All labelled rows."""
        return self.before[-1]

    def known_of(self, runs: Sequence[RetrainingRun]) -> tuple[RetrainingRun, ...]:
        """Return the runs about changes of which every row since is known."""
        first = min(map(_begin, self.hours), default=None)
        return tuple(run for run in runs if first and run.since and first <= run.since)

    def count_before(self, moment: datetime) -> int:
        """Return how many labelled rows belong to hours that begin before a moment."""
        return self.before[bisect_left(self.hours, moment, key=_begin)]


@dataclass(frozen=True, slots=True)
class LabelFindings:
    """What labels say by now; `delay` is None where no label has come."""

    evidence: Evidence
    delay: timedelta | None = None


def find_in_labels(hours: LabelledHours, model: WatchedModel, *, until: datetime) -> LabelFindings:
    """Return what the labels that have come by a moment say of a champion.

    Parameters
    ----------
    hours : LabelledHours
    model : WatchedModel
    until : datetime
        The moment; windows that end later are not looked at.

    Returns
    -------
    LabelFindings
        Its evidence has no scores: see `find_broken_limits`.
    """
    delay, in_vain = find_delay(hours), tell_in_vain(model.runs, model.version)
    if delay is None:
        return LabelFindings(Evidence(labelled_rows=0, in_vain=in_vain))
    windows = mature_windows(hours, model, until=until - delay)
    tried = hours.known_of(runs_about_changes(model.runs))
    refused = [run for run in tried if run.champion == model.version and not run.is_held]
    held_out = read_sums(model.held_out.losses) if model.held_out else None
    watch = make_watch(held_out, windows, refused, delay=delay)
    evidence = Evidence(labelled_rows=hours.rows, in_vain=in_vain)
    if watch is not None:
        change, loss = find_both(watch, model.maintenance)
        evidence = Evidence(
            labelled_rows=hours.rows,
            in_vain=in_vain,
            change=_finding(change, watch, windows, hours),
            loss=_finding(loss, watch, windows, hours),
            open_change=_open_change(watch, tried, model, hours, until=until),
            changes=tuple(
                PastChange(hours.count_before(run.since), run.since)
                for run in tried
                if run.since is not None
            ),
        )
    return LabelFindings(evidence, delay)


def find_delay(hours: LabelledHours) -> timedelta | None:
    """Return within which time nine of ten labels came, None if none did.

    Of all versions, because who gives labels does not ask which version answered.
    """
    delays = [group.delay for hour in hours.hours for group in hour.groups if group.labelled]
    seconds = quantile(merge_counts(delays), MOST) if delays else None
    return None if seconds is None else timedelta(seconds=max(seconds, 0.0))


def mature_windows(
    hours: LabelledHours, model: WatchedModel, *, until: datetime
) -> tuple[MaturedWindow, ...]:
    """Return the windows of a version's labelled rows that end by a moment, the oldest first.

    Windows without a labelled row are left out.
    """
    parts: dict[int, list[Watched]] = {}
    for hour in hours.hours:
        number = (hour.hour - _EPOCH) // model.window
        if _EPOCH + (number + 1) * model.window <= until:
            of_version = [group.sums for group in hour.groups if group.version == model.version]
            some = [read_sums(sums.losses) for sums in of_version if sums.rows]
            parts.setdefault(number, []).extend(some)
    return tuple(
        MaturedWindow(
            _EPOCH + number * model.window, _EPOCH + (number + 1) * model.window, added(some)
        )
        for number, some in sorted(parts.items())
        if some
    )


def find_broken_limits(
    evidence: Evidence, scored: LabelledScores, alerts: Alerts, *, start: int
) -> Evidence:
    """Return the evidence with what labelled rows' scores say against the limits of `[alerts]`.

    `start` numbers the first of these rows among all labelled ones.
    """
    if scored.rows < MINIMUM_SCORED_ROWS or scored.window_start is None:
        return evidence
    broken: dict[Severity, str] = {}
    for condition in alerts.of_kind(ConditionKind.SCORE):
        reason = broken_limit(condition, scored.scores)
        if reason is not None:
            broken.setdefault(condition.severity, f"{reason}, by {scored.rows:,} labelled rows")
    rows = evidence.labelled_rows - start
    page, retrain = broken.get(Severity.PAGE), broken.get(Severity.RETRAIN)
    return replace(
        evidence,
        critical=Finding(page) if page else None,
        below_target=Finding(retrain, start, rows, scored.window_start) if retrain else None,
    )


def broken_limit(condition: Condition, scores: Mapping[str, float]) -> str | None:
    """Return why a score is beyond the limit of a condition, None if it is not or is not known.

    Examples
    --------
    >>> condition = Condition(ConditionKind.SCORE, Severity.PAGE, "accuracy_score", 0.85)
    >>> broken_limit(condition, {"accuracy_score": 0.8})
    'accuracy_score is 0.8, 0.85 is the least that is wanted'
    """
    is_beyond, reason = compare_with_limit(condition, scores)
    return reason if is_beyond else None


def compare_with_limit(condition: Condition, scores: Mapping[str, float]) -> tuple[bool, str]:
    """Return whether a score is beyond the limit of a condition, and the sentence that says so."""
    name, limit = condition.score, condition.limit
    if name is None or limit is None or name not in scores:
        return False, f"no labelled rows tell {name}"
    value, is_low = scores[name], condition.sign == "<"
    wanted = "least" if is_low else "most"
    is_beyond = value < limit if is_low else value > limit
    return is_beyond, f"{name} is {value:.4g}, {limit:g} is the {wanted} that is wanted"


def _begin(hour: WatchedHour) -> datetime:
    return hour.hour


def _finding(
    change: Change | None, watch: Watch, windows: Sequence[MaturedWindow], hours: LabelledHours
) -> Finding | None:
    if change is None or change.since is None:
        return None
    since = windows[watch.first + change.since].start
    start = hours.count_before(since)
    return Finding(change.reason, start, hours.rows - start, since)


def _open_change(
    watch: Watch,
    tried: Sequence[RetrainingRun],
    model: WatchedModel,
    hours: LabelledHours,
    *,
    until: datetime,
) -> OpenChange | None:
    since = tried[0].since if tried else None
    if since is None:
        return None
    start = hours.count_before(since)
    found = open_change(
        watch, tried, model.maintenance, champion=model.version, start=start, until=until
    )
    return found and replace(found, since=since)
